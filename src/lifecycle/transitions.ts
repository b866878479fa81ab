import type { RunId } from './names.ts';
import {
  type Machine,
  newestSave,
  type Project,
  type Run,
  type RunVolume,
  type Save,
  type Saving,
  type Trash,
} from './project.ts';
import { statusWords } from './row.ts';

/** What is changed in a row; what is not named stays as it is. Undefined values are left out. */
export interface Change {
  readonly status: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly remove: readonly string[];
}

/** What the row has only while there is a run. */
const ofTheRun = [
  'RunId',
  'InstanceId',
  'RunImage',
  'LaunchedAt',
  'Volumes',
  'Saving',
  'Fresh',
  'Discarded',
  'Reason',
  'State',
  'PublicIp',
  'PrivateIp',
] as const;

/** What a launch decides before it asks for a box. */
export interface LaunchClaim {
  readonly run: RunId;
  /** ISO 8601. */
  readonly at: string;
  /** The image that the box boots. */
  readonly image: string;
  /** Whether that is no save but what the project begins with. */
  readonly isBase: boolean;
  readonly instanceType: string;
  readonly keyPair: string | null;
  readonly volumeSize?: number | null;
  readonly keepImages?: number | null;
}

/** What a row gets when its launch is claimed; status and run id stand in it before EC2 is asked. */
export function launchClaimed(project: Project | null, claim: LaunchClaim): Change {
  return {
    status: statusWords.launching,
    set: {
      RunId: claim.run,
      RunImage: claim.image,
      LaunchedAt: claim.at,
      LastInstanceType: claim.instanceType,
      LastKeyPair: claim.keyPair ?? undefined,
      VolumeSize: claim.volumeSize ?? undefined,
      RetainedImages: claim.keepImages ?? undefined,
      Fresh: project === null,
      Saves: project?.saves ?? [],
      Generation: project?.generation ?? 0,
      ...(claim.isBase ? { BaseAmi: claim.image } : {}),
    },
    remove: ['InstanceId', 'Volumes', 'Saving', 'Discarded', 'Reason', 'State', 'PublicIp', 'PrivateIp'],
  };
}

