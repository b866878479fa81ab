import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { flag, integer, list, type TagSpecifications, tagSpecifications, text } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { action } from './action.ts';
import type { Cloud } from './cloud.ts';
import { reservationView } from './instance-view.ts';
import { type Launch, launch } from './launch.ts';
import { mappingList, mergeMappings, readMappings } from './mappings.ts';
import type { ImageMapping, Tags } from './resources.ts';
import { tagsFor } from './tags.ts';

const launchTemplate = z.strictObject({
  LaunchTemplateId: text.optional(),
  LaunchTemplateName: text.optional(),
  Version: text.default('$Default'),
});

const networkInterface = z.strictObject({
  DeviceIndex: integer.default(0),
  SubnetId: text.optional(),
  SecurityGroupId: list(text),
  AssociatePublicIpAddress: flag.optional(),
  DeleteOnTermination: flag.optional(),
  Description: text.optional(),
});

/** What RunInstances takes here. */
const runShape = z.strictObject({
  LaunchTemplate: launchTemplate.optional(),
  ImageId: text.optional(),
  InstanceType: text.optional(),
  KeyName: text.optional(),
  MinCount: integer,
  MaxCount: integer,
  SubnetId: text.optional(),
  SecurityGroupId: list(text),
  NetworkInterface: list(networkInterface),
  Placement: z.strictObject({ AvailabilityZone: text.optional(), Tenancy: text.optional() }).optional(),
  BlockDeviceMapping: mappingList,
  TagSpecification: tagSpecifications,
  UserData: text.optional(),
  ClientToken: z.string().max(64).default(''),
  InstanceInitiatedShutdownBehavior: z.enum(['stop', 'terminate']).optional(),
  DisableApiTermination: flag.optional(),
  EbsOptimized: flag.optional(),
  MetadataOptions: z
    .strictObject({
      HttpTokens: text.optional(),
      HttpPutResponseHopLimit: text.optional(),
      HttpEndpoint: text.optional(),
      InstanceMetadataTags: text.optional(),
    })
    .optional(),
  IamInstanceProfile: z.strictObject({ Arn: text.optional(), Name: text.optional() }).optional(),
  InstanceMarketOptions: z
    .strictObject({ MarketType: text, SpotOptions: z.record(z.string(), text).optional() })
    .optional(),
  DryRun: flag.optional(),
});

type RunRequest = z.output<typeof runShape>;

/** Kinds of things that a launch makes and can tag. */
const launchedKinds = ['instance', 'volume', 'network-interface', 'spot-instances-request', 'elastic-gpu'];

export const runInstances = action(runShape, async (asked, cloud) => {
  if (asked.MinCount !== 1 || asked.MaxCount !== 1) {
    throw new Refusal('InvalidParameterValue', 'The layer starts one instance at a time.');
  }
  const { ClientToken: token, ...rest } = asked;
  const before = token === '' ? undefined : cloud.tokens.get(token);
  const meaning = JSON.stringify(rest);
  if (before) {
    if (before.asked !== meaning) {
      throw new Refusal(
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    }
    return reservationView(
      before.instanceIds.map((id) => cloud.instance(id)),
      cloud,
    );
  }
  const instance = await launch(cloud, await readLaunch(asked, cloud));
  if (token !== '') cloud.tokens.set(token, { asked: meaning, instanceIds: [instance.id] });
  return reservationView([instance], cloud);
});

/** A request with its template below it: what the request has wins. */
async function readLaunch(asked: RunRequest, cloud: Cloud): Promise<Launch> {
  const { LaunchTemplate: by } = asked;
  const data = by
    ? (await cloud.templates.template(by.LaunchTemplateId, by.LaunchTemplateName, by.Version)).data
    : {};
  const [ownInterface] = asked.NetworkInterface;
  const [templateInterface] = data.NetworkInterfaces ?? [];
  if (ownInterface && (asked.SubnetId !== undefined || asked.SecurityGroupId.length > 0)) {
    throw new Refusal(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
  }
  const imageId = asked.ImageId ?? data.ImageId;
  if (imageId === undefined) {
    throw new Refusal('MissingParameter', 'The request must contain the parameter ImageId');
  }
  const tags = (kind: 'instance' | 'volume' | 'network-interface'): Tags =>
    new Map([
      ...tagsFor(templateTags(data), kind, launchedKinds),
      ...tagsFor(asked.TagSpecification, kind, launchedKinds),
    ]);
  const groupIds = ownInterface?.SecurityGroupId ?? asked.SecurityGroupId;
  return {
    imageId,
    type: asked.InstanceType ?? data.InstanceType ?? 'm1.small',
    keyName: asked.KeyName ?? data.KeyName,
    subnetId: asked.SubnetId ?? ownInterface?.SubnetId ?? templateInterface?.SubnetId,
    zone: asked.Placement?.AvailabilityZone ?? data.Placement?.AvailabilityZone,
    groupIds: groupIds.length > 0 ? groupIds : (templateInterface?.Groups ?? data.SecurityGroupIds ?? []),
    publicIp: ownInterface?.AssociatePublicIpAddress ?? templateInterface?.AssociatePublicIpAddress,
    profileArn:
      asked.IamInstanceProfile?.Arn ??
      asked.IamInstanceProfile?.Name ??
      data.IamInstanceProfile?.Arn ??
      data.IamInstanceProfile?.Name,
    mappings: mergeMappings(templateMappings(data), readMappings(asked.BlockDeviceMapping)),
    tags: {
      instance: tags('instance'),
      volume: tags('volume'),
      'network-interface': tags('network-interface'),
    },
    userData: asked.UserData ?? data.UserData,
    clientToken: asked.ClientToken,
    shutdownBehavior:
      asked.InstanceInitiatedShutdownBehavior ?? data.InstanceInitiatedShutdownBehavior ?? 'stop',
    disableApiTermination: asked.DisableApiTermination ?? data.DisableApiTermination ?? false,
    metadataOptions: {
      httpTokens: asked.MetadataOptions?.HttpTokens ?? data.MetadataOptions?.HttpTokens ?? 'optional',
      httpPutResponseHopLimit: String(
        asked.MetadataOptions?.HttpPutResponseHopLimit ?? data.MetadataOptions?.HttpPutResponseHopLimit ?? 1,
      ),
      httpEndpoint: 'enabled',
    },
    spot: (asked.InstanceMarketOptions?.MarketType ?? data.InstanceMarketOptions?.MarketType) === 'spot',
  };
}

function templateTags({
  TagSpecifications: specifications = [],
}: ResponseLaunchTemplateData): TagSpecifications {
  return specifications.map(({ ResourceType, Tags = [] }) => ({
    ResourceType: ResourceType ?? '',
    Tag: Tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
  }));
}

function templateMappings({
  BlockDeviceMappings: mappings = [],
}: ResponseLaunchTemplateData): ImageMapping[] {
  return mappings.map(({ DeviceName = '', VirtualName, NoDevice, Ebs }) => ({
    deviceName: DeviceName,
    virtualName: VirtualName,
    noDevice: NoDevice === undefined ? undefined : true,
    snapshotId: Ebs?.SnapshotId,
    size: Ebs?.VolumeSize,
    type: Ebs?.VolumeType,
    iops: Ebs?.Iops,
    throughput: Ebs?.Throughput,
    encrypted: Ebs?.Encrypted,
    deleteOnTermination: Ebs?.DeleteOnTermination,
  }));
}
