import { DescribeInstanceTypesCommand, type InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { cleanLine, count } from '../../base/text.ts';
import type { InstanceType } from '../facets/catalogue.ts';
import type { AwsAccount } from './account.ts';
import type { Architecture } from './image-aliases.ts';
import { allPages } from './pages.ts';

/** The instance types that a region has. What it has room for now, nobody can ask. */
export async function instanceTypes(account: AwsAccount): Promise<InstanceType[]> {
  const all = await account.read({ doing: 'Could not list the instance types' }, (options) =>
    allPages(
      (NextToken) =>
        account.ec2.send(new DescribeInstanceTypesCommand({ NextToken, MaxResults: 100 }), options),
      ({ InstanceTypes }) => InstanceTypes,
    ),
  );
  return all.map(typeOf);
}

/** What images a type boots; the one of most types where it cannot be found out. */
export async function architectureOf(account: AwsAccount, type: string): Promise<Architecture> {
  try {
    const { InstanceTypes: found } = await account.read({ doing: `Could not look at ${type}` }, (options) =>
      account.ec2.send(
        new DescribeInstanceTypesCommand({ Filters: [{ Name: 'instance-type', Values: [type] }] }),
        options,
      ),
    );
    const architectures = found?.[0]?.ProcessorInfo?.SupportedArchitectures ?? [];
    return architectures.includes('arm64') && !architectures.includes('x86_64') ? 'arm64' : 'x86_64';
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'kind' in error && error.kind === 'interrupted')
      throw error;
    return 'x86_64';
  }
}

function typeOf(info: InstanceTypeInfo): InstanceType {
  const gpus = info.GpuInfo?.Gpus ?? [];
  const kinds = gpus.map(({ Count = 1, Manufacturer = '', Name = '', MemoryInfo }) => {
    const memory =
      MemoryInfo?.SizeInMiB === undefined ? '' : ` (${Math.round(MemoryInfo.SizeInMiB / 1024)} GB)`;
    return cleanLine(`${Count}x ${Manufacturer} ${Name}${memory}`, 200);
  });
  const vcpus = info.VCpuInfo?.DefaultVCpus ?? 0;
  const memoryGib = Math.round(((info.MemoryInfo?.SizeInMiB ?? 0) / 1024) * 10) / 10;
  return {
    name: cleanLine(info.InstanceType ?? '', 60),
    description: `${count(vcpus, 'vCPU')}, ${memoryGib} GiB`,
    gpuDescription: kinds.join(', ') || null,
    gpus: gpus.reduce((sum, { Count = 1 }) => sum + Count, 0),
    vcpus,
    memoryGib,
    storageGib: info.InstanceStorageInfo?.TotalSizeInGB ?? 0,
    priceCentsPerHour: null,
    regionsWithCapacity: null,
  };
}