/** What is known of a box when it runs. */
export interface RunningFacts {
  readonly instanceId: string;
  readonly volumes: readonly RunVolume[];
  readonly machine: Machine;
  readonly instanceType: string | null;
  readonly zone: string | null;
  readonly publicIp: string | null;
  readonly privateIp: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** The id that EC2 gave, as soon as it is known. */
export function instanceGiven(instanceId: string): Change {
  return { status: statusWords.launching, set: { InstanceId: instanceId }, remove: [] };
}

/** The box of a launch runs, its volumes are marked and outlive it. A restore that was asked for is used up. */
export function ranFirst(project: Project, run: Run, facts: RunningFacts): Change {
  const saves = project.saves.map((save) =>
    save.image === run.image && save.bootedAt === null ? { ...save, bootedAt: facts.at } : save,
  );
  return {
    status: statusWords.running,
    set: {
      ...machineAttributes(facts.machine),
      AMI: run.image ?? undefined,
      InstanceId: facts.instanceId,
      Volumes: facts.volumes,
      LastInstanceType: facts.instanceType ?? undefined,
      InstanceType: facts.instanceType ?? undefined,
      Zone: facts.zone ?? undefined,
      PublicIp: facts.publicIp ?? undefined,
      PrivateIp: facts.privateIp ?? undefined,
      LaunchTime: run.launchedAt ?? facts.at,
      State: 'running',
      Saves: saves,
    },
    remove: ['RestoreAmi', 'VolumeSize', 'Fresh', 'Reason'],
  };
}

function machineAttributes(machine: Machine): Record<string, unknown> {
  const { architecture, virtualizationType, rootDevice, ...rest } = machine;
  return {
    Architecture: architecture ?? undefined,
    VirtualizationType: virtualizationType ?? undefined,
    RootDeviceName: rootDevice ?? undefined,
    Machine: rest,
  };
}

/** A box that is there has other volumes or another address than the row says. */
export function runSeen(
  status: string,
  seen: { readonly volumes: readonly RunVolume[]; readonly publicIp: string | null },
): Change {
  return {
    status,
    set: { Volumes: seen.volumes, PublicIp: seen.publicIp ?? undefined },
    remove: seen.publicIp === null ? ['PublicIp'] : [],
  };
}

/** Nothing came of a launch: the project is as it was, and what was made for it has to go. */
export function launchGivenUp(project: Project, trash: readonly Trash[]): Change {
  return betweenRuns(project, trash);
}

/** The run is over and nothing of it needs to stay. */
export function runEnded(project: Project, trash: readonly Trash[]): Change {
  const newest = newestSave(project)?.image;
  const change = betweenRuns(project, trash);
  return newest === undefined
    ? { ...change, remove: [...change.remove, 'AMI'] }
    : { ...change, set: { ...change.set, AMI: newest } };
}

function betweenRuns(project: Project, trash: readonly Trash[]): Change {
  return {
    status: statusWords.ready,
    set: { Trash: moreTrash(project, trash) },
    remove: [...ofTheRun],
  };
}

/** The disk is to be saved: by devbox itself (`keeps`: of a box that runs on), or because the box ended without it. */
export function saveBegun(project: Project, { at, keeps }: { at: string; keeps: boolean }): Change {
  const saving: Saving = {
    generation: project.generation + 1,
    attempt: 1,
    keeps,
    image: null,
    startedAt: at,
    askedAt: null,
  };
  return {
    status: statusWords.snapshots,
    set: { Saving: saving, Generation: saving.generation },
    remove: ['Reason'],
  };
}

/** A failed save is tried again. */
export function saveRetried(saving: Saving): Change {
  return {
    status: statusWords.snapshots,
    set: { Saving: { ...saving, attempt: saving.attempt + 1, image: null, askedAt: null } satisfies Saving },
    remove: ['Reason'],
  };
}

/** Written before snapshots are asked for: who reads it in the next moment leaves the asking to whoever wrote it. */
export function snapshotsAsked(saving: Saving, at: string): Change {
  return {
    status: statusWords.snapshots,
    set: { Saving: { ...saving, askedAt: at } satisfies Saving },
    remove: [],
  };
}

/** Written before the image is asked for, likewise. */
export function imageAsked(saving: Saving, at: string): Change {
  return {
    status: statusWords.image,
    set: { Saving: { ...saving, askedAt: at } satisfies Saving },
    remove: [],
  };
}

/** The id of the image is known. */
export function imageGiven(saving: Saving, image: string): Change {
  return { status: statusWords.image, set: { Saving: { ...saving, image } satisfies Saving }, remove: [] };
}

/** The image is there with everything under it: from here on it is the project's newest save. */
export function saveRecorded(project: Project, saving: Saving, save: Save, trash: readonly Trash[]): Change {
  const change = {
    set: { Saves: [...project.saves, save], Trash: moreTrash(project, trash) },
    remove: ['Saving', 'Reason'],
  };
  if (saving.keeps) return { ...change, status: statusWords.running };
  return { ...change, status: statusWords.ending, set: { ...change.set, AMI: save.image, Discarded: false } };
}

/** The save cannot go on by itself. Everything it needs stays. */
export function saveFailed(reason: string): Change {
  return { status: statusWords.error, set: { Reason: reason }, remove: [] };
}

/** A save that failed, or of a box that was to run on, is given up; the box is the user's again. */
export function saveGivenUp(project: Project, trash: readonly Trash[]): Change {
  return {
    status: statusWords.running,
    set: { Trash: moreTrash(project, trash) },
    remove: ['Saving', 'Reason'],
  };
}

/** The box of a run that was to end is in use again. */
export function runResumed(): Change {
  return { status: statusWords.running, set: {}, remove: ['Discarded'] };
}

/** The run ends without being saved, because the user says so. */
export function runDiscarded(): Change {
  return { status: statusWords.ending, set: { Discarded: true }, remove: ['Saving', 'Reason'] };
}

/** The disks of the run are gone and nobody saved them. */
export function runLost(project: Project, reason: string): Change {
  const newest = newestSave(project)?.image;
  return {
    status: statusWords.error,
    set: { Reason: reason, ...(newest === undefined ? {} : { AMI: newest }) },
    remove: [...ofTheRun.filter((name) => name !== 'Reason'), ...(newest === undefined ? ['AMI'] : [])],
  };
}

/** What was thrown away is gone; saves beyond what is kept follow. */
export function trashChanged(
  project: Project,
  change: { readonly saves?: readonly Save[]; readonly trash: readonly Trash[] },
): Change {
  return {
    status: project.status,
    set: { Trash: change.trash, ...(change.saves === undefined ? {} : { Saves: change.saves }) },
    remove: [],
  };
}

/** The next launch boots this image instead of the newest save, once; null takes that back. */
export function restoreAsked(project: Project, image: string | null): Change {
  return {
    status: project.status,
    set: image === null ? {} : { RestoreAmi: image },
    remove: image === null ? ['RestoreAmi'] : [],
  };
}

/** The project goes, with or without its images. */
export function removalBegun(keepImages: boolean): Change {
  return { status: statusWords.removing, set: { KeepImages: keepImages }, remove: ['Reason', 'Saving'] };
}

/** Its list of trash with what is new in it. */
export function moreTrash(project: Project, trash: readonly Trash[]): readonly Trash[] {
  const isNew = (thing: Trash): boolean =>
    !project.trash.some(({ kind, id }) => kind === thing.kind && id === thing.id);
  return [...project.trash, ...trash.filter(isNew)];
}
