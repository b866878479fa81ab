import { isOurs } from '../marks.ts';
import type { Trash } from '../project.ts';
import { partsOf } from './housekeeping.ts';
import { isLive, type Seen, snapshotsUnder } from './seen.ts';
import type { Step } from './step.ts';

/**
 * The next step of deleting a project: what is its own becomes trash, the trash goes, then the row. Available images that
 * the row does not name are kept: an earlier project of the name may have left them on purpose.
 */
export function nextOfRemoving(seen: Seen, keepImages: boolean): Step {
  const { project } = seen;
  const things = (keepImages ? [] : everything(seen)).filter(
    ({ id }) => !project.trash.some((other) => other.id === id),
  );
  if (things.length > 0 || (!keepImages && project.saves.length > 0))
    return { do: 'throw-away', trash: things, saves: keepImages ? null : [] };
  if (project.trash.length > 0) return { do: 'nothing' };
  return { do: 'remove-project', project };
}

function everything(seen: Seen): Trash[] {
  const images = seen.images.filter(
    ({ id, state, tags }) =>
      isOurs(tags, seen.whose) &&
      (state !== 'available' || seen.project.saves.some(({ image }) => image === id)),
  );
  const saved = seen.project.saves.flatMap((save) => partsOf(seen, save));
  const goes = new Set([...saved.map(({ id }) => id), ...images.map(({ id }) => id)]);
  const held = new Set(seen.images.filter(({ id }) => !goes.has(id)).flatMap(snapshotsUnder));
  const snapshots = seen.snapshots.filter(({ id, tags }) => isOurs(tags, seen.whose) && !held.has(id));
  const volumes = seen.volumes.filter(
    ({ tags, attachedTo }) =>
      isOurs(tags, seen.whose) &&
      attachedTo.every(
        ({ instance }) => !seen.instances.some((each) => each.id === instance && isLive(each)),
      ),
  );
  const all: Trash[] = [
    ...saved,
    ...images.map(({ id }): Trash => ({ kind: 'image', id })),
    ...snapshots.map(({ id }): Trash => ({ kind: 'snapshot', id })),
    ...volumes.map(({ id }): Trash => ({ kind: 'volume', id })),
  ];
  return [...new Map(all.map((thing) => [thing.id, thing])).values()];
}
