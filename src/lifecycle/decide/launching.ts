import type { Run, Trash } from '../project.ts';
import type { Patience } from './saving.ts';
import { instanceOf, isLive, isOfRun, type Seen, type SeenInstance } from './seen.ts';
import type { Step } from './step.ts';
import { careFor, disksOf } from './volumes.ts';

/** The next step of a launch. Only a box that has run is ever saved: what died before leaves the project as it was. */
export function nextOfLaunch(seen: Seen, run: Run, { launch, settle }: Patience): Step {
  const instance = instanceOf(seen, run);
  const age = run.launchedAt === null ? Number.POSITIVE_INFINITY : seen.now - Date.parse(run.launchedAt);
  if (instance === undefined) {
    // A box that EC2 has named once is not waited for as long as one that may never come.
    if (age < (run.instanceId === null ? launch : settle))
      return { do: 'wait', text: 'The box is being asked for' };
    return given(seen, run, 'EC2 made no box for it');
  }
  if (!isLive(instance)) return given(seen, run, `${instance.id} ended before it ran${why(instance)}`);
  if (run.instanceId !== instance.id) return { do: 'note-instance', instance };
  if (instance.state === 'pending') return { do: 'wait', text: `${instance.id} is starting` };
  const care = careFor(seen, run, instance) ?? { mark: [], keep: [], markRan: false };
  return { do: 'mark-running', instance, volumes: disksOf(seen, instance), care };
}

function why({ reason }: SeenInstance): string {
  return reason === null ? '' : ` (${reason})`;
}

function given(seen: Seen, run: Run, reason: string): Step {
  return { do: 'give-up-launch', trash: madeFor(seen, run), reason };
}

/** The boxes of a run, and the volumes that were made for it. */
function madeFor(seen: Seen, run: Pick<Run, 'id'>): Trash[] {
  const own = seen.instances.filter(({ tags }) => isOfRun(tags, seen.whose, run.id));
  const volumes = seen.volumes.filter(
    ({ tags, attachedTo }) =>
      isOfRun(tags, seen.whose, run.id) &&
      attachedTo.every(({ instance }) => own.some(({ id }) => id === instance)),
  );
  return [
    ...own.filter(isLive).map(({ id }): Trash => ({ kind: 'instance', id })),
    ...volumes.map(({ id }): Trash => ({ kind: 'volume', id })),
  ];
}
