import { isOurs, managedBy, mayBeOurs, runMarks, saveMarks, type Tags, tagKeys } from '../marks.ts';
import { legacyRunId, type RunId } from '../names.ts';
import type { Project, ProjectState, RunVolume, Save, Saving } from '../project.ts';
import { statusWords } from '../row.ts';
import type { Change } from '../transitions.ts';
import { isGood, isLive, type OldVolumeRow, type Seen, type SeenImage, snapshotsUnder } from './seen.ts';
import type { Step } from './step.ts';

type Legacy = Extract<ProjectState, { readonly kind: 'legacy' }>;

/** What a row of the first deployments becomes; a save that is in it is kept whatever else is the matter. */
export function nextOfLegacy(seen: Seen, state: Legacy): Step {
  if (state.status === 'IMAGING') {
    const image = seen.images.find(({ id }) => id === state.image);
    if (image?.state === 'pending') return { do: 'wait', text: `The image ${image.id} is being made` };
    if (image !== undefined && isSaveOfBefore(seen, image))
      return adopted(ready(image), [marksOn(seen, image)]);
  }
  if (state.status === 'RUNNING' && state.instanceId !== null)
    return runningOf(seen, state, state.instanceId);
  if (state.status === 'LAUNCHING' || state.status === 'RUNNING') return nothingRuns(seen, state);
  return savingOf(seen, state);
}

/** A READY row of before: its image becomes a save with marks, or what the project begins with if it is none of ours. */
export function nextOfOldReady(seen: Seen): Step | null {
  const { project } = seen;
  if (project.revision !== null) return null;
  const image = seen.images.find(({ id }) => id === project.image);
  if (project.image === null || image === undefined) return null;
  if (isSaveOfBefore(seen, image)) return adopted(ready(image), [marksOn(seen, image)]);
  return adopted({
    status: statusWords.ready,
    set: { Saves: [], Generation: 0, ...(project.baseImage === null ? { BaseAmi: image.id } : {}) },
    remove: [],
  });
}

interface MarksOn {
  readonly ids: readonly string[];
  readonly tags: Tags;
}

function adopted(change: Change, marks: readonly MarksOn[] = []): Step {
  return { do: 'adopt', change, marks: marks.filter(({ ids }) => ids.length > 0) };
}

/** Whether an image is one that the first deployments saved for this project. */
function isSaveOfBefore(seen: Seen, image: SeenImage): boolean {
  return isGood(image) && (isOurs(image.tags, seen.whose) || mayBeOurs(image.tags, seen.whose));
}

function saveOfBefore(image: SeenImage): Save {
  return {
    generation: 1,
    image: image.id,
    snapshots: snapshotsUnder(image),
    run: null,
    savedAt: null,
    bootedAt: null,
    missing: [],
  };
}

function ready(image: SeenImage): Change {
  return {
    status: statusWords.ready,
    set: { AMI: image.id, Saves: [saveOfBefore(image)], Generation: 1 },
    remove: ['InstanceId', 'State', 'PublicIp', 'PrivateIp'],
  };
}

/** The marks of a save of before, on its image and on the snapshots under it. */
function marksOn({ whose }: Seen, image: SeenImage): MarksOn {
  return {
    ids: [image.id, ...snapshotsUnder(image)],
    tags: {
      [tagKeys.project]: whose.project,
      [tagKeys.managedBy]: managedBy,
      [tagKeys.deployment]: whose.deployment,
      [tagKeys.generation]: '1',
    },
  };
}

/** What was saved before the run that a row is in: the image that its box booted, if the project saved it. */
function before(
  seen: Seen,
  state: Legacy,
): { readonly saves: readonly Save[]; readonly marks: readonly MarksOn[] } {
  const image = seen.images.find(({ id }) => id === state.image);
  if (image === undefined || !isSaveOfBefore(seen, image)) return { saves: [], marks: [] };
  return { saves: [saveOfBefore(image)], marks: [marksOn(seen, image)] };
}

function runningOf(seen: Seen, state: Legacy, instanceId: string): Step {
  const run = legacyRunId(instanceId);
  const { saves, marks } = before(seen, state);
  const instance = seen.instances.find(({ id }) => id === instanceId);
  const isMarked =
    instance !== undefined &&
    isLive(instance) &&
    (isOurs(instance.tags, seen.whose) || mayBeOurs(instance.tags, seen.whose));
  return adopted(
    {
      status: statusWords.running,
      set: {
        RunId: run,
        InstanceId: instanceId,
        RunImage: state.image ?? undefined,
        Saves: saves,
        Generation: saves.length,
        ...base(saves, state),
      },
      remove: [],
    },
    [
      ...marks,
      ...(isMarked ? [{ ids: [instanceId], tags: runMarks(seen.whose, run) }] : []),
      { ids: volumesOf(seen, instanceId), tags: runMarks(seen.whose, run) },
    ],
  );
}

