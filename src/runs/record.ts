import type { Context } from '../base/context.ts';
import type { LeaseId } from '../leases/lease.ts';
import { hideOverrides, hideWords, secretsIn } from './hide.ts';
import type { Run } from './run.ts';
import { pruneRuns, runsFolder, writeRun } from './store.ts';

/** What is written down of a run before it has ended. */
export interface RunFacts {
  readonly id: LeaseId;
  /** Name of the command. */
  readonly command: string;
  readonly overrides: readonly string[];
  readonly rest: readonly string[] | undefined;
  readonly configDirs: readonly string[];
  readonly configPath: string | undefined;
  readonly configName: string;
  /** Values that must not be written down, beside those that the environment holds. */
  readonly secrets: readonly string[];
}

/** How a run ended. */
export interface RunEnd {
  readonly exit: number;
  /** Ids of the boxes that it showed. */
  readonly boxes: readonly string[];
}

/**
 * Records a run under the user's state directory: when it begins, so that a killed one is known, and when it has
 * ended.
 * @throws where the record cannot be written; the run is not touched by that.
 */
export async function recordRun(
  facts: RunFacts,
  ended: Promise<RunEnd>,
  { paths, clock, env, cwd, version }: Context,
): Promise<void> {
  const begun = clock.monotonic();
  const secrets = [...facts.secrets, ...secretsIn(env)];
  const overrides = hideOverrides(facts.overrides, secrets);
  const rest = facts.rest && hideWords(facts.rest, secrets);
  const run: Run = {
    version: 1,
    id: facts.id,
    command: facts.command,
    overrides: [...overrides.words],
    rest: rest?.words ?? null,
    hidden: [...overrides.keys, ...(rest?.hidden ? ['--'] : [])],
    config: { dirs: [...facts.configDirs], path: facts.configPath ?? null, name: facts.configName },
    cwd,
    devbox: version,
    startedAt: new Date(clock.now()).toISOString(),
    seconds: null,
    exit: null,
    boxes: [],
  };
  const folder = runsFolder(paths.state);
  const [{ exit, boxes }] = await Promise.all([ended, writeRun(folder, run)]);
  const seconds = Math.round(clock.monotonic() - begun) / 1000;
  await writeRun(folder, { ...run, exit, boxes: [...boxes], seconds });
  await pruneRuns(folder, clock.now());
}
