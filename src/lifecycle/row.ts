import * as z from 'zod/mini';
import { cleanLine } from '../base/text.ts';
import { parseDnsEntry } from '../dns/entry.ts';
import { storedLabel } from '../dns/label.ts';
import { isProjectKey, isRunId, type ProjectName, type RunId } from './names.ts';
import type { Machine, Project, ProjectState, Run, RunVolume, Save, Saving } from './project.ts';

/** The version of rows that this devbox writes; rows of the first deployments have none. */
export const schemaVersion = 2;

/** What `Status` says in each state. The first five words are those of the first deployments. */
export const statusWords = {
  ready: 'READY',
  launching: 'LAUNCHING',
  running: 'RUNNING',
  snapshots: 'SNAPSHOTTING',
  image: 'IMAGING',
  error: 'ERROR',
  ending: 'TERMINATING',
  removing: 'DELETING',
} as const;

/** Texts of the table are bounded and freed of control characters; empty ones and DynamoDB's NULL are none. */
const text = z.pipe(
  z.nullish(z.string()),
  z.transform((value) => cleanLine(value ?? '', 1024) || null),
);
const flag = z.pipe(
  z.nullish(z.boolean()),
  z.transform((value) => value ?? null),
);
const amount = z.pipe(
  z.nullish(z.number()),
  z.transform((value) => value ?? null),
);
const ids = z.pipe(
  z.nullish(z.array(z.string())),
  z.transform((value) => value ?? []),
);
const run = z.pipe(
  text,
  z.transform((value) => (value !== null && isRunId(value) ? value : null)),
);

const key = z.custom<ProjectName>((value) => typeof value === 'string' && isProjectKey(value), 'no project');

const save = z.object({
  generation: z.int().check(z.positive()),
  image: z.string(),
  snapshots: ids,
  run,
  savedAt: text,
  bootedAt: text,
  missing: ids,
});

const volume = z.object({
  id: z.string(),
  device: z.string(),
  size: amount,
  type: text,
  iops: amount,
  throughput: amount,
  disposable: z.boolean(),
});

const saving = z.object({
  generation: z.int().check(z.positive()),
  attempt: z.int().check(z.positive()),
  keeps: z.boolean(),
  image: text,
  startedAt: z.string(),
  askedAt: text,
});

const machine = z.object({
  enaSupport: flag,
  sriovNetSupport: text,
  bootMode: text,
  tpmSupport: text,
  imdsSupport: text,
});

const row = z.looseObject({
  project: key,
  Status: text,
  RunId: run,
  Revision: amount,
  SchemaVersion: amount,
  Generation: amount,
  Saves: z.nullish(z.array(save)),
  Trash: z.nullish(
    z.array(z.object({ kind: z.enum(['image', 'snapshot', 'volume', 'instance']), id: z.string() })),
  ),
  Dns: z.optional(z.unknown()),
  Volumes: z.nullish(z.array(volume)),
  Saving: z.nullish(saving),
  Machine: z.nullish(machine),
  Fresh: flag,
  Discarded: flag,
  KeepImages: flag,
  Reason: text,
  RunImage: text,
  LaunchedAt: text,
  Zone: text,
  VolumeSize: amount,
  RetainedImages: amount,
  AMI: text,
  BaseAmi: text,
  RestoreAmi: text,
  InstanceId: text,
  LastInstanceType: text,
  LastKeyPair: text,
  Username: text,
  CNAMEDomain: text,
  VolumeCount: amount,
  VirtualizationType: text,
  Architecture: text,
  RootDeviceName: text,
  LaunchTime: text,
  LastUpdated: text,
  PrivateIp: text,
  PublicIp: text,
});

type Row = z.infer<typeof row>;

/** Attributes without which the rest of a row can still be told to the user. */
const bare = z.object({
  project: key,
  Status: z.catch(text, null),
  RunId: z.catch(run, null),
  Revision: z.catch(amount, null),
});

/**
 * Reads a row of the main table. What is not understood becomes a project in the state `unknown`, which is left alone.
 * @returns null where the row is no project's.
 */
export function parseRow(item: unknown): Project | null {
  const whole = z.safeParse(row, item);
  if (whole.success) return projectOf(whole.data, stateOf(whole.data));
  const part = z.safeParse(bare, item);
  if (!part.success) return null;
  const issue = whole.error.issues[0];
  const reason = `its attribute ${cleanLine(issue?.path.join('.') ?? '', 100)} cannot be read`;
  const status = part.data.Status ?? '';
  const readable = row.parse({ ...part.data, Status: status });
  return projectOf(readable, { kind: 'unknown', status, reason });
}

