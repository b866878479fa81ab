import { DevboxError, interrupted } from '../../base/errors.ts';
import { cleanLine, count } from '../../base/text.ts';
import { exitOf, type Outcome } from '../../commands/outcome.ts';
import { type Card, type Row, token } from '../../ui/card.ts';
import { errorJson } from '../../ui/error-card.ts';
import type { View } from '../../ui/view.ts';
import { commandLine } from '../command-line.ts';

/** One job of a multirun. */
export interface Job {
  /** From 0, in the order of the sweep. */
  readonly number: number;
  readonly overrides: readonly string[];
  /** The overrides without secrets, for people to see. */
  readonly shown: readonly string[];
}

/** How a job ended. */
export interface JobResult {
  readonly job: Job;
  readonly outcome: Outcome;
  /** What it wrote to its own stdout and stderr, where that was kept. */
  readonly output?: Readonly<Record<string, unknown>>;
}

/** Failed jobs that the summary names; the others are counted. */
const namedFailures = 50;

/** What stands over everything that a job shows. */
export function jobTitle({ number, shown }: Job): string {
  return cleanLine(`#${number} ${commandLine(shown)}`.trim());
}

/** A job's own view under its title. */
export function headedView({ job, outcome }: JobResult): View {
  const title = jobTitle(job);
  const heading: Card = { title, rows: [] };
  const { view } = outcome;
  if (!view) {
    const row: Row = { label: 'Exit', value: String(exitOf(outcome)) };
    return { cards: [{ ...heading, rows: [row] }], json: null, quiet: [] };
  }
  const { raw } = view;
  return {
    ...view,
    cards: [heading, ...view.cards],
    ...(raw === undefined ? {} : { raw: `${title}\n${raw}` }),
  };
}

/** A job's error, which says whose it is. */
export function headedError(error: DevboxError, job: Job): DevboxError {
  return new DevboxError(error.kind, error.message, {
    code: error.code,
    title: error.title,
    details: [{ label: 'Job', value: jobTitle(job) }, ...error.details],
    suggestion: error.suggestion,
    hint: error.hint,
    cause: error,
  });
}

/** The error of a job that was not begun any more. */
export const notStarted = (): DevboxError =>
  interrupted('Not started: the multirun was stopped before', { code: 'multirun/not-started' });

/** The last card of a multirun, and the document of `--json`. */
export function summaryView(jobs: readonly Job[], results: readonly JobResult[]): View {
  const failed = results.filter(({ outcome }) => exitOf(outcome) !== 0);
  const left = jobs.length - results.length;
  const rows: Row[] = [
    { label: 'Jobs', value: String(jobs.length) },
    { label: 'Done', value: String(results.length - failed.length) },
    { label: 'Failed', value: failed.length === 0 ? '0' : [token('bad', String(failed.length))] },
    ...(left === 0 ? [] : [{ label: 'Not started', value: String(left) }]),
    ...failed.slice(0, namedFailures).map(failureRow),
  ];
  const unnamed = failed.length - namedFailures;
  return {
    cards: [{ title: 'Multirun', mood: failed.length + left === 0 ? 'normal' : 'bad', rows }],
    footer: unnamed > 0 ? [`and ${count(unnamed, 'more failure')}`] : [],
    json: [...results.map(resultJson), ...jobs.slice(results.length).map(leftJson)],
    quiet: [],
  };
}

function failureRow({ job, outcome }: JobResult): Row {
  const { error } = outcome;
  const how = error
    ? `${cleanLine(error.message, 300)} (exit ${exitOf(outcome)})`
    : `exit ${exitOf(outcome)}`;
  return { label: `#${job.number}`, value: [cleanLine(commandLine(job.shown)), ': ', token('bad', how)] };
}

function resultJson({ job, outcome, output }: JobResult): unknown {
  const { view, error } = outcome;
  return {
    overrides: job.shown,
    exit: exitOf(outcome),
    ...(view ? { result: view.json } : error ? {} : { result: output ?? null }),
    ...(error ? errorJson(error) : {}),
    ...(output && (view || error) ? { output } : {}),
  };
}

function leftJson({ shown }: Job): unknown {
  const error = notStarted();
  return { overrides: shown, exit: exitOf({ error }), ...errorJson(error) };
}
