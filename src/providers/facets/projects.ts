/** One saved disk of a project. */
export interface SavedImage {
  readonly id: string;
  /** Counts from 1. */
  readonly generation: number;
  /** ISO 8601; null where nobody noted it. */
  readonly savedAt: string | null;
  /** When a box booted from it first. */
  readonly bootedAt: string | null;
  /** Whether the next launch boots it. */
  readonly isNext: boolean;
  /** What the provider says of it: `available`, or that it is gone. */
  readonly state: string;
  /** Devices that are not in it, because their volume was gone already. */
  readonly missing: readonly string[];
}

/** A project as users see it. Texts are free of control characters. */
export interface ProjectInfo {
  readonly name: string;
  /** A word: `ready`, `launching`, `running`, `saving`, `ending`, `failed`, `lost`, `deleting`, `unknown`. */
  readonly status: string;
  /** Why it stands where it stands, where that needs saying. */
  readonly reason: string | null;
  /** What to type to go on; null where nothing has to be done. */
  readonly next: string | null;
  readonly box: {
    readonly id: string;
    /** The provider's own word; `gone` where it does not show it. */
    readonly status: string;
    readonly address: string | null;
    readonly type: string | null;
    readonly zone: string | null;
    /** ISO 8601. */
    readonly launchedAt: string | null;
  } | null;
  readonly dnsName: string | null;
  /** The newest last. */
  readonly saves: readonly SavedImage[];
  /** What it begins with while nothing is saved. */
  readonly baseImage: string | null;
  /** Remembered for the next launch. */
  readonly instanceType: string | null;
  readonly keyPair: string | null;
  readonly username: string | null;
  /** Least GiB of the root volume at the next launch. */
  readonly volumeSize: number | null;
  readonly keepImages: number;
  readonly updatedAt: string | null;
}

/** Something of a project that nothing needs any more, or nobody knows of. */
export interface Leftover {
  readonly kind: 'box' | 'volume' | 'snapshot' | 'image';
  readonly id: string;
  readonly project: string;
  /** Its state and size, in words. */
  readonly what: string;
  /** Whether devbox made it, in this deployment; what is somebody else's only has a tag of the same name. */
  readonly isOurs: boolean;
}

/** All projects, and what lies around. */
export interface ProjectsOverview {
  readonly projects: readonly ProjectInfo[];
  readonly leftovers: readonly Leftover[];
}

/** What is remembered for the launches of a project; null leaves it as it is. */
export interface ProjectSettings {
  readonly instanceType: string | null;
  readonly keyPair: string | null;
  readonly username: string | null;
  readonly volumeSize: number | null;
  readonly keepImages: number | null;
  readonly dnsLabel: string | null;
}

/** What reconciling did for one project. */
export interface Reconciled {
  readonly name: string;
  readonly status: string;
  /** Lines. */
  readonly done: readonly string[];
  /** What is still being waited for; null where nothing is. */
  readonly waitsFor: string | null;
  /** What could not be done, in words. */
  readonly problems: readonly string[];
}

/** Projects: boxes whose whole disk survives, because it is saved when they end and booted when they begin. */
export interface ProjectsFacet {
  /** @param only one project. @throws DevboxError `not-found` where there is no such one. */
  overview(only: string | null): Promise<ProjectsOverview>;
  get(name: string): Promise<ProjectInfo>;
  /** @param image by its id or an alias. */
  create(name: string, image: string, settings: ProjectSettings): Promise<ProjectInfo>;
  /**
   * The settings of a launch of the project that they name, with what is remembered of it. Everything that could be wrong
   * is looked at, and what was left unfinished is finished, before anything is asked for.
   */
  plan(settings: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Follows a launch until its box runs and is recorded so.
   * @throws DevboxError `timed-out` where that takes longer; `aws/launch-failed` where nothing came of it.
   */
  arrive(name: string, timeoutSeconds: number): Promise<void>;
  /**
   * Ends the run of a project whose box may be gone: a save that failed or was left unfinished goes on.
   * @returns what was saved; null where it was given up.
   */
  end(name: string, discard: boolean): Promise<SavedImage | null>;
  /** Saves the disk of a running box, which runs on. */
  snapshot(name: string): Promise<SavedImage>;
  /** Has the next launch boot an earlier image, once. @param which its id, or a generation. */
  restore(name: string, which: string | number): Promise<ProjectInfo>;
  /** @param gib least size of the root volume, from now on. @returns what has still to be done, in words. */
  resize(name: string, gib: number): Promise<readonly string[]>;
  /**
   * Deletes a project; what was begun can be called again.
   * @param keepImages leaves its images, whose ids are given back.
   */
  remove(
    name: string,
    options: { readonly keepImages: boolean; readonly evenFailed: boolean },
  ): Promise<{ readonly kept: readonly string[] }>;
  /** Finishes whatever was left unfinished, of every project. */
  reconcile(): Promise<readonly Reconciled[]>;
}
