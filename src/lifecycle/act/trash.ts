import {
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DeregisterImageCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DevboxError } from '../../base/errors.ts';
import type { Seen } from '../decide/seen.ts';
import type { LifecycleDeps } from '../deps.ts';
import type { Trash } from '../project.ts';
import type { ProjectStore } from '../projects.ts';
import { isNotFound } from './refusals.ts';

/**
 * Deletes one thing that the decision has proved to be the project's and needed by nothing in it. An image is held against
 * every other project of the deployment first, since one can begin with another's save.
 */
export async function deleteTrash(
  deps: LifecycleDeps,
  store: ProjectStore,
  seen: Seen,
  thing: Trash,
): Promise<void> {
  if (thing.kind === 'image') await refuseIfNeeded(store, seen, thing.id);
  try {
    await sendDeletion(deps, thing);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function sendDeletion({ ec2 }: LifecycleDeps, { kind, id }: Trash): Promise<unknown> {
  if (kind === 'image') return ec2.send(new DeregisterImageCommand({ ImageId: id }));
  if (kind === 'snapshot') return ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
  if (kind === 'volume') return ec2.send(new DeleteVolumeCommand({ VolumeId: id }));
  return ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
}

async function refuseIfNeeded(store: ProjectStore, { project }: Seen, image: string): Promise<void> {
  const needing = (await store.whoNames(image)).find((name) => name !== project.name);
  if (needing === undefined) return;
  throw new DevboxError('failed', `The image ${image} stays: the project ${needing} begins with it.`, {
    title: 'Image Needed',
    code: 'aws/image-needed',
    details: [{ label: 'Project', value: needing }],
    hint: `It goes once ${needing} is saved itself and no longer names it.`,
  });
}
