import {
  CreateTagsCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
} from '@aws-sdk/client-ec2';
import type { Seen, SeenInstance } from '../decide/seen.ts';
import type { VolumeCare } from '../decide/step.ts';
import type { LifecycleDeps } from '../deps.ts';
import { runMarks, type Tags, tagKeys, tagList } from '../marks.ts';
import type { RunId } from '../names.ts';
import { isNotFound } from './refusals.ts';

/** Whether EC2 has any of these volumes, asked for one by one: a list can be late, and this decides whether a disk is lost. */
export async function isAnyThere({ ec2 }: LifecycleDeps, volumes: readonly string[]): Promise<boolean> {
  for (const id of volumes) {
    try {
      const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
      if (Volumes?.some(({ State }) => State !== 'deleting' && State !== 'deleted')) return true;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return false;
}

/** Most things that one call gives tags. */
const mostAtOnce = 500;

/** Marks things; marking again changes nothing. */
export async function mark({ ec2 }: LifecycleDeps, ids: readonly string[], tags: Tags): Promise<void> {
  const each = [...new Set(ids)];
  for (let start = 0; start < each.length; start += mostAtOnce)
    await ec2.send(
      new CreateTagsCommand({ Resources: each.slice(start, start + mostAtOnce), Tags: tagList(tags) }),
    );
}

/** Has the disks of a box outlive it, and marks them as the run's. */
export async function careForVolumes(
  deps: LifecycleDeps,
  seen: Seen,
  run: RunId,
  instance: SeenInstance,
  care: VolumeCare,
): Promise<void> {
  if (care.keep.length > 0)
    await deps.ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: instance.id,
        BlockDeviceMappings: care.keep.map(({ device }) => ({
          DeviceName: device,
          Ebs: { DeleteOnTermination: false },
        })),
      }),
    );
  await mark(deps, care.mark, runMarks(seen.whose, run));
  if (care.markRan) await mark(deps, [instance.id], { [tagKeys.ran]: 'yes' });
}
