import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type Filter,
} from '@aws-sdk/client-ec2';
import { DevboxError } from '../../../base/errors.ts';
import { cleanLine, nearest } from '../../../base/text.ts';
import { isOurs, mayBeOurs, tagKeys } from '../../../lifecycle/marks.ts';
import { isProjectKey } from '../../../lifecycle/names.ts';
import { imagesNeeded, type Project, runOf } from '../../../lifecycle/project.ts';
import type { Leftover, ProjectInfo, ProjectsOverview } from '../../facets/projects.ts';
import { allPages } from '../pages.ts';
import { tagsOf } from '../tags.ts';
import { type ProjectDeployment, tableMeans } from './deployment.ts';
import { projectInfo, type Shown } from './info.ts';

/** A thing of EC2 with a tag `Project`. */
interface Tagged {
  readonly kind: Leftover['kind'];
  readonly id: string;
  readonly project: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly state: string;
  readonly what: string;
  readonly address: string | null;
  /** Volumes of a box, snapshots of an image: what is in use through it. */
  readonly holds: readonly string[];
}

/** All projects, and what carries the tag of one and is no part of it as its record stands. */
export async function overviewOf(
  deployment: ProjectDeployment,
  only: string | null,
): Promise<ProjectsOverview> {
  const { account, acting } = deployment;
  const all = await account.read({ doing: 'Could not list the projects', means: tableMeans }, () =>
    acting.store.list(),
  );
  const wanted = only === null ? all : all.filter(({ name }) => name === only);
  if (only !== null && wanted.length === 0) throw noProject(only, all);
  const tagged = await taggedThings(deployment, only);
  const shown = await shownOf(deployment, wanted, tagged);
  const { keepImages } = acting.deps;
  const projects = [...wanted].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    projects: projects.map((project) => projectInfo(project, shown, keepImages)),
    leftovers: leftoversAmong(tagged, all, acting.deps.deployment),
  };
}

/** One project as users see it. @throws DevboxError `not-found`. */
export async function infoOf(deployment: ProjectDeployment, name: string): Promise<ProjectInfo> {
  const { projects } = await overviewOf(deployment, name);
  const [info] = projects;
  if (info === undefined) throw noProject(name, []);
  return info;
}

function noProject(name: string, all: readonly Project[]): DevboxError {
  const near = nearest(
    name,
    all.map((project) => project.name),
  );
  return new DevboxError('not-found', `there is no project ${cleanLine(name, 100)}`, {
    code: 'aws/no-project',
    title: 'Not Found',
    details: [
      {
        label: 'There is',
        value:
          all
            .map((project) => project.name)
            .slice(0, 10)
            .join(', ') || 'none',
      },
    ],
    hint: near
      ? `Did you mean ${near}?`
      : 'devbox status lists them; devbox new NAME base_ami=IMAGE makes one.',
  });
}

