import type { DnsEntry } from '../dns/entry.ts';
import type { DnsLabel } from '../dns/label.ts';
import type { ProjectName, RunId } from './names.ts';

/** One saved disk of a project. */
export interface Save {
  /** Counts from 1 and is never given twice in a project. */
  readonly generation: number;
  /** The id of its image. */
  readonly image: string;
  /** The snapshots under the image. */
  readonly snapshots: readonly string[];
  /** The run whose disk it is; null for one of the first deployments. */
  readonly run: RunId | null;
  /** ISO 8601; null where nobody noted it. */
  readonly savedAt: string | null;
  /** When a box booted from it first, ISO 8601; null while none has. */
  readonly bootedAt: string | null;
  /** Devices of the box that could not be saved because their volume was gone already. */
  readonly missing: readonly string[];
}

/** A volume of a run, as it was attached. What is needed of it after it is gone is noted here. */
export interface RunVolume {
  readonly id: string;
  /** The device name, such as `/dev/xvda`. */
  readonly device: string;
  /** GiB. */
  readonly size: number | null;
  readonly type: string | null;
  readonly iops: number | null;
  /** MiB/s. */
  readonly throughput: number | null;
  /** Whether devbox deletes it once it is saved; not if somebody else's marks are on it. */
  readonly disposable: boolean;
}

/** What has to be deleted and is referred to by nothing any more. */
export interface Trash {
  readonly kind: 'image' | 'snapshot' | 'volume' | 'instance';
  readonly id: string;
}

/** What the virtual machine is like beside its disks, as far as an image that is made by hand has to repeat it. */
export interface Machine {
  readonly architecture: string | null;
  readonly virtualizationType: string | null;
  readonly rootDevice: string | null;
  readonly enaSupport: boolean | null;
  readonly sriovNetSupport: string | null;
  readonly bootMode: string | null;
  readonly tpmSupport: string | null;
  readonly imdsSupport: string | null;
}

/** A save that is under way, or failed. */
export interface Saving {
  readonly generation: number;
  /** 1 at first; one more each time it is tried again. */
  readonly attempt: number;
  /** Whether the box goes on running afterwards; else it ends. */
  readonly keeps: boolean;
  /** The image once there is one. */
  readonly image: string | null;
  readonly startedAt: string;
  /** When the snapshots or the image of this attempt were asked for, ISO 8601; EC2 may not show them for a moment. */
  readonly askedAt: string | null;
}

/** One launch of a project. */
export interface Run {
  readonly id: RunId;
  /** Null until EC2 has given one. */
  readonly instanceId: string | null;
  /** ISO 8601. */
  readonly launchedAt: string | null;
  /** The image that it boots. */
  readonly image: string | null;
  readonly volumes: readonly RunVolume[];
  readonly machine: Machine;
}

/** Where a project stands. `status` in the row is what the first deployments wrote, and a few more words. */
export type ProjectState =
  /** Nothing runs. */
  | { readonly kind: 'ready' }
  /** A box is asked for. `fresh`: the row was made for it, and goes if nothing comes of it. */
  | { readonly kind: 'launching'; readonly run: Run; readonly fresh: boolean }
  | { readonly kind: 'running'; readonly run: Run }
  /** The disk of the run is being saved: `snapshots` before its image is asked for, then `image`. */
  | {
      readonly kind: 'saving';
      readonly step: 'snapshots' | 'image';
      readonly run: Run;
      readonly saving: Saving;
    }
  /** The run is saved or given up: its box goes, then its volumes. */
  | { readonly kind: 'ending'; readonly run: Run; readonly discarded: boolean }
  /** The save failed; everything it needs is kept, and it can be tried again. */
  | { readonly kind: 'failed'; readonly run: Run; readonly saving: Saving; readonly reason: string }
  /** The box and its disks are gone and were not saved; what was saved before can be launched. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** The project is being deleted, `keepImages` without its images. */
  | { readonly kind: 'removing'; readonly keepImages: boolean }
  /** A row of the first deployments in the middle of something: `adopt` makes one of the above of it. */
  | {
      readonly kind: 'legacy';
      readonly status: 'LAUNCHING' | 'RUNNING' | 'SNAPSHOTTING' | 'IMAGING' | 'ERROR';
      readonly instanceId: string | null;
      readonly image: string | null;
      readonly volumeCount: number | null;
      readonly machine: Machine;
    }
  /** What this version of devbox cannot read, and therefore leaves alone. */
  | { readonly kind: 'unknown'; readonly status: string; readonly reason: string };

export type StateKind = ProjectState['kind'];

/** A project as its row in the main table says. */
export interface Project {
  readonly name: ProjectName;
  readonly state: ProjectState;
  /** Changes with every change of the row by devbox; null in rows that only the first deployments have written. */
  readonly revision: number | null;
  /** The `Status` and `RunId` that the row has, for conditions. */
  readonly status: string;
  readonly runId: RunId | null;
  /** What is saved, the newest last. */
  readonly saves: readonly Save[];
  /** The highest generation ever given. */
  readonly generation: number;
  /** What a launch boots while there is no save. */
  readonly baseImage: string | null;
  /** What the next launch boots instead of the newest save, once. */
  readonly restoreImage: string | null;
  /** What `AMI` says: the image of the running box, or the newest save. */
  readonly image: string | null;
  readonly instanceType: string | null;
  readonly keyPair: string | null;
  /** Who enters over SSH; null where unknown. */
  readonly username: string | null;
  /** GiB of the root disk that the next launch has at least; null leaves it as saved. */
  readonly volumeSize: number | null;
  /** How many saves it keeps; null leaves it to the settings. */
  readonly keepImages: number | null;
  /** The label of its DNS name; null where the row has none or an old whole name. */
  readonly label: DnsLabel | null;
  /** Names that its boxes have, or are to have; only src/dns changes it. */
  readonly dns: DnsEntry;
  readonly trash: readonly Trash[];
  readonly zone: string | null;
  readonly publicIp: string | null;
  readonly privateIp: string | null;
  readonly updatedAt: string | null;
}

/** The newest save, which a launch boots; undefined where there is none. */
export function newestSave(project: Project): Save | undefined {
  return project.saves.at(-1);
}

/** Which image a launch boots, and why it; null where the project has none. */
export function imageToBoot(
  project: Project,
): { readonly image: string; readonly from: 'restore' | 'save' | 'base'; readonly save: Save | null } | null {
  const find = (image: string): Save | null => project.saves.find((save) => save.image === image) ?? null;
  if (project.restoreImage !== null)
    return { image: project.restoreImage, from: 'restore', save: find(project.restoreImage) };
  const save = newestSave(project);
  if (save !== undefined) return { image: save.image, from: 'save', save };
  return project.baseImage === null ? null : { image: project.baseImage, from: 'base', save: null };
}

/** The run that a project is in; null between two. */
export function runOf(project: Project): Run | null {
  return 'run' in project.state ? project.state.run : null;
}

/** Whether a launch may claim the project. */
export function isLaunchable(project: Project): boolean {
  return project.state.kind === 'ready' || project.state.kind === 'lost';
}

/** Images that the row needs: they must never be deleted. */
export function imagesNeeded(project: Project): Set<string> {
  const images = [project.image, project.baseImage, project.restoreImage, runOf(project)?.image];
  return new Set([
    ...project.saves.map(({ image }) => image),
    ...images.flatMap((image) => (typeof image === 'string' ? [image] : [])),
    ...('saving' in project.state && project.state.saving.image !== null ? [project.state.saving.image] : []),
  ]);
}
