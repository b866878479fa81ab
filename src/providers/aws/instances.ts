import { DescribeInstancesCommand, type Filter, type Instance } from '@aws-sdk/client-ec2';
import type { AwsAccount } from './account.ts';
import { managedBy, managedByTag } from './marks.ts';
import { allPages } from './pages.ts';

/** Instances that exist: one that is terminated is shown by EC2 for an hour more. */
const existing: Filter = {
  Name: 'instance-state-name',
  Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'],
};

/** The instances that exist, that devbox made and that these filters choose. */
export function listInstances(account: AwsAccount, filters: readonly Filter[] = []): Promise<Instance[]> {
  const own = { Name: `tag:${managedByTag}`, Values: [managedBy] };
  return account.read({ doing: 'Could not list the instances' }, (options) =>
    allPages(
      (NextToken) =>
        account.ec2.send(
          new DescribeInstancesCommand({ Filters: [own, existing, ...filters], NextToken, MaxResults: 1000 }),
          options,
        ),
      ({ Reservations }) => (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []),
    ),
  );
}

/** The instance with exactly this id, whoever made it; null where EC2 knows none. */
export async function getInstance(account: AwsAccount, id: string): Promise<Instance | null> {
  if (!/^i-[0-9a-f]{8,32}$/.test(id)) return null;
  try {
    const { Reservations: found } = await account.read({ doing: `Could not look at ${id}` }, (options) =>
      account.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }), options),
    );
    return found?.[0]?.Instances?.[0] ?? null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Whether AWS says that there is no such instance. */
function isAbsent(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    (error.code === 'aws/InvalidInstanceID.NotFound' || error.code === 'aws/InvalidInstanceID.Malformed')
  );
}
