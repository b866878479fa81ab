import { Readable } from 'node:stream';
import { type Captured, capturedStream } from '../../base/captured.ts';
import type { Context, Output } from '../../base/context.ts';
import type { Outcome } from '../../commands/outcome.ts';
import type { Renderer } from '../../ui/renderer.ts';
import { hideInError } from '../hide.ts';
import type { Line, LiveOutput, RunLine } from '../line.ts';
import { shownError } from '../shown-error.ts';
import { headedError, headedView, type Job, type JobResult, jobTitle } from './report.ts';
import { labelledStream } from './streams.ts';

/** Bytes of a job's own output, on each of its streams, that `--json` keeps. */
const keptOutput = 10 * 1024 * 1024;

/** What all jobs of a multirun are run with. */
export interface Stage {
  readonly line: Line;
  /** Overrides that are about Hydra; every job gets them. */
  readonly hydra: readonly string[];
  readonly run: RunLine;
  readonly context: Context;
  readonly renderer: Renderer;
  readonly shared: Map<string, unknown>;
  /** Whether several jobs run at the same time. */
  readonly together: boolean;
}

/** Runs one job and shows how it ended, under its title; with `--json` nothing is shown. Never rejects for the job. */
export async function runJob(job: Job, stage: Stage): Promise<JobResult> {
  const { line, renderer, context, together } = stage;
  const { json, quiet } = line.flags;
  const hidden = ({ error, ...outcome }: Outcome): Outcome =>
    error ? { ...outcome, error: hideInError(error, line.secrets) } : outcome;
  const title = jobTitle(job);
  if (!together && !json) await renderer.show({ cards: [{ title, rows: [] }], json: null, quiet: [] });
  const streams = jobStreams(job, stage);
  const result: JobResult = {
    job,
    outcome: await stage
      .run(
        {
          ...line,
          overrides: [...job.overrides, ...stage.hydra],
          interactive: false,
          job: { number: job.number, shared: stage.shared },
        },
        { ...context, stdin: { stream: Readable.from([]), isTTY: false }, ...streams.outputs },
        streams.live,
      )
      .catch((error: unknown) => ({ error: shownError(error, context) }))
      .then(hidden),
  };
  const output = await streams.end();
  if (json) return output ? { ...result, output } : result;
  const { view, error } = result.outcome;
  if (together && (view || (!error && !quiet))) await renderer.show(headedView(result));
  else if (view) await renderer.show(view);
  if (error) await renderer.fail(headedError(error, job));
  return result;
}

/** Where a job's own output goes while it runs. */
interface JobStreams {
  readonly outputs: Pick<Context, 'stdout' | 'stderr'>;
  readonly live: LiveOutput;
  /** Writes what is left of the last lines. @returns what `--json` shows of it, where there was any. */
  end(): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/** As it comes where jobs run one after another, in lines with the job's number otherwise; kept for `--json`. */
function jobStreams(job: Job, { line, context, renderer, together }: Stage): JobStreams {
  const label = `#${job.number}`;
  const live: LiveOutput = together
    ? {
        emit: renderer.labelled(label),
        prepare: renderer.prepare,
        release: async () => undefined,
        show: renderer.show,
        append: renderer.append,
        replace: renderer.replace,
      }
    : renderer;
  const { stdout, stderr } = context;
  if (line.flags.json) {
    const kept = { stdout: capturedStream(keptOutput), stderr: capturedStream(keptOutput) };
    const outputs = {
      stdout: plainOutput(kept.stdout.stream, stdout),
      stderr: plainOutput(kept.stderr.stream, stderr),
    };
    const show: LiveOutput['show'] = async (view) => {
      kept.stdout.stream.write(`${JSON.stringify(view.json)}\n`);
    };
    return { outputs, live: { ...live, show }, end: async () => outputJson(kept) };
  }
  if (!together) return { outputs: { stdout, stderr }, live, end: async () => undefined };
  const lines = [stdout, stderr].map(({ stream }) => labelledStream(stream, label));
  const [out = stdout.stream, err = stderr.stream] = lines;
  return {
    outputs: { stdout: plainOutput(out, stdout), stderr: plainOutput(err, stderr) },
    live,
    async end() {
      await Promise.all(lines.map((stream) => new Promise<void>((done) => stream.end(() => done()))));
      return undefined;
    },
  };
}

function plainOutput(stream: Output['stream'], { columns }: Output): Output {
  return { stream, isTTY: false, columns };
}

function outputJson(kept: Readonly<Record<'stdout' | 'stderr', Captured>>) {
  const stdout = kept.stdout.text();
  const stderr = kept.stderr.text();
  if (stdout === '' && stderr === '') return undefined;
  return { stdout, stderr, ...(kept.stdout.isCut() || kept.stderr.isCut() ? { truncated: true } : {}) };
}
