import { type Project, runOf } from '../project.ts';
import { nextOfLegacy, nextOfOldReady } from './adopting.ts';
import { nextOfEnding } from './ending.ts';
import { nextOfHousekeeping, waitsForTrash } from './housekeeping.ts';
import { nextOfLaunch } from './launching.ts';
import { nextOfRemoving } from './removing.ts';
import { nextOfSave, type Patience } from './saving.ts';
import { instanceOf, isLive, type Seen } from './seen.ts';
import type { Step } from './step.ts';
import { careFor, disksOf, isNoted } from './volumes.ts';

export type { Patience } from './saving.ts';

/** What the one who acts knows beside what is seen. */
export interface Means {
  readonly patience: Patience;
  /** How many saves a project keeps whose row does not say. */
  readonly keepImages: number;
  /** Tidying steps that failed already: see `stepKey`. */
  readonly tried: ReadonlySet<string>;
}

/**
 * The one thing to do next for a project. The same for everybody who acts on projects: a command, an event, the schedule.
 * Nothing but what is seen goes into it, so that whoever comes next goes on where the last one stopped.
 */
export function nextStep(seen: Seen, means: Means): Step {
  const main = nextOfState(seen, means);
  if (main.do !== 'nothing' && main.do !== 'wait') return main;
  const keep = seen.project.keepImages ?? means.keepImages;
  const kind = seen.project.state.kind;
  if (kind === 'unknown' || kind === 'legacy') return main;
  const tidying = nextOfHousekeeping(seen, keep, means.tried);
  if (tidying !== null) return tidying;
  if (main.do === 'nothing' && waitsForTrash(seen))
    return { do: 'wait', text: 'What is no longer needed is going' };
  return main;
}

function nextOfState(seen: Seen, { patience }: Means): Step {
  const { state } = seen.project;
  switch (state.kind) {
    case 'ready':
      return nextOfOldReady(seen) ?? { do: 'nothing' };
    case 'launching':
      return nextOfLaunch(seen, state.run, patience);
    case 'running':
      return nextOfRunning(seen, seen.project, patience);
    case 'saving':
      return nextOfSave(seen, state.run, state.saving, state.step, patience);
    case 'ending':
      return nextOfEnding(seen, state.run, state.discarded);
    case 'removing':
      return nextOfRemoving(seen, state.keepImages);
    case 'legacy':
      return nextOfLegacy(seen, state);
    case 'failed':
    case 'lost':
    case 'unknown':
      return { do: 'nothing' };
  }
}

function nextOfRunning(seen: Seen, project: Project, { settle }: Patience): Step {
  const run = runOf(project);
  if (run === null) return { do: 'nothing' };
  const instance = instanceOf(seen, run);
  if (instance === undefined) {
    const isYoung = run.launchedAt !== null && seen.now - Date.parse(run.launchedAt) < settle;
    return isYoung ? { do: 'wait', text: 'EC2 does not show the box yet' } : { do: 'begin-rescue' };
  }
  if (!isLive(instance)) return { do: 'begin-rescue' };
  if (instance.state === 'pending') return { do: 'nothing' };
  const care = careFor(seen, run, instance);
  const volumes = disksOf(seen, instance);
  if (care === null && isNoted(run, volumes)) return { do: 'nothing' };
  return { do: 'keep-volumes', instance, volumes, care: care ?? { mark: [], keep: [], markRan: false } };
}
