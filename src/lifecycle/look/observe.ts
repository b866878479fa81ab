import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Filter,
  type Image,
  type Instance,
  type Snapshot,
  type Volume,
} from '@aws-sdk/client-ec2';
import { DevboxError } from '../../base/errors.ts';
import { type Seen, snapshotsUnder } from '../decide/seen.ts';
import type { LifecycleDeps } from '../deps.ts';
import { type Tags, tagKeys } from '../marks.ts';
import type { ProjectName } from '../names.ts';
import { imagesNeeded, type Project, runOf } from '../project.ts';
import type { ProjectStore } from '../projects.ts';
import { readOldRows } from './old-rows.ts';
import { seenImage, seenInstance, seenSnapshot, seenVolume } from './seen-from-ec2.ts';

/** How often a row may change under the looking before that is given up. */
const mostLooks = 20;

/**
 * Looks at a project: its row, and everything of EC2 that bears on it. The row is read before and after, and all is
 * looked at again where it has changed in between, so that no decision rests on two different moments.
 * @returns null where there is no such project.
 */
export async function observe(
  deps: LifecycleDeps,
  store: ProjectStore,
  name: ProjectName,
): Promise<Seen | null> {
  for (let look = 0; look < mostLooks; look++) {
    const project = await store.get(name);
    if (project === null) return null;
    const seen = await observeAs(deps, project);
    const after = await store.get(name);
    if (after !== null && isSame(project, after)) return seen;
  }
  throw new DevboxError('failed', `The project ${name} is changed again and again by others.`, {
    title: 'Project',
    code: 'aws/project-busy',
    hint: 'Try again in a moment.',
  });
}

function isSame(before: Project, after: Project): boolean {
  return before.revision === after.revision && before.status === after.status && before.runId === after.runId;
}

async function observeAs(deps: LifecycleDeps, project: Project): Promise<Seen> {
  const { ec2 } = deps;
  const run = runOf(project);
  const { state } = project;
  const instanceId = run?.instanceId ?? (state.kind === 'legacy' ? state.instanceId : null);
  const oldRows = state.kind === 'legacy' ? await readOldRows(deps, project.name) : [];
  const trash = (kind: string): string[] =>
    project.trash.flatMap((thing) => (thing.kind === kind ? [thing.id] : []));
  const ofProject: Filter = { Name: `tag:${tagKeys.project}`, Values: [project.name] };
  const ids = (values: readonly (string | null)[]) => values.flatMap((value) => value ?? []);
  const instances = await found(
    ofProject,
    { name: 'instance-id', ids: () => [...ids([instanceId]), ...trash('instance')] },
    async (filters) => (await instancesOf(ec2, filters)).flatMap((each) => seenInstance(each) ?? []),
  );
  const images = await found(
    ofProject,
    { name: 'image-id', ids: () => [...imagesNeeded(project), ...trash('image')] },
    // An image that a project begins with is somebody else's more often than not.
    async (filters, isOwn) => (await imagesOf(ec2, filters, isOwn)).flatMap((each) => seenImage(each) ?? []),
  );
  const box = instances.find(({ id }) => id === instanceId);
  const volumes = await found(
    ofProject,
    {
      name: 'volume-id',
      ids: () => [
        ...(run?.volumes.map(({ id }) => id) ?? []),
        ...(box?.disks.map(({ volume }) => volume) ?? []),
        ...oldRows.map(({ volume }) => volume),
        ...trash('volume'),
      ],
    },
    async (filters) => (await volumesOf(ec2, filters)).flatMap((each) => seenVolume(each) ?? []),
  );
  const snapshots = await found(
    ofProject,
    {
      name: 'snapshot-id',
      ids: () => [
        ...project.saves.flatMap((save) => save.snapshots),
        ...images.filter(({ tags }) => isOfProject(tags, project.name)).flatMap(snapshotsUnder),
        ...ids(oldRows.map(({ snapshot }) => snapshot)),
        ...trash('snapshot'),
      ],
    },
    async (filters) => (await snapshotsOf(ec2, filters)).flatMap((each) => seenSnapshot(each) ?? []),
  );
  return {
    project,
    whose: { project: project.name, deployment: deps.deployment },
    hasDns: deps.dns !== null,
    instances,
    images,
    volumes,
    snapshots,
    oldRows,
    now: deps.clock.now(),
  };
}

function isOfProject(tags: Tags, name: ProjectName): boolean {
  return tags[tagKeys.project] === name;
}

/** What carries the project's name, and of what else is named what that did not show. */
async function found<T extends { readonly id: string }>(
  ofProject: Filter,
  named: { readonly name: string; readonly ids: () => readonly string[] },
  look: (filters: Filter[], isOwn: boolean) => Promise<T[]>,
): Promise<T[]> {
  const own = await look([ofProject], true);
  const known = new Set(own.map(({ id }) => id));
  const others = new Set(named.ids().filter((id) => !known.has(id)));
  // A filter takes 200 values at most.
  const rest = [...others];
  for (let start = 0; start < rest.length; start += 200)
    own.push(...(await look([{ Name: named.name, Values: rest.slice(start, start + 200) }], false)));
  return own;
}

/** All pages of an answer. */
async function gathered<T>(
  page: (token: string | undefined) => Promise<{ things: T[] | undefined; token: string | undefined }>,
): Promise<T[]> {
  const things: T[] = [];
  let token: string | undefined;
  do {
    const answer = await page(token);
    things.push(...(answer.things ?? []));
    token = answer.token || undefined;
  } while (token !== undefined);
  return things;
}

function instancesOf(ec2: EC2Client, Filters: Filter[]): Promise<Instance[]> {
  return gathered(async (NextToken) => {
    const answer = await ec2.send(new DescribeInstancesCommand({ Filters, NextToken, MaxResults: 1000 }));
    const things = (answer.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    return { things, token: answer.NextToken };
  });
}

function volumesOf(ec2: EC2Client, Filters: Filter[]): Promise<Volume[]> {
  return gathered(async (NextToken) => {
    const answer = await ec2.send(new DescribeVolumesCommand({ Filters, NextToken, MaxResults: 500 }));
    return { things: answer.Volumes, token: answer.NextToken };
  });
}

function snapshotsOf(ec2: EC2Client, Filters: Filter[]): Promise<Snapshot[]> {
  return gathered(async (NextToken) => {
    const answer = await ec2.send(
      new DescribeSnapshotsCommand({ Filters, NextToken, MaxResults: 1000, OwnerIds: ['self'] }),
    );
    return { things: answer.Snapshots, token: answer.NextToken };
  });
}

function imagesOf(ec2: EC2Client, Filters: Filter[], isOwn: boolean): Promise<Image[]> {
  return gathered(async (NextToken) => {
    const answer = await ec2.send(
      new DescribeImagesCommand({
        Filters,
        NextToken,
        MaxResults: 1000,
        ...(isOwn ? { Owners: ['self'] } : {}),
      }),
    );
    return { things: answer.Images, token: answer.NextToken };
  });
}