/** Instances, volumes, snapshots and images with a tag `Project`. */
async function taggedThings({ account }: ProjectDeployment, only: string | null): Promise<Tagged[]> {
  const Filters: Filter[] = [
    only === null
      ? { Name: 'tag-key', Values: [tagKeys.project] }
      : { Name: `tag:${tagKeys.project}`, Values: [only] },
  ];
  const { ec2 } = account;
  const [instances, volumes, snapshots, images] = await account.read(
    { doing: 'Could not look at what the projects have' },
    (options) =>
      Promise.all([
        allPages(
          (NextToken) =>
            ec2.send(new DescribeInstancesCommand({ Filters, NextToken, MaxResults: 1000 }), options),
          ({ Reservations }) => (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []),
        ),
        allPages(
          (NextToken) =>
            ec2.send(new DescribeVolumesCommand({ Filters, NextToken, MaxResults: 500 }), options),
          ({ Volumes }) => Volumes,
        ),
        allPages(
          (NextToken) =>
            ec2.send(
              new DescribeSnapshotsCommand({ Filters, NextToken, MaxResults: 1000, OwnerIds: ['self'] }),
              options,
            ),
          ({ Snapshots }) => Snapshots,
        ),
        allPages(
          (NextToken) =>
            ec2.send(
              new DescribeImagesCommand({ Filters, NextToken, MaxResults: 1000, Owners: ['self'] }),
              options,
            ),
          ({ Images }) => Images,
        ),
      ]),
  );
  return [
    ...instances.map((one) => ({
      ...common('box', one.InstanceId, one.Tags),
      state: one.State?.Name ?? 'unknown',
      what: `${one.State?.Name}, ${one.InstanceType}`,
      address: one.PublicIpAddress ?? null,
      holds: (one.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []),
    })),
    ...volumes.map((one) => ({
      ...common('volume', one.VolumeId, one.Tags),
      state: one.State ?? 'unknown',
      what: `${one.State}, ${one.Size} GiB, ${one.AvailabilityZone}`,
      address: null,
      holds: [],
    })),
    ...snapshots.map((one) => ({
      ...common('snapshot', one.SnapshotId, one.Tags),
      state: one.State ?? 'unknown',
      what: `${one.State}, ${one.VolumeSize} GiB`,
      address: null,
      holds: [],
    })),
    ...images.map((one) => ({
      ...common('image', one.ImageId, one.Tags),
      state: one.State ?? 'unknown',
      what: `${one.State}, ${one.Name}`,
      address: null,
      holds: (one.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
    })),
  ].map((one) => ({ ...one, what: cleanLine(one.what, 200), state: cleanLine(one.state, 60) }));
}

function common(kind: Leftover['kind'], id: string | undefined, list: Parameters<typeof tagsOf>[0]) {
  const tags = tagsOf(list);
  return { kind, id: cleanLine(id ?? '', 60), tags, project: tags[tagKeys.project] ?? '' };
}

async function shownOf(
  deployment: ProjectDeployment,
  projects: readonly Project[],
  tagged: readonly Tagged[],
): Promise<Shown> {
  const instances = new Map(
    tagged.flatMap(({ kind, id, state, address }) =>
      kind === 'box' ? [[id, { state, address }] as const] : [],
    ),
  );
  const images = new Map(
    tagged.flatMap(({ kind, id, state }) => (kind === 'image' ? [[id, state] as const] : [])),
  );
  // Images of the first deployments may lack the tag.
  const others = projects
    .flatMap(({ saves }) => saves.map(({ image }) => image))
    .filter((id) => !images.has(id));
  const { account } = deployment;
  for (let start = 0; start < others.length; start += 200) {
    const Values = others.slice(start, start + 200);
    const { Images: found } = await account.read({ doing: 'Could not look at the images' }, (options) =>
      account.ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values }] }), options),
    );
    for (const { ImageId = '', State = 'unknown' } of found ?? []) images.set(ImageId, State);
  }
  return { instances, images };
}

/** What is no part of a project as its record stands, and is not on its way out already. */
function leftoversAmong(
  tagged: readonly Tagged[],
  projects: readonly Project[],
  deployment: string,
): Leftover[] {
  const boxes = new Set(projects.flatMap((project) => runOf(project)?.instanceId ?? []));
  const images = new Set(projects.flatMap((project) => [...imagesNeeded(project)]));
  const busy = new Set(projects.filter(({ state }) => isBusy(state.kind)).map(({ name }) => String(name)));
  const held = new Set(tagged.flatMap(({ holds }) => holds));
  return tagged.flatMap((thing): Leftover[] => {
    const { kind, id, project, tags, state, what } = thing;
    if (state === 'terminated' || state === 'shutting-down' || state === 'deleting') return [];
    const isPart = kind === 'box' ? boxes.has(id) : kind === 'image' ? images.has(id) : held.has(id);
    if (isPart) return [];
    const isOwn =
      isProjectKey(project) && (isOurs(tags, { project, deployment }) || mayBeOurs(tags, { project }));
    // What a save is about to use is no leftover; neither are disks of other people's boxes.
    if (isOwn && busy.has(project)) return [];
    return [{ kind, id, project, what, isOurs: isOwn }];
  });
}

const isBusy = (kind: Project['state']['kind']): boolean =>
  kind === 'launching' || kind === 'saving' || kind === 'ending' || kind === 'failed' || kind === 'removing';
