import { areNamesDue } from '../../dns/entry.ts';
import { isOurs, originOf, tagKeys } from '../marks.ts';
import { imagesNeeded, newestSave, runOf, type Save, type Trash } from '../project.ts';
import {
  instanceOf,
  isGood,
  isLive,
  type Seen,
  type SeenInstance,
  type SeenVolume,
  snapshotsUnder,
} from './seen.ts';
import type { Step } from './step.ts';

/**
 * What is tidied up beside the state of a project: nothing of it may hold up a save or a launch.
 * @param tried keys (`stepKey`) of steps that failed already and are not to be tried again now.
 * @param keepImages how many saves stay.
 */
export function nextOfHousekeeping(seen: Seen, keepImages: number, tried: ReadonlySet<string>): Step | null {
  const steps = [strays(seen), retired(seen, keepImages), names(seen), ...trash(seen)];
  return steps.find((step) => step !== null && !tried.has(stepKey(step))) ?? null;
}

/** Tells one tidying step from another. */
export function stepKey(step: Step): string {
  return JSON.stringify(step);
}

/** Whether a step only tidies up: it may fail without holding anything up. */
export function isTidying(step: Step): boolean {
  return ['throw-away', 'delete', 'forget-trash', 'settle-names'].includes(step.do);
}

/**
 * Boxes that carry the project's marks, never ran as far as anybody knows, and are not the one that the row names: of
 * launches that are over, or a second one of the run under way, asked for when an answer was lost.
 */
function strays(seen: Seen): Step | null {
  const { project, whose } = seen;
  const stray = seen.instances.filter(
    (instance) => isStray(seen, instance) && !project.trash.some(({ id }) => id === instance.id),
  );
  if (stray.length === 0) return null;
  const isOfStray = ({ tags, attachedTo }: SeenVolume): boolean =>
    isOurs(tags, whose) &&
    attachedTo.length > 0 &&
    attachedTo.every((at) => stray.some(({ id }) => id === at.instance));
  const things: Trash[] = [
    ...stray.map(({ id }): Trash => ({ kind: 'instance', id })),
    ...seen.volumes.filter(isOfStray).map(({ id }): Trash => ({ kind: 'volume', id })),
  ];
  return { do: 'throw-away', trash: things, saves: null };
}

function isStray(seen: Seen, instance: SeenInstance): boolean {
  const { project, whose } = seen;
  const { run } = originOf(instance.tags);
  const isMarked = isLive(instance) && isOurs(instance.tags, whose) && run !== null;
  if (!isMarked || instance.tags[tagKeys.ran] !== undefined) return false;
  const current = runOf(project);
  if (current === null || current.id !== run) return true;
  return project.state.kind !== 'launching' && current.instanceId !== instance.id;
}

/** Saves beyond what is kept, once newer ones are known to be good. */
function retired(seen: Seen, keepImages: number): Step | null {
  const { project } = seen;
  if (!['ready', 'launching', 'running', 'lost'].includes(project.state.kind)) return null;
  const newest = newestSave(project);
  // The save before stays until a box has booted from the newest.
  const keep = Math.max(keepImages, newest?.bootedAt === null ? 2 : 1);
  const isSaveGood = ({ image }: Save): boolean => isGood(seen.images.find(({ id }) => id === image));
  const needed = new Set([project.restoreImage, project.baseImage, runOf(project)?.image]);
  const victims = project.saves.filter(
    (save, index) =>
      project.saves.slice(index + 1).filter(isSaveGood).length >= keep && !needed.has(save.image),
  );
  if (victims.length === 0) return null;
  return {
    do: 'throw-away',
    trash: victims.flatMap((save) => partsOf(seen, save)),
    saves: project.saves.filter((save) => !victims.includes(save)),
  };
}

/** The image of a save and what lies under it. */
export function partsOf(seen: Seen, { image, snapshots }: Save): Trash[] {
  const found = seen.images.find(({ id }) => id === image);
  const under = new Set([...snapshots, ...(found === undefined ? [] : snapshotsUnder(found))]);
  return [{ kind: 'image', id: image }, ...[...under].map((id): Trash => ({ kind: 'snapshot', id }))];
}

