import { isOurs, isUnclaimed, mayBeOurs, originOf, tagKeys } from '../marks.ts';
import type { Run, RunVolume } from '../project.ts';
import { isOfRun, type Seen, type SeenInstance, type SeenVolume } from './seen.ts';
import type { VolumeCare } from './step.ts';

/** The disks of a box as the row should note them. */
export function disksOf(seen: Seen, instance: SeenInstance): RunVolume[] {
  return instance.disks
    .map(({ device, volume }) => noted(seen, device, volume))
    .sort((a, b) => (a.device < b.device ? -1 : 1));
}

function noted(seen: Seen, device: string, id: string): RunVolume {
  const volume = seen.volumes.find((each) => each.id === id);
  return {
    id,
    device,
    size: volume?.size ?? null,
    type: volume?.type ?? null,
    iops: volume?.iops ?? null,
    throughput: volume?.throughput ?? null,
    disposable: volume !== undefined && isTakeable(seen, volume),
  };
}

/** Whether devbox may call a volume the project's: it is already, or nobody's. */
function isTakeable({ whose }: Seen, { tags }: SeenVolume): boolean {
  return isOurs(tags, whose) || mayBeOurs(tags, whose) || isUnclaimed(tags);
}

/**
 * What has still to be done so that the disks of a box outlive it and are known as the run's.
 * @returns null where nothing is left to do.
 */
export function careFor(seen: Seen, run: Run, instance: SeenInstance): VolumeCare | null {
  const mark = instance.disks.flatMap(({ volume: id }) => {
    const volume = seen.volumes.find((each) => each.id === id);
    return volume !== undefined && isTakeable(seen, volume) && !isOfRun(volume.tags, seen.whose, run.id)
      ? [id]
      : [];
  });
  const keep = instance.disks.filter(({ deleteOnTermination }) => deleteOnTermination);
  const markRan = instance.tags[tagKeys.ran] === undefined && originOf(instance.tags).run === run.id;
  return mark.length === 0 && keep.length === 0 && !markRan ? null : { mark, keep, markRan };
}

/** Whether the row already says what disks a box has. */
export function isNoted(run: Run, disks: readonly RunVolume[]): boolean {
  const plain = (volumes: readonly RunVolume[]): string =>
    JSON.stringify([...volumes].sort((a, b) => (a.device < b.device ? -1 : 1)).map(Object.values));
  return plain(run.volumes) === plain(disks);
}

/**
 * The disks of a run whose box is gone: what the row noted, what carries the run's mark, and what is still attached. The
 * device is taken from the row, from the attachment, or from the disk of the source image that the volume was made of.
 */
export function disksLeft(seen: Seen, run: Run, instance: SeenInstance | undefined): RunVolume[] {
  const disks = new Map(run.volumes.map((volume) => [volume.id, volume]));
  const source = seen.images.find(({ id }) => id === run.image);
  for (const volume of seen.volumes) {
    const attached = volume.attachedTo.find(
      (each) => each.instance === (instance?.id ?? run.instanceId),
    )?.device;
    // A volume that the row once noted and then no more was taken off by hand.
    const isMarked = isOfRun(volume.tags, seen.whose, run.id) && run.volumes.length === 0;
    if (disks.has(volume.id) || (attached === undefined && !isMarked)) continue;
    const device =
      attached ?? source?.disks.find(({ snapshot }) => snapshot !== null && snapshot === volume.from)?.device;
    disks.set(volume.id, noted(seen, device ?? '', volume.id));
  }
  return [...disks.values()];
}
