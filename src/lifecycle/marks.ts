import { leaseTag } from '../leases/marks.ts';
import { isRunId, type ProjectName, type RunId } from './names.ts';

/** Tags of what belongs to a project. The first two are those of the first deployments. */
export const tagKeys = {
  project: 'Project',
  managedBy: 'ManagedBy',
  /** The prefix of the deployment, such as `devbox`: two deployments in one account leave each other alone. */
  deployment: 'devbox:deployment',
  run: 'devbox:run',
  /** The number of the save that an image or a snapshot is of. */
  generation: 'devbox:generation',
  /** Counts how often that save was tried. */
  attempt: 'devbox:attempt',
  /** The volume that a snapshot is of. */
  volume: 'VolumeID',
  /** On an instance that has run: its disks may hold work, so that it is never ended without the user's word. */
  ran: 'devbox:ran',
} as const;

/** The value of `ManagedBy` on everything that devbox makes. */
export const managedBy = 'devbox-cli';

/** The value on images that the functions of the first deployments made. */
export const managedByFunctions = 'devbox-lambda';

export type Tags = Readonly<Record<string, string>>;

/** As EC2 takes and gives tags. */
export type TagList = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];

/** Whose a thing is. */
export interface Whose {
  readonly project: ProjectName;
  readonly deployment: string;
}

/** A list of tags by key. */
export function tagsOf(list: TagList | undefined): Tags {
  return Object.fromEntries((list ?? []).flatMap(({ Key, Value }) => (Key ? [[Key, Value ?? '']] : [])));
}

/** Tags as EC2 takes them. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The marks of an instance, a volume or an interface of a run. */
export function runMarks({ project, deployment }: Whose, run: RunId): Tags {
  return {
    [tagKeys.project]: project,
    [tagKeys.managedBy]: managedBy,
    [tagKeys.deployment]: deployment,
    [tagKeys.run]: run,
  };
}

/** The marks of an image or a snapshot. */
export function saveMarks(whose: Whose, run: RunId, generation: number, attempt: number): Tags {
  return {
    ...runMarks(whose, run),
    [tagKeys.generation]: String(generation),
    [tagKeys.attempt]: String(attempt),
  };
}

/** Whether a thing carries all of devbox's marks of this project in this deployment: the proof before it is changed. */
export function isOurs(tags: Tags, { project, deployment }: Whose): boolean {
  return (
    tags[tagKeys.project] === project &&
    tags[tagKeys.managedBy] === managedBy &&
    tags[tagKeys.deployment] === deployment
  );
}

/** Whether it could be of this project but was made before deployments were told apart; only a row can prove it. */
export function mayBeOurs(tags: Tags, { project }: Pick<Whose, 'project'>): boolean {
  return (
    tags[tagKeys.project] === project &&
    (tags[tagKeys.managedBy] === managedBy || tags[tagKeys.managedBy] === managedByFunctions) &&
    tags[tagKeys.deployment] === undefined
  );
}

/** Whether devbox may mark a thing as a project's: nobody else has put a name on it. */
export function isUnclaimed(tags: Tags): boolean {
  return (
    tags[tagKeys.project] === undefined &&
    tags[tagKeys.managedBy] === undefined &&
    tags[tagKeys.deployment] === undefined &&
    tags[leaseTag] === undefined
  );
}

/** Which run, save and attempt a thing is of; null where its tags do not say. */
export function originOf(tags: Tags): {
  readonly run: RunId | null;
  readonly generation: number | null;
  readonly attempt: number;
} {
  const run = tags[tagKeys.run];
  return {
    run: run !== undefined && isRunId(run) ? run : null,
    generation: countOf(tags[tagKeys.generation]),
    attempt: countOf(tags[tagKeys.attempt]) ?? 1,
  };
}

function countOf(text: string | undefined): number | null {
  return text !== undefined && /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : null;
}