/** Names that are not what they should be. A launch under way sets its own. */
function names(seen: Seen): Step | null {
  const { project, hasDns } = seen;
  const run = project.state.kind === 'ending' ? null : runOf(project);
  if (!hasDns || project.state.kind === 'launching') return null;
  const instance = run === null ? undefined : instanceOf(seen, run);
  const target = instance?.state === 'running' ? instance.publicDns : null;
  const current = run === null ? null : { runId: run.id, target };
  if (!areNamesDue(project.dns, project.label, current)) return null;
  return { do: 'settle-names', current, names: project.dns.claims.map(({ name }) => name) };
}

/** The trash, one thing after the other: boxes, images, then what images and boxes hold. */
function trash(seen: Seen): (Step | null)[] {
  const order = ['instance', 'image', 'snapshot', 'volume'] as const;
  const looked = seen.project.trash.map((thing) => ({ thing, fate: fateOf(seen, thing) }));
  const gone = looked.filter(({ fate }) => fate.is === 'gone' || fate.is === 'left');
  const left = looked.flatMap(({ fate }) => (fate.is === 'left' ? [fate.why] : []));
  const due = order.flatMap((kind) =>
    looked.filter(({ thing, fate }) => thing.kind === kind && fate.is === 'due'),
  );
  return [
    ...due.map(({ thing }): Step => ({ do: 'delete', thing })),
    gone.length === 0 ? null : { do: 'forget-trash', gone: gone.map(({ thing }) => thing), left },
  ];
}

/** Trash that has to wait for its box to go. */
export function waitsForTrash(seen: Seen): boolean {
  return seen.project.trash.some((thing) => fateOf(seen, thing).is === 'later');
}

type Fate =
  /** `later`: only time helps. `behind`: other trash goes first. */
  | { readonly is: 'gone' | 'due' | 'later' | 'behind' }
  /** It must not be deleted. */
  | { readonly is: 'left'; readonly why: string };

/** What is to become of one thing of the trash: the proof before anything is destroyed. */
export function fateOf(seen: Seen, thing: Trash): Fate {
  const left = (why: string): Fate => ({ is: 'left', why: `${thing.kind} ${thing.id} is left: ${why}` });
  if (thing.kind === 'image') {
    const image = seen.images.find(({ id }) => id === thing.id);
    if (image === undefined || image.state === 'deregistered') return { is: 'gone' };
    if (seen.project.state.kind !== 'removing' && imagesNeeded(seen.project).has(thing.id))
      return left('the project needs it');
    return isOurs(image.tags, seen.whose)
      ? { is: 'due' }
      : left('it does not carry the marks of the project');
  }
  if (thing.kind === 'snapshot') {
    const snapshot = seen.snapshots.find(({ id }) => id === thing.id);
    if (snapshot === undefined) return { is: 'gone' };
    const above = seen.images.filter((image) => snapshotsUnder(image).includes(thing.id));
    if (above.some(({ id }) => seen.project.trash.some((other) => other.id === id))) return { is: 'behind' };
    if (above.length > 0) return left(`the image ${above.map(({ id }) => id).join(', ')} needs it`);
    return isOurs(snapshot.tags, seen.whose)
      ? { is: 'due' }
      : left('it does not carry the marks of the project');
  }
  if (thing.kind === 'instance') {
    const instance = seen.instances.find(({ id }) => id === thing.id);
    if (instance === undefined || !isLive(instance)) return { is: 'gone' };
    return isStray(seen, instance) ? { is: 'due' } : left('it is in use');
  }
  return fateOfVolume(seen, thing, left);
}

function fateOfVolume(seen: Seen, thing: Trash, left: (why: string) => Fate): Fate {
  const volume = seen.volumes.find(({ id }) => id === thing.id);
  if (volume === undefined || volume.state === 'deleting' || volume.state === 'deleted')
    return { is: 'gone' };
  if (!isOurs(volume.tags, seen.whose)) return left('it does not carry the marks of the project');
  if (volume.attachedTo.length === 0) return volume.state === 'available' ? { is: 'due' } : { is: 'later' };
  return isHeldByEnding(seen, volume) ? { is: 'later' } : left('it is attached to another instance');
}

/** Whether every box that holds a volume is on its way out. */
function isHeldByEnding(seen: Seen, { attachedTo }: SeenVolume): boolean {
  return attachedTo.every(({ instance: holder }) => {
    const instance = seen.instances.find(({ id }) => id === holder);
    return (
      instance === undefined ||
      !isLive(instance) ||
      seen.project.trash.some(({ id }) => id === holder) ||
      (seen.project.state.kind === 'ending' && seen.project.state.run.instanceId === holder)
    );
  });
}
