import { statSync } from 'node:fs';
import { DevboxError } from '../../base/errors.ts';
import type { Run } from '../../runs/run.ts';
import { listRuns, runsFolder } from '../../runs/store.ts';
import type { Arguments } from '../arguments.ts';
import type { Flags } from '../own-flags.ts';
import { isOverride } from '../words.ts';
import type { MetaCommand } from './meta.ts';
import { runsView } from './runs-view.ts';

/** Repeats a recorded run, or lists the latest: `devbox rerun`, `devbox rerun ID max_retries=5`. */
export const rerun: MetaCommand = {
  summary: 'repeat a run that was recorded, or list the latest ones',
  async run({ words, rest, flags, context, again }) {
    const [wanted, ...others] = words.filter((word) => !isOverride(word));
    const added = words.filter(isOverride);
    const runs = await listRuns(runsFolder(context.paths.state));
    if (wanted === undefined && added.length === 0) return { view: runsView(runs, context) };
    if (wanted === undefined || others.length > 0) throw oneId();
    const run = theRun(wanted, runs);
    if (!isDirectory(run.cwd)) throw directoryGone(run);
    return again(repeated(run, added, rest, flags), run.cwd);
  },
  async complete({ words, context }) {
    return words.length > 0 ? [] : (await listRuns(runsFolder(context.paths.state))).map(({ id }) => id);
  },
};

/**
 * The command line that repeats a run.
 * @throws DevboxError of kind `usage` where something that was hidden is not given again.
 */
export function repeated(
  run: Run,
  added: readonly string[],
  rest: readonly string[] | undefined,
  flags: Flags,
): Arguments {
  const given = new Set(added.map(keyOf));
  const missing = run.hidden.filter((key) => (key === '--' ? rest === undefined : !given.has(key)));
  if (missing.length > 0) throw secretsMissing(run, missing);
  const hidden = new Set(run.hidden);
  return {
    flags: {
      ...flags,
      configDirs: [...flags.configDirs, ...run.config.dirs],
      configPath: flags.configPath ?? run.config.path ?? undefined,
      configName: flags.configName === 'config' ? run.config.name : flags.configName,
    },
    words: [...run.overrides.filter((override) => !hidden.has(keyOf(override))), ...added],
    settings: [],
    rest: rest ?? run.rest ?? undefined,
  };
}

const keyOf = (override: string): string => override.replace(/^[+~]*/, '').split('=', 1)[0] ?? '';

/** The one run that an id or the beginning of one means. */
function theRun(wanted: string, runs: readonly Run[]): Run {
  const found = runs.filter(({ id }) => id.startsWith(wanted) || id.slice('dbx_'.length).startsWith(wanted));
  const [run] = found;
  if (found.length > 1) {
    throw new DevboxError('usage', `${wanted} is the beginning of ${found.length} runs`, {
      code: 'rerun/ambiguous',
      title: 'Usage Error',
      details: [{ label: 'Runs', value: found.map(({ id }) => id).join(', ') }],
      hint: 'Write more of the id.',
    });
  }
  if (run) return run;
  throw new DevboxError('not-found', `no run ${wanted} is recorded`, {
    code: 'rerun/not-found',
    title: 'Not Found',
    hint: 'devbox rerun lists the latest runs.',
  });
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function oneId(): DevboxError {
  return new DevboxError('usage', 'rerun repeats one run at a time', {
    code: 'rerun/one-id',
    title: 'Usage Error',
    hint: 'Write devbox rerun ID [key=value ...]. devbox rerun lists the latest runs.',
  });
}

function directoryGone(run: Run): DevboxError {
  return new DevboxError('usage', `the directory of ${run.id} is gone, and its project's settings with it`, {
    code: 'rerun/directory-gone',
    title: 'Usage Error',
    details: [{ label: 'Directory', value: run.cwd }],
    hint: `Type it where it is to run: devbox ${run.overrides.join(' ')}`,
  });
}

function secretsMissing(run: Run, missing: readonly string[]): DevboxError {
  const again = missing.map((key) => (key === '--' ? '-- COMMAND' : `${key}=VALUE`)).join(' ');
  return new DevboxError('usage', `${run.id} was given secrets, which are not recorded`, {
    code: 'rerun/secrets',
    title: 'Usage Error',
    details: [
      { label: 'Hidden', value: missing.map((key) => (key === '--' ? 'words after --' : key)).join(', ') },
    ],
    hint: `Give them again: devbox rerun ${run.id} ${again}`,
  });
}
