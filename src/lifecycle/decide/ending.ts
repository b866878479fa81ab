import type { Run, Trash } from '../project.ts';
import { leftOvers } from './saving.ts';
import { instanceOf, isLive, isOfRun, type Seen, snapshotsUnder } from './seen.ts';
import type { Step } from './step.ts';
import { disksLeft } from './volumes.ts';

/** The next step of a run that is saved, or given up by the user's own word. */
export function nextOfEnding(seen: Seen, run: Run, discarded: boolean): Step {
  const instance = instanceOf(seen, run);
  const isUsed = instance?.state === 'running' || instance?.state === 'pending';
  // It was stopped when it was saved: somebody has started it since, and may be at work.
  if (isUsed && !discarded) return { do: 'resume', instance };
  if (instance !== undefined && isLive(instance)) return { do: 'terminate', instance };
  return { do: 'end', trash: [...disksDone(seen, run, discarded), ...leftOvers(seen, run, null)] };
}

/** Disks of a run that nobody needs any more: all of them after a discard, else exactly those in the run's images. */
function disksDone(seen: Seen, run: Run, discarded: boolean): Trash[] {
  const images = new Set(seen.project.saves.flatMap((save) => (save.run === run.id ? [save.image] : [])));
  const saved = new Set(
    seen.images.filter(({ id }) => images.has(id)).flatMap((image) => snapshotsUnder(image)),
  );
  const isSaved = (volume: string): boolean =>
    seen.snapshots.some((snapshot) => snapshot.volume === volume && saved.has(snapshot.id));
  const marked = seen.volumes.filter(({ tags }) => isOfRun(tags, seen.whose, run.id)).map(({ id }) => id);
  const noted = disksLeft(seen, run, instanceOf(seen, run)).flatMap(({ id, disposable }) =>
    disposable ? [id] : [],
  );
  return [...new Set([...noted, ...marked])]
    .filter((id) => discarded || isSaved(id))
    .map((id): Trash => ({ kind: 'volume', id }));
}
