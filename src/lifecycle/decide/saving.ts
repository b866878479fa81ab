import { originOf } from '../marks.ts';
import type { Run, RunVolume, Save, Saving, Trash } from '../project.ts';
import {
  instanceOf,
  isGood,
  isLive,
  isOfRun,
  type Seen,
  type SeenImage,
  type SeenInstance,
  type SeenSnapshot,
  snapshotsUnder,
} from './seen.ts';
import type { Step } from './step.ts';
import { careFor, disksLeft, disksOf, isNoted } from './volumes.ts';

/** What is decided with: intervals of `LifecycleWait`. */
export interface Patience {
  readonly launch: number;
  readonly settle: number;
  readonly claim: number;
}

/** The next step of a save, from whatever state it is found in. */
export function nextOfSave(
  seen: Seen,
  run: Run,
  saving: Saving,
  step: 'snapshots' | 'image',
  patience: Patience,
): Step {
  const images = imagesOfSave(seen, run, saving);
  const good = images.find(isGood);
  if (good !== undefined) return recorded(seen, run, saving, good);
  const current = images.filter(
    ({ id, tags }) => id === saving.image || originOf(tags).attempt === saving.attempt,
  );
  const pending = current.find(({ state }) => state === 'pending');
  if (pending !== undefined) {
    if (saving.image !== pending.id) return { do: 'note-image', saving, image: pending.id };
    return { do: 'wait', text: `The image ${pending.id} is being made` };
  }
  const [failed] = current;
  if (failed !== undefined) return { do: 'fail', reason: whyImageFailed(failed) };
  const instance = instanceOf(seen, run);
  if (instance !== undefined && isLive(instance)) return imageOfBox(seen, run, saving, instance, patience);
  if (saving.keeps) return { do: 'give-up-save', trash: leftOvers(seen, run, null) };
  return fromDisks(seen, run, saving, step, instance, patience);
}

function imagesOfSave(seen: Seen, run: Run, saving: Saving): SeenImage[] {
  return seen.images.filter(
    ({ id, tags }) =>
      id === saving.image ||
      (isOfRun(tags, seen.whose, run.id) && originOf(tags).generation === saving.generation),
  );
}

function whyImageFailed({ id, state, reason }: SeenImage): string {
  return `The image ${id} is ${state}${reason === null ? '' : `: ${reason}`}`;
}

function recorded(seen: Seen, run: Run, saving: Saving, image: SeenImage): Step {
  if (saving.image !== image.id) return { do: 'note-image', saving, image: image.id };
  const snapshots = snapshotsUnder(image);
  const states = seen.snapshots.filter(({ id }) => snapshots.includes(id));
  const broken = states.find(({ state }) => state === 'error');
  if (broken !== undefined)
    return { do: 'fail', reason: `The snapshot ${broken.id} under the image ${image.id} failed` };
  const devices = new Set(image.disks.map(({ device }) => device));
  const save: Save = {
    generation: saving.generation,
    image: image.id,
    snapshots,
    run: run.id,
    savedAt: new Date(seen.now).toISOString(),
    bootedAt: null,
    missing: run.volumes.flatMap(({ device }) => (devices.has(device) ? [] : [device])),
  };
  return { do: 'record', saving, save, trash: leftOvers(seen, run, image) };
}

/** Images and snapshots of a run that no save needs: of attempts that failed, or asked for twice. */
export function leftOvers(seen: Seen, run: Run, kept: SeenImage | null): Trash[] {
  const { saves } = seen.project;
  const needed = new Set([
    ...saves.flatMap(({ image, snapshots }) => [image, ...snapshots]),
    ...(kept === null ? [] : [kept.id, ...snapshotsUnder(kept)]),
  ]);
  for (const image of seen.images)
    if (needed.has(image.id)) for (const id of snapshotsUnder(image)) needed.add(id);
  const ofRun = <T extends SeenImage | SeenSnapshot>(things: readonly T[]): T[] =>
    things.filter(
      ({ id, tags }) =>
        !needed.has(id) && isOfRun(tags, seen.whose, run.id) && originOf(tags).generation !== null,
    );
  return [
    ...ofRun(seen.images).map(({ id }): Trash => ({ kind: 'image', id })),
    ...ofRun(seen.snapshots).map(({ id }): Trash => ({ kind: 'snapshot', id })),
  ];
}

/** EC2 makes the image of a box that is there: stopped, or running where it is to run on. */
function imageOfBox(seen: Seen, run: Run, saving: Saving, instance: SeenInstance, { claim }: Patience): Step {
  if (instance.state === 'pending') return { do: 'wait', text: `${instance.id} is starting` };
  const care = careFor(seen, run, instance);
  const volumes = disksOf(seen, instance);
  if (care !== null || !isNoted(run, volumes))
    return { do: 'keep-volumes', instance, volumes, care: care ?? { mark: [], keep: [], markRan: false } };
  if (instance.state === 'stopping') return { do: 'wait', text: `${instance.id} is stopping` };
  if (instance.state === 'running' && !saving.keeps) return { do: 'stop', instance };
  if (wasAsked(saving, seen.now, claim)) return { do: 'wait', text: 'The image is being asked for' };
  return { do: 'ask-image', instance, saving, running: instance.state === 'running' };
}

