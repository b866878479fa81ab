import { DescribeLaunchTemplateVersionsCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { cleanLine } from '../../base/text.ts';
import type { AwsAccount } from './account.ts';

/** A launch template, and the zone that it launches in. */
export interface ZoneTemplate {
  readonly template: string;
  /** `us-east-1a`; null where it could not be found out. */
  readonly zone: string | null;
}

/** The zones of launch templates, for messages only: whatever goes wrong, the zone is left out. */
export async function zonesOf(account: AwsAccount, templates: readonly string[]): Promise<ZoneTemplate[]> {
  try {
    const subnets = new Map(
      await Promise.all(templates.map(async (id) => [id, await subnetOf(account, id)] as const)),
    );
    const ids = [...new Set([...subnets.values()].flatMap((id) => id ?? []))];
    const { Subnets: found } =
      ids.length === 0
        ? { Subnets: [] }
        : await account.read({ doing: 'Could not look at the subnets' }, (options) =>
            account.ec2.send(new DescribeSubnetsCommand({ SubnetIds: ids }), options),
          );
    return templates.map((template) => {
      const subnet = (found ?? []).find(({ SubnetId }) => SubnetId === subnets.get(template));
      return { template, zone: cleanLine(subnet?.AvailabilityZone ?? '', 60) || null };
    });
  } catch (error) {
    if (isInterruption(error)) throw error;
    return templates.map((template) => ({ template, zone: null }));
  }
}

const isInterruption = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'kind' in error && error.kind === 'interrupted';

async function subnetOf(account: AwsAccount, id: string): Promise<string | null> {
  const { LaunchTemplateVersions: versions } = await account.read(
    { doing: 'Could not look at the launch templates' },
    (options) =>
      account.ec2.send(
        new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: ['$Latest'] }),
        options,
      ),
  );
  const data = versions?.[0]?.LaunchTemplateData;
  return data?.NetworkInterfaces?.[0]?.SubnetId ?? null;
}
