import { isAbsolute, relative } from 'node:path';
import type { Context } from '../base/context.ts';
import { redact } from '../base/redact.ts';
import type { Origin } from '../compose/index.ts';

/** Where a value was set, in words for people: `presets/command/up_gh200.yaml:7`, or the override. */
export function describeOrigin(origin: Origin, context: Pick<Context, 'cwd' | 'paths'>): string {
  if (origin.kind === 'override') return `the override ${redact(origin.override)}`;
  return `${shortPath(origin.file, context)}:${origin.line}`;
}

/** A path as short as it can be named: relative to the working directory, to devbox itself, or to the home. */
export function shortPath(path: string, context: Pick<Context, 'cwd' | 'paths'>): string {
  const here = within(context.cwd, path);
  if (here !== undefined) return here;
  const shipped = within(context.paths.package, path);
  if (shipped !== undefined) return `devbox's own ${shipped}`;
  const home = within(context.paths.home, path);
  return home === undefined ? path : `~/${home}`;
}

function within(directory: string, path: string): string | undefined {
  const result = relative(directory, path);
  return result === '' || result.startsWith('..') || isAbsolute(result) ? undefined : result;
}
