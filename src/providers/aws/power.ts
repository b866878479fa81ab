import {
  type InstanceStateChange,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DevboxError } from '../../base/errors.ts';
import type { Box } from '../provider.ts';
import type { AwsAccount } from './account.ts';
import { phaseOf } from './box.ts';
import { getInstance } from './instances.ts';
import { managedBy, managedByTag } from './marks.ts';
import { tagsOf } from './tags.ts';

/** Stops a box; its disks stay, and are paid for. */
export async function stopBox(account: AwsAccount, box: Box): Promise<Box> {
  await ours(account, box, 'stopped');
  const { StoppingInstances: changes } = await account.change({ doing: `Could not stop ${box.id}` }, () =>
    account.ec2.send(new StopInstancesCommand({ InstanceIds: [box.id] })),
  );
  return after(box, changes);
}

export async function startBox(account: AwsAccount, box: Box): Promise<Box> {
  await ours(account, box, 'started');
  const { StartingInstances: changes } = await account.change(
    {
      doing: `Could not start ${box.id}`,
      means: ({ name }) =>
        name === 'IncorrectInstanceState'
          ? { kind: 'failed', hint: 'It is still stopping: try again in a moment.' }
          : undefined,
    },
    () => account.ec2.send(new StartInstancesCommand({ InstanceIds: [box.id] })),
  );
  return after(box, changes);
}

export async function restartBox(account: AwsAccount, box: Box): Promise<Box> {
  await ours(account, box, 'restarted');
  await account.change({ doing: `Could not restart ${box.id}` }, () =>
    account.ec2.send(new RebootInstancesCommand({ InstanceIds: [box.id] })),
  );
  return box;
}

/** Ends a box, and with it the disks that are to end with it. */
export async function terminateBox(account: AwsAccount, box: Box): Promise<Box> {
  await ours(account, box, 'ended');
  const { TerminatingInstances: changes } = await account.change({ doing: `Could not end ${box.id}` }, () =>
    account.ec2.send(new TerminateInstancesCommand({ InstanceIds: [box.id] })),
  );
  return after(box, changes);
}

/**
 * Looks again whether an instance is devbox's, before anything is done to it.
 * @throws DevboxError where it is not.
 */
async function ours(account: AwsAccount, { id, name }: Box, what: string): Promise<void> {
  const instance = await getInstance(account, id);
  if (instance === null || tagsOf(instance.Tags)[managedByTag] === managedBy) return;
  throw new DevboxError('failed', `${name ?? id} was not ${what}: devbox did not make it`, {
    code: 'aws/not-ours',
    title: 'Not Done',
    details: [{ label: 'ID', value: id }],
    hint: `It has no tag ${managedByTag}=${managedBy}. Do it in the AWS console, if it is yours.`,
  });
}

function after(box: Box, changes: readonly InstanceStateChange[] | undefined): Box {
  const state = changes?.find(({ InstanceId }) => InstanceId === box.id)?.CurrentState?.Name;
  return state === undefined ? box : { ...box, status: state, phase: phaseOf(state) };
}
