import { isOurs, originOf, type Tags, type Whose } from '../marks.ts';
import type { RunId } from '../names.ts';
import type { Machine, Project, Run } from '../project.ts';

/** The states of an instance, in EC2's words. */
export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface SeenInstance {
  readonly id: string;
  readonly state: InstanceState;
  /** Why it is in that state; null where EC2 does not say. */
  readonly reason: string | null;
  readonly tags: Tags;
  readonly type: string | null;
  readonly zone: string | null;
  readonly publicIp: string | null;
  readonly privateIp: string | null;
  /** The public host name; null while it has none. */
  readonly publicDns: string | null;
  readonly machine: Machine;
  /** Its disks, as the instance itself lists them. */
  readonly disks: readonly SeenDisk[];
}

export interface SeenDisk {
  readonly device: string;
  readonly volume: string;
  readonly deleteOnTermination: boolean;
}

export interface SeenVolume {
  readonly id: string;
  /** `available`, `in-use`, `deleting`, ... */
  readonly state: string;
  readonly size: number | null;
  readonly type: string | null;
  readonly iops: number | null;
  readonly throughput: number | null;
  /** The snapshot that it was made from. */
  readonly from: string | null;
  readonly tags: Tags;
  /** The instances that it is attached to. */
  readonly attachedTo: readonly { readonly instance: string; readonly device: string }[];
}

export interface SeenSnapshot {
  readonly id: string;
  /** `pending`, `completed`, `error`, ... */
  readonly state: string;
  readonly reason: string | null;
  readonly volume: string | null;
  readonly tags: Tags;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface SeenImage {
  readonly id: string;
  readonly name: string;
  /** `pending`, `available`, `failed`, ... */
  readonly state: string;
  readonly reason: string | null;
  readonly tags: Tags;
  readonly machine: Machine;
  /** What it costs by licence; `RunInstances` where nothing is added. */
  readonly usageOperation: string | null;
  readonly disks: readonly { readonly device: string; readonly snapshot: string | null }[];
}

/** One row of the meta table, as the first deployments wrote it. */
export interface OldVolumeRow {
  readonly volume: string;
  readonly instance: string | null;
  readonly device: string | null;
  readonly snapshot: string | null;
}

/** Everything that a decision about a project is made from: its row, and what EC2 shows while the row stays so. */
export interface Seen {
  readonly project: Project;
  readonly whose: Whose;
  /** Whether names can be set and removed. */
  readonly hasDns: boolean;
  readonly instances: readonly SeenInstance[];
  readonly volumes: readonly SeenVolume[];
  readonly snapshots: readonly SeenSnapshot[];
  readonly images: readonly SeenImage[];
  /** Only of a project in the state `legacy`. */
  readonly oldRows: readonly OldVolumeRow[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Whether an instance is there and could be used. */
export function isLive({ state }: SeenInstance): boolean {
  return state !== 'shutting-down' && state !== 'terminated';
}

/** The instance of a run: the one that the row names, else one that carries the run's mark; live ones first. */
export function instanceOf({ instances, whose }: Seen, run: Run): SeenInstance | undefined {
  const own = instances.filter(
    ({ id, tags }) => id === run.instanceId || (isOurs(tags, whose) && originOf(tags).run === run.id),
  );
  return own.find(({ id }) => id === run.instanceId) ?? own.find(isLive) ?? own[0];
}

/** Whether a thing is the project's and was made in this run. */
export function isOfRun(tags: Tags, whose: Whose, run: RunId): boolean {
  return isOurs(tags, whose) && originOf(tags).run === run;
}

/** The snapshots under an image. */
export function snapshotsUnder(image: SeenImage): string[] {
  return image.disks.flatMap(({ snapshot }) => (snapshot === null ? [] : [snapshot]));
}

/** Whether a box can boot from an image with all its disks. */
export function isGood(image: SeenImage | undefined): image is SeenImage {
  return image !== undefined && image.state === 'available' && snapshotsUnder(image).length > 0;
}
