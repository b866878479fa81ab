import { readFileSync } from 'node:fs';
import { redact } from '../../base/redact.ts';
import type { ComposeError, Frame, Origin } from '../../compose/index.ts';
import type { ConfigSource } from '../compose.ts';
import type { Problem } from '../problems.ts';
import type { Project } from '../project.ts';

/** Something wrong in a configuration tree. */
export interface Finding {
  /** Stable name, such as `yaml/syntax` or `config/invalid`. */
  readonly code: string;
  readonly message: string;
  /** The file, absolute; null where it is about no single file. */
  readonly file: string | null;
  /** From 1; null where it is about the whole file. */
  readonly line: number | null;
  readonly column: number | null;
  /** What was composed when it was found, such as `command=up_train`; null where nothing had to be. */
  readonly job: string | null;
  readonly expected: string | null;
  readonly hint: string | null;
}

/** Where a finding is, as far as it is known. */
type Place = Pick<Finding, 'file' | 'line' | 'column'>;

/** What was composed, for those errors that say nothing of a file. */
export interface Job {
  readonly label: string;
  /** The file of the option that is tried, absolute. */
  readonly file: string;
  readonly source: ConfigSource;
}

/** A finding about a file as a whole. */
export function fileFinding(file: string, code: string, message: string, hint: string | null): Finding {
  return { code, message, file, line: null, column: null, job: null, expected: null, hint };
}

/** What an error of the engine is, in a file by itself or in a job. */
export function errorFinding(error: ComposeError, context: { readonly file: string } | Job): Finding {
  const job = 'label' in context ? context : undefined;
  const place = placeOf(error, context.file, job?.source.project);
  const { code, expected, nearest, hint } = error;
  const suggests = nearest !== undefined && !error.message.includes('did you mean');
  return {
    code,
    message: redact(error.message),
    ...(job ? ofUser(place, job) : place),
    job: job?.label ?? null,
    expected: expected ?? null,
    hint: suggests ? `Did you mean ${nearest}?` : (hint ?? null),
  };
}

/** What a wrong setting of a job is. */
export function problemFinding(problem: Problem, job: Job): Finding {
  const place = placeOf({ origin: problem.origin }, job.file, job.source.project);
  return {
    code: problem.code ?? 'config/invalid',
    message: problem.message,
    ...atKey(place, problem.key),
    job: job.label,
    expected: problem.details.find(({ label }) => label === 'Expected')?.value ?? null,
    hint: problem.hint,
  };
}

function placeOf(
  { origin, frame }: { readonly origin?: Origin | undefined; readonly frame?: Frame },
  file: string,
  project: Project | undefined,
): Place {
  if (origin?.kind === 'file') return { file: origin.file, line: origin.line, column: origin.column };
  if (origin?.kind === 'override') return overridePlace(origin, file, project);
  if (frame) return { file: frame.file, line: frame.line, column: null };
  return { file, line: null, column: null };
}

/** What goes wrong in a file that devbox comes with is the doing of the option that was tried. */
function ofUser(place: Place, { file, source }: Job): Place {
  const shipped = source.trees.filter(({ label }) => label === 'presets' || label === 'built-in');
  const isShipped = shipped.some(({ path }) => place.file?.startsWith(`${path}/`));
  return isShipped ? { file, line: null, column: null } : place;
}

/** An override stands in the project's rc file, or is the one with which the option was tried. */
function overridePlace(
  { override, index }: Extract<Origin, { kind: 'override' }>,
  file: string,
  project: Project | undefined,
): Place {
  if (index >= (project?.overrides.length ?? 0)) return { file, line: null, column: null };
  if (project?.rcFile === undefined) return { file: project?.directory ?? file, line: null, column: null };
  const lines = linesOf(project.rcFile);
  const line = lines.findIndex((text) => text.includes(override));
  return { file: project.rcFile, line: line < 0 ? null : line + 1, column: null };
}

/** A mapping is known by its first entry; the place of the finding is the line of its key. */
function atKey(place: Place, key: string): Place {
  if (place.file === null || place.line === null) return place;
  const name = key.split('.').at(-1) ?? key;
  const lines = linesOf(place.file);
  const isKey = new RegExp(`(?:^|[\\s{,'"])${name.replace(/\W/g, '\\$&')}['"]?\\s*:`);
  for (let line = place.line; line > Math.max(0, place.line - maxLinesBack); line--) {
    const column = lines[line - 1]?.search(isKey) ?? -1;
    if (column < 0) continue;
    const start = lines[line - 1]?.indexOf(name, column) ?? column;
    return { ...place, line, column: start + 1 };
  }
  return place;
}

/** Comments and empty lines may stand between a key and its mapping. */
const maxLinesBack = 50;

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r\n?|\n/);
  } catch {
    return [];
  }
}

/** The findings without those that say the same of the same place, by file and line. */
export function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const { file, line, column, code, message } = finding;
    const what = line === null ? message : String(column);
    const key = JSON.stringify([file, line, code, what]);
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()].sort(
    (a, b) =>
      compare(a.file ?? '', b.file ?? '') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