function projectOf(data: Row, state: ProjectState): Project {
  return {
    name: data.project,
    state,
    revision: data.Revision,
    status: data.Status ?? '',
    runId: data.RunId,
    saves: savesOf(data),
    generation: Math.max(data.Generation ?? 0, ...savesOf(data).map(({ generation }) => generation), 0),
    baseImage: data.BaseAmi,
    restoreImage: data.RestoreAmi,
    image: data.AMI,
    instanceType: data.LastInstanceType,
    keyPair: data.LastKeyPair,
    username: data.Username,
    volumeSize: data.VolumeSize,
    keepImages: data.RetainedImages,
    label: storedLabel(data.CNAMEDomain),
    dns: parseDnsEntry(data.Dns),
    trash: data.Trash ?? [],
    zone: data.Zone,
    publicIp: data.PublicIp,
    privateIp: data.PrivateIp,
    updatedAt: data.LastUpdated,
  };
}

/** The first deployments note no saves: where nothing runs, `AMI` is the one that there is. */
function savesOf(data: Row): readonly Save[] {
  if (data.Saves) return data.Saves;
  if (data.SchemaVersion !== null || data.Status !== statusWords.ready || data.AMI === null) return [];
  return [
    { generation: 1, image: data.AMI, snapshots: [], run: null, savedAt: null, bootedAt: null, missing: [] },
  ];
}

function stateOf(data: Row): ProjectState {
  const status = data.Status ?? '';
  if (status === statusWords.ready) return { kind: 'ready' };
  if (data.SchemaVersion === null) return legacyStateOf(data, status);
  if (status === statusWords.removing) return { kind: 'removing', keepImages: data.KeepImages ?? true };
  if (status === statusWords.error && !data.Saving)
    return { kind: 'lost', reason: data.Reason ?? 'its last session was not saved' };
  if (data.RunId === null) return { kind: 'unknown', status, reason: 'it has no run id' };
  return runningStateOf(data, status, runFrom(data, data.RunId), data.Saving ?? null);
}

function runningStateOf(data: Row, status: string, current: Run, save: Saving | null): ProjectState {
  if (status === statusWords.launching)
    return { kind: 'launching', run: current, fresh: data.Fresh ?? false };
  if (status === statusWords.running) return { kind: 'running', run: current };
  if (status === statusWords.ending)
    return { kind: 'ending', run: current, discarded: data.Discarded ?? false };
  if (save === null) return { kind: 'unknown', status, reason: 'it does not say what is saved' };
  if (status === statusWords.snapshots)
    return { kind: 'saving', step: 'snapshots', run: current, saving: save };
  if (status === statusWords.image) return { kind: 'saving', step: 'image', run: current, saving: save };
  if (status === statusWords.error)
    return { kind: 'failed', run: current, saving: save, reason: data.Reason ?? 'nobody noted why' };
  return { kind: 'unknown', status, reason: 'this devbox does not know the status' };
}

const legacyStatuses = ['LAUNCHING', 'RUNNING', 'SNAPSHOTTING', 'IMAGING', 'ERROR'] as const;

function legacyStateOf(data: Row, status: string): ProjectState {
  const known = legacyStatuses.find((word) => word === status);
  if (known === undefined) return { kind: 'unknown', status, reason: 'this devbox does not know the status' };
  return {
    kind: 'legacy',
    status: known,
    instanceId: data.InstanceId,
    image: data.AMI,
    volumeCount: data.VolumeCount,
    machine: machineOf(data),
  };
}

function runFrom(data: Row, id: RunId): Run {
  return {
    id,
    instanceId: data.InstanceId,
    launchedAt: data.LaunchedAt,
    image: data.RunImage,
    volumes: (data.Volumes ?? []) satisfies readonly RunVolume[],
    machine: machineOf(data),
  };
}

function machineOf(data: Row): Machine {
  return {
    architecture: data.Architecture,
    virtualizationType: data.VirtualizationType,
    rootDevice: data.RootDeviceName,
    enaSupport: data.Machine?.enaSupport ?? null,
    sriovNetSupport: data.Machine?.sriovNetSupport ?? null,
    bootMode: data.Machine?.bootMode ?? null,
    tpmSupport: data.Machine?.tpmSupport ?? null,
    imdsSupport: data.Machine?.imdsSupport ?? null,
  };
}