/** Clocks of different people differ: one that is far ahead must not hold up the others. */
function wasAsked({ askedAt }: Saving, now: number, claim: number): boolean {
  return askedAt !== null && Math.abs(now - Date.parse(askedAt)) < claim;
}

/** The box is gone: snapshots of its disks, and an image of the snapshots. */
function fromDisks(
  seen: Seen,
  run: Run,
  saving: Saving,
  step: 'snapshots' | 'image',
  instance: SeenInstance | undefined,
  patience: Patience,
): Step {
  const isYoung = run.launchedAt !== null && seen.now - Date.parse(run.launchedAt) < patience.settle;
  if (instance === undefined && isYoung) return { do: 'wait', text: 'EC2 does not show the box yet' };
  // What is written while the system shuts down is wanted too, unless EC2 takes the disks away with the box.
  if (instance?.state === 'shutting-down' && !instance.disks.some((disk) => disk.deleteOnTermination))
    return { do: 'wait', text: `${instance.id} is shutting down` };
  const disks = disksLeft(seen, run, instance);
  const each = disks.map((disk) => ({ disk, ...snapshotFor(seen, run, saving, disk) }));
  const saved = each.filter(({ state }) => state !== 'missing');
  if (saved.length === 0)
    return {
      do: 'lose',
      volumes: disks.map(({ id }) => id),
      reason: `The box ${run.instanceId ?? ''} of the last session and its disks are gone, and were not saved`,
    };
  const create = each.flatMap(({ disk, state }) => (state === 'create' ? [disk] : []));
  if (create.length > 0) {
    if (wasAsked(saving, seen.now, patience.claim))
      return { do: 'wait', text: 'Snapshots are being asked for' };
    return { do: 'snapshot', volumes: create, saving };
  }
  const failed = each.find(({ state }) => state === 'failed');
  if (failed !== undefined) return { do: 'fail', reason: failed.why };
  const waiting = each.filter(({ state }) => state === 'pending');
  if (waiting.length > 0)
    return { do: 'wait', text: `Snapshots are being made: ${waiting.map(({ why }) => why).join(', ')}` };
  return imageOfSnapshots(seen, run, saving, step, instance, saved, patience);
}

interface SnapshotFor {
  readonly state: 'completed' | 'pending' | 'failed' | 'create' | 'missing';
  readonly snapshot: string | null;
  readonly why: string;
}

function snapshotFor(seen: Seen, run: Run, saving: Saving, disk: RunVolume): SnapshotFor {
  const own = seen.snapshots.filter(
    ({ volume, tags }) =>
      volume === disk.id &&
      isOfRun(tags, seen.whose, run.id) &&
      originOf(tags).generation === saving.generation,
  );
  const done = own.find(({ state }) => state === 'completed');
  if (done !== undefined) return { state: 'completed', snapshot: done.id, why: '' };
  const going = own.find(({ state }) => state === 'pending');
  if (going !== undefined) return { state: 'pending', snapshot: going.id, why: going.id };
  const now = own.find(({ tags }) => originOf(tags).attempt === saving.attempt);
  if (now !== undefined)
    return {
      state: 'failed',
      snapshot: null,
      why: `The snapshot ${now.id} of ${disk.id} (${disk.device}) failed${now.reason === null ? '' : `: ${now.reason}`}`,
    };
  const volume = seen.volumes.find(({ id }) => id === disk.id);
  const isThere = volume !== undefined && volume.state !== 'deleting' && volume.state !== 'deleted';
  return { state: isThere ? 'create' : 'missing', snapshot: null, why: '' };
}

function imageOfSnapshots(
  seen: Seen,
  run: Run,
  saving: Saving,
  step: 'snapshots' | 'image',
  instance: SeenInstance | undefined,
  saved: readonly (SnapshotFor & { readonly disk: RunVolume })[],
  { claim }: Patience,
): Step {
  const source = seen.images.find(({ id }) => id === run.image);
  const rootDevice = run.machine.rootDevice ?? instance?.machine.rootDevice ?? source?.machine.rootDevice;
  const nameless = saved.find(({ disk }) => disk.device === '');
  if (nameless !== undefined)
    return { do: 'fail', reason: `Nobody knows at which device ${nameless.disk.id} was attached` };
  if (!rootDevice) return { do: 'fail', reason: 'Nobody knows which of the disks the box booted from' };
  if (!saved.some(({ disk }) => disk.device === rootDevice))
    return { do: 'fail', reason: `The disk that the box booted from (${rootDevice}) is gone` };
  if (step === 'image' && wasAsked(saving, seen.now, claim))
    return { do: 'wait', text: 'The image is being asked for' };
  return {
    do: 'register',
    saving,
    rootDevice,
    isFirst: step === 'snapshots',
    source: source?.id ?? null,
    disks: saved
      .flatMap(({ disk: { device, size, type, iops, throughput }, snapshot }) =>
        snapshot === null ? [] : [{ device, snapshot, size, type, iops, throughput }],
      )
      .sort((a, b) => Number(b.device === rootDevice) - Number(a.device === rootDevice)),
  };
}
