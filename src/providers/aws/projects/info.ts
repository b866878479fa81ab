import { dnsNameOf } from '../../../dns/entry.ts';
import { imageToBoot, type Project, runOf } from '../../../lifecycle/project.ts';
import type { ProjectInfo } from '../../facets/projects.ts';
import { savedImage } from './end.ts';
import { nextOf, reasonOf, statusOf } from './states.ts';

/** What EC2 shows of a project's box and images. */
export interface Shown {
  /** By id. */
  readonly instances: ReadonlyMap<string, { readonly state: string; readonly address: string | null }>;
  /** The state of each image by its id. */
  readonly images: ReadonlyMap<string, string>;
}

/** A project as users see it. @param keepImages for projects that do not say. */
export function projectInfo(project: Project, shown: Shown, keepImages: number): ProjectInfo {
  const next = imageToBoot(project)?.image ?? null;
  return {
    name: project.name,
    status: statusOf(project),
    reason: reasonOf(project),
    next: nextOf(project),
    box: boxOf(project, shown),
    dnsName: dnsNameOf(project.dns, project.runId),
    saves: project.saves.map((save) =>
      savedImage(save, save.image === next, shown.images.get(save.image) ?? 'gone'),
    ),
    baseImage: project.baseImage,
    instanceType: project.instanceType,
    keyPair: project.keyPair,
    username: project.username,
    volumeSize: project.volumeSize,
    keepImages: project.keepImages ?? keepImages,
    updatedAt: project.updatedAt,
  };
}

function boxOf(project: Project, { instances }: Shown): ProjectInfo['box'] {
  const { state } = project;
  const run = runOf(project);
  const id = run?.instanceId ?? (state.kind === 'legacy' ? state.instanceId : null);
  if (id === null) return null;
  const instance = instances.get(id);
  return {
    id,
    status: instance?.state ?? 'gone',
    address: instance?.address ?? null,
    type: project.instanceType,
    zone: project.zone,
    launchedAt: run?.launchedAt ?? null,
  };
}