/** Volumes of a box of before, of which its own tags or its attachment say so. */
function volumesOf(seen: Seen, instanceId: string): string[] {
  return seen.volumes.flatMap(({ id, tags, attachedTo }) =>
    mayBeOurs(tags, seen.whose) && attachedTo.some(({ instance }) => instance === instanceId) ? [id] : [],
  );
}

/** A first run of before has its base image in `AMI`. */
function base(saves: readonly Save[], state: Legacy): Record<string, unknown> {
  return saves.length === 0 && state.image !== null ? { BaseAmi: state.image } : {};
}

function nothingRuns(seen: Seen, state: Legacy): Step {
  const { saves, marks } = before(seen, state);
  return adopted(
    {
      status: statusWords.ready,
      set: { Saves: saves, Generation: saves.length, ...base(saves, state) },
      remove: ['InstanceId', 'State', 'PublicIp', 'PrivateIp'],
    },
    marks,
  );
}

/** A save of before that came to a stop: what it snapshotted is taken up. */
function savingOf(seen: Seen, state: Legacy): Step {
  const { saves, marks } = before(seen, state);
  const rows = rowsOfLastRun(seen.oldRows, seen);
  const instanceId = rows[0]?.instance;
  if (instanceId === undefined || instanceId === null) return lost(seen.project, state, saves, marks, seen);
  const run = legacyRunId(instanceId);
  const saving: Saving = {
    generation: saves.length + 1,
    attempt: 1,
    keeps: false,
    image: null,
    startedAt: new Date(seen.now).toISOString(),
    askedAt: null,
  };
  return adopted(
    {
      status: statusWords.snapshots,
      set: {
        RunId: run,
        InstanceId: instanceId,
        RunImage: state.image ?? undefined,
        Saves: saves,
        Generation: saving.generation,
        Saving: saving,
        Volumes: rows.map((row) => volumeOf(seen, row)),
        ...base(saves, state),
      },
      remove: [],
    },
    [...marks, ...marksOfRows(seen, rows, run, saving)],
  );
}

/** Rows of several runs can stand beside one another: those of the box that was snapshotted last are meant. */
function rowsOfLastRun(rows: readonly OldVolumeRow[], seen: Seen): OldVolumeRow[] {
  const startOf = ({ snapshot }: OldVolumeRow): number =>
    seen.snapshots.find(({ id }) => id === snapshot)?.startedAt ?? 0;
  const last = [...rows].sort((a, b) => startOf(b) - startOf(a))[0];
  return last === undefined ? [] : rows.filter(({ instance }) => instance === last.instance);
}

function volumeOf(seen: Seen, { volume: id, device }: OldVolumeRow): RunVolume {
  const volume = seen.volumes.find((each) => each.id === id);
  return {
    id,
    device: device ?? '',
    size: volume?.size ?? null,
    type: volume?.type ?? null,
    iops: volume?.iops ?? null,
    throughput: volume?.throughput ?? null,
    disposable: true,
  };
}

function marksOfRows(seen: Seen, rows: readonly OldVolumeRow[], run: RunId, saving: Saving): MarksOn[] {
  const volumes = rows.flatMap(({ volume: id }) => {
    const volume = seen.volumes.find((each) => each.id === id);
    return volume !== undefined && mayBeOurs(volume.tags, seen.whose) ? [id] : [];
  });
  // They carry the project's name and no more; that they are of its volumes, the rows prove.
  const snapshots = rows.flatMap(({ snapshot: id, volume }) => {
    const snapshot = seen.snapshots.find((each) => each.id === id);
    const owner = snapshot?.tags[tagKeys.project];
    const isOwn = snapshot?.volume === volume && (owner === undefined || owner === seen.whose.project);
    return id !== null && isOwn ? [id] : [];
  });
  return [
    { ids: volumes, tags: runMarks(seen.whose, run) },
    { ids: snapshots, tags: saveMarks(seen.whose, run, saving.generation, saving.attempt) },
  ];
}

function lost(
  project: Project,
  state: Legacy,
  saves: readonly Save[],
  marks: readonly MarksOn[],
  seen: Seen,
): Step {
  const loose = seen.volumes.filter(
    ({ tags, state: at }) => at === 'available' && mayBeOurs(tags, seen.whose),
  );
  const hint =
    loose.length === 0
      ? ''
      : `; these volumes of it are still there: ${loose.map(({ id }) => id).join(', ')}`;
  return adopted(
    {
      status: statusWords.error,
      set: {
        Saves: saves,
        Generation: saves.length,
        Reason: `A save of an earlier version of devbox came to nothing (${project.status})${hint}`,
        ...base(saves, state),
      },
      remove: ['InstanceId', 'State', 'PublicIp', 'PrivateIp', 'RunId', 'Saving'],
    },
    marks,
  );
}
