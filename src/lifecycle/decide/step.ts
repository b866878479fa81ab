import type { CurrentRun } from '../../dns/entry.ts';
import type { Tags } from '../marks.ts';
import type { Project, RunVolume, Save, Saving, Trash } from '../project.ts';
import type { Change } from '../transitions.ts';
import type { SeenInstance } from './seen.ts';

/** A disk for an image that is put together of snapshots. */
export interface ImageDisk {
  readonly device: string;
  readonly snapshot: string;
  readonly size: number | null;
  readonly type: string | null;
  readonly iops: number | null;
  readonly throughput: number | null;
}

/** The one thing to do next for a project. */
export type Step =
  | { readonly do: 'nothing' }
  /** Only time helps. `text`: what is waited for, as a line. */
  | { readonly do: 'wait'; readonly text: string }
  /** A row of the first deployments becomes one of today; `marks` prove from then on what is the project's. */
  | {
      readonly do: 'adopt';
      readonly change: Change;
      readonly marks: readonly { readonly ids: readonly string[]; readonly tags: Tags }[];
    }
  /** A launch has its box: its id is noted. */
  | { readonly do: 'note-instance'; readonly instance: SeenInstance }
  /** A launch has come up: its disks are marked and outlive it, and the row says that it runs. */
  | {
      readonly do: 'mark-running';
      readonly instance: SeenInstance;
      readonly volumes: readonly RunVolume[];
      readonly care: VolumeCare;
    }
  /** Nothing came of a launch. `fresh`: its row goes too. */
  | { readonly do: 'give-up-launch'; readonly trash: readonly Trash[]; readonly reason: string }
  /** Disks of a running box are marked, outlive it, and are noted. */
  | {
      readonly do: 'keep-volumes';
      readonly instance: SeenInstance;
      readonly volumes: readonly RunVolume[];
      readonly care: VolumeCare;
    }
  /** The box ended without devbox: its disks are saved. */
  | { readonly do: 'begin-rescue' }
  | { readonly do: 'stop'; readonly instance: SeenInstance }
  /** `running`: the image is made without stopping the box. */
  | {
      readonly do: 'ask-image';
      readonly instance: SeenInstance;
      readonly saving: Saving;
      readonly running: boolean;
    }
  | { readonly do: 'snapshot'; readonly volumes: readonly RunVolume[]; readonly saving: Saving }
  | {
      readonly do: 'register';
      readonly saving: Saving;
      readonly disks: readonly ImageDisk[];
      readonly rootDevice: string;
      /** Whether the row does not say yet that an image is made. */
      readonly isFirst: boolean;
      /** The image that the box booted, whose properties the new one gets. */
      readonly source: string | null;
    }
  | { readonly do: 'note-image'; readonly saving: Saving; readonly image: string }
  | {
      readonly do: 'record';
      readonly saving: Saving;
      readonly save: Save;
      readonly trash: readonly Trash[];
    }
  | { readonly do: 'fail'; readonly reason: string }
  /** A save of a box that was to run on is given up, because the box ended. */
  | { readonly do: 'give-up-save'; readonly trash: readonly Trash[] }
  /** `volumes`: the disks that were not seen; each is asked for by its id once more. */
  | { readonly do: 'lose'; readonly reason: string; readonly volumes: readonly string[] }
  /** A box that was saved was started again since: it runs on. */
  | { readonly do: 'resume'; readonly instance: SeenInstance }
  | { readonly do: 'terminate'; readonly instance: SeenInstance }
  | { readonly do: 'end'; readonly trash: readonly Trash[] }
  /** Names are set or removed. `names`: those that are there now. */
  | {
      readonly do: 'settle-names';
      readonly current: CurrentRun | null;
      readonly names: readonly string[];
    }
  /** Things become trash: nothing refers to them from here on. `saves`: what remains saved. */
  | {
      readonly do: 'throw-away';
      readonly trash: readonly Trash[];
      readonly saves: readonly Save[] | null;
    }
  /** One thing of the trash is deleted. */
  | { readonly do: 'delete'; readonly thing: Trash }
  /** Trash that is gone, or that turned out to be somebody else's (`left` says why, each a line). */
  | { readonly do: 'forget-trash'; readonly gone: readonly Trash[]; readonly left: readonly string[] }
  | { readonly do: 'remove-project'; readonly project: Project };

export type StepKind = Step['do'];

/** What is done to disks so that they outlive their box. */
export interface VolumeCare {
  /** Volumes that get the marks of the run. */
  readonly mark: readonly string[];
  /** Devices that EC2 would delete with the box. */
  readonly keep: readonly { readonly device: string; readonly volume: string }[];
  /** Whether the box still lacks the mark that it has run. */
  readonly markRan: boolean;
}
