import { setMaxListeners } from 'node:events';
import type { Context } from '../../base/context.ts';
import { failures } from '../../base/errors.ts';
import { exitOf } from '../../commands/outcome.ts';
import { ComposeError, type Composition, expandSweep } from '../../compose/index.ts';
import { composeConfig } from '../../config/compose.ts';
import { checkHydra, multirunSettings } from '../../config/hydra.ts';
import { hideOverrides, secretsIn } from '../../runs/hide.ts';
import type { Renderer } from '../../ui/renderer.ts';
import { type Line, mayBeAboutHydra, type RunLine } from '../line.ts';
import { runJob, type Stage } from './job.ts';
import { type Job, summaryView } from './report.ts';
import { runJobs } from './schedule.ts';

/**
 * Runs every job of a command line's sweeps, in the order of Hydra's basic sweeper, and shows each as it ends and a
 * summary at last.
 * @returns 0 where all jobs ended well, else the exit status of the first one that did not.
 */
export async function multirun(
  line: Line,
  run: RunLine,
  context: Context,
  renderer: Renderer,
): Promise<number> {
  const hydra = line.overrides.filter(mayBeAboutHydra);
  const task = line.overrides.filter((override) => !mayBeAboutHydra(override));
  const expand = (overrides: readonly string[]): string[][] =>
    expandSweep(overrides, { searchPath: line.source.trees, random: context.random });

  checkHydra(hydra);
  const first = expand(task);
  const { params, ...limits } = multirunSettings(
    settled(line, [...(first[0] ?? []), ...hydra], hydra, context),
  );
  const lists = params.length === 0 ? first : expand([...params, ...task]);
  const secrets = [...line.secrets, ...secretsIn(context.env)];
  const jobs = lists.map(
    (overrides, number): Job => ({ number, overrides, shown: hideOverrides(overrides, secrets).words }),
  );
  if (jobs.length === 0) {
    const footer = ['Nothing to run: the sweep has no jobs, as one of its lists is empty.'];
    await renderer.show({ cards: [], footer, json: [], quiet: [] });
    return 0;
  }

  const stage: Stage = {
    line,
    hydra,
    run,
    context,
    renderer,
    shared: new Map(),
    together: limits.atOnce > 1 && jobs.length > 1,
  };
  const { signal } = context;
  // Every job listens to it; so many listeners are no leak here.
  setMaxListeners(0, signal);
  const results = await runJobs(jobs, { ...limits, signal }, (job) => runJob(job, stage));
  const summary = summaryView(jobs, results);
  if (!line.flags.quiet) await renderer.show(summary);
  if (signal.aborted) return failures.interrupted.exit;
  return results.map(({ outcome }) => exitOf(outcome)).find((exit) => exit !== 0) ?? 0;
}

/** The composition that decides how jobs are run: that of the first one, or of none where that one is wrong. */
function settled(
  { source }: Line,
  first: readonly string[],
  hydra: readonly string[],
  context: Context,
): Composition {
  try {
    return composeConfig(source, first, context, 0);
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    return composeConfig(source, hydra, context);
  }
}
