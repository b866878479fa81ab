import { z } from 'zod';
import { flag, list, tag, text } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { type Action, action } from './action.ts';
import type { Cloud } from './cloud.ts';
import { mappingList } from './mappings.ts';
import type { Instance, Tags } from './resources.ts';
import { setTag, tagSet } from './tags.ts';

const value = <T extends z.ZodType>(inside: T) => z.strictObject({ Value: inside }).optional();

const modifyInstanceAttribute = action(
  z.strictObject({
    InstanceId: text,
    BlockDeviceMapping: mappingList,
    InstanceType: value(text),
    DisableApiTermination: value(flag),
    InstanceInitiatedShutdownBehavior: value(z.enum(['stop', 'terminate'])),
    DryRun: flag.optional(),
  }),
  async (asked, cloud) => {
    const instance = cloud.instance(asked.InstanceId);
    refuseGone(instance);
    const { InstanceType: type } = asked;
    if (type !== undefined) {
      if (instance.state !== 'stopped') {
        throw new Refusal(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in the 'stopped' state.`,
        );
      }
      await cloud.templates.type(type.Value);
      instance.type = type.Value;
    }
    keepDisks(instance, asked.BlockDeviceMapping, cloud);
    instance.disableApiTermination = asked.DisableApiTermination?.Value ?? instance.disableApiTermination;
    instance.shutdownBehavior = asked.InstanceInitiatedShutdownBehavior?.Value ?? instance.shutdownBehavior;
    return { return: true };
  },
);

function refuseGone({ id, state }: Instance): void {
  if (state === 'terminated' || state === 'shutting-down') {
    throw new Refusal(
      'IncorrectInstanceState',
      `The instance '${id}' is not in a valid state for this operation.`,
    );
  }
}

function keepDisks({ id }: Instance, mappings: z.output<typeof mappingList>, cloud: Cloud): void {
  for (const { DeviceName, Ebs } of mappings) {
    const volume = cloud.volumesOf(id).find(({ attachment }) => attachment?.device === DeviceName);
    if (!volume?.attachment) {
      throw new Refusal('InvalidInstanceAttributeValue', `No device is currently mapped at ${DeviceName}`);
    }
    volume.attachment.deleteOnTermination = Ebs?.DeleteOnTermination ?? volume.attachment.deleteOnTermination;
  }
}

const describeInstanceAttribute = action(
  z.strictObject({ InstanceId: text, Attribute: text, DryRun: flag.optional() }),
  ({ InstanceId, Attribute }, cloud) => {
    const instance = cloud.instance(InstanceId);
    const values: Readonly<Record<string, string | boolean | undefined>> = {
      userData: instance.userData,
      disableApiTermination: instance.disableApiTermination,
      instanceInitiatedShutdownBehavior: instance.shutdownBehavior,
      instanceType: instance.type,
      rootDeviceName: instance.machine.rootDeviceName,
      sriovNetSupport: instance.machine.sriovNetSupport,
    };
    if (!(Attribute in values)) throw new Refusal('InvalidParameterValue', `No attribute ${Attribute}.`);
    const held = values[Attribute];
    return { instanceId: InstanceId, [Attribute]: held === undefined ? {} : { value: held } };
  },
);

const getInstanceUefiData = action(
  z.strictObject({ InstanceId: text, DryRun: flag.optional() }),
  ({ InstanceId }, cloud) => ({
    instanceId: InstanceId,
    uefiData: cloud.instance(InstanceId).machine.uefiData ?? '',
  }),
);

const createTags = action(
  z.strictObject({ ResourceId: list(text), Tag: list(tag), DryRun: flag.optional() }),
  ({ ResourceId, Tag }, cloud) => {
    const holders = ResourceId.map((id) => tagsOf(cloud, id));
    for (const tags of holders) for (const { Key, Value } of Tag) setTag(tags, Key, Value);
    return { return: true };
  },
);

const deleteTags = action(
  z.strictObject({
    ResourceId: list(text),
    Tag: list(z.strictObject({ Key: text, Value: text.optional() })),
    DryRun: flag.optional(),
  }),
  ({ ResourceId, Tag }, cloud) => {
    for (const tags of ResourceId.map((id) => tagsOf(cloud, id))) {
      for (const { Key, Value } of Tag) {
        if (Value === undefined || tags.get(Key) === Value) tags.delete(Key);
      }
    }
    return { return: true };
  },
);

const describeTags = action(
  z.strictObject({
    Filter: list(z.strictObject({ Name: text, Value: list(text) })),
    MaxResults: text.optional(),
    NextToken: text.optional(),
    DryRun: flag.optional(),
  }),
  ({ Filter }, cloud) => {
    const wanted = Filter.find(({ Name }) => Name === 'resource-id')?.Value ?? [];
    return {
      tagSet: wanted.flatMap((resourceId) => {
        const set = tagSet(tagsOf(cloud, resourceId));
        return Array.isArray(set) ? set.map((entry) => ({ resourceId, ...entry })) : [];
      }),
    };
  },
);

export const attributeActions: Readonly<Record<string, Action>> = {
  ModifyInstanceAttribute: modifyInstanceAttribute,
  DescribeInstanceAttribute: describeInstanceAttribute,
  GetInstanceUefiData: getInstanceUefiData,
};

/** Carried out here for things that the layer holds, by moto for others. */
export const tagActions: Readonly<Record<string, Action>> = {
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
};

/** Whether the layer holds a thing with this id. */
export function isHeld(id: string): boolean {
  return /^(i|vol|snap|ami|eni)-/.test(id);
}

function tagsOf(cloud: Cloud, id: string): Tags {
  if (id.startsWith('i-')) return cloud.instance(id).tags;
  if (id.startsWith('vol-')) return cloud.volume(id).tags;
  if (id.startsWith('snap-')) return cloud.snapshot(id).tags;
  if (id.startsWith('ami-')) return cloud.image(id).tags;
  const owner = [...cloud.instances.values()].find(({ interfaceId }) => interfaceId === id);
  if (owner) return owner.interfaceTags;
  throw new Refusal('InvalidID', `The ID '${id}' is not valid`);
}
