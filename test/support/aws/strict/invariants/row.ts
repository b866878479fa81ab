import { z } from 'zod';

const save = z.looseObject({ image: z.string(), snapshots: z.array(z.string()).optional() });

/** What the invariants need of a row of the main table; written down here again, apart from the product's own schema. */
const row = z.looseObject({
  project: z.string(),
  Status: z.string().nullish(),
  AMI: z.string().nullish(),
  BaseAmi: z.string().nullish(),
  RestoreAmi: z.string().nullish(),
  InstanceId: z.string().nullish(),
  RunId: z.string().nullish(),
  Saves: z.array(save).nullish(),
  Trash: z.array(z.looseObject({ id: z.string() })).nullish(),
});

export type CheckedRow = z.output<typeof row>;

/** Rows of projects; undefined for others, such as reservations of labels. */
export function readRow(value: unknown): CheckedRow | undefined {
  const read = row.safeParse(value).data;
  return read && /^[A-Za-z0-9-]+$/.test(read.project) ? read : undefined;
}

/** Images that the row says are saves of the project, the newest last. */
export function savesOf({ Saves, AMI, Status }: CheckedRow): string[] {
  if (Saves) return Saves.map(({ image }) => image);
  return Status === 'READY' && AMI ? [AMI] : [];
}

/** Every image that the row names as one to go back to: saves, and what its box booted from. */
export function imagesNamed(row: CheckedRow): string[] {
  return [...savesOf(row), ...(row.AMI ? [row.AMI] : [])];
}

/** Whether the project is being deleted, and its saves with it. */
export function isRemoving({ Status }: CheckedRow): boolean {
  return Status === 'DELETING';
}

/** Attributes that devbox may write; all others are somebody else's. */
const own = new Set(
  [
    'project Status AMI BaseAmi RestoreAmi InstanceId LastInstanceType LastKeyPair Username CNAMEDomain VolumeCount',
    'VirtualizationType Architecture RootDeviceName InstanceType LaunchTime LastUpdated State PrivateIp PublicIp',
    'RunId Revision SchemaVersion Generation Saves Trash Dns Volumes Saving Machine Fresh Discarded KeepImages Reason',
    'RunImage LaunchedAt Zone VolumeSize RetainedImages WriteMark Holder',
  ].flatMap((line) => line.split(' ')),
);

/** What of a row is not devbox's, as JSON. */
export function foreignPart(value: Readonly<Record<string, unknown>> | undefined): string {
  const foreign = Object.entries(value ?? {}).filter(([name]) => !own.has(name));
  return JSON.stringify(foreign.sort(([a], [b]) => (a < b ? -1 : 1)));
}
