import { z } from 'zod';
import { describing, flag, integer, list, tagSpecifications, text } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Xml } from '../xml.ts';
import { type Action, action } from './action.ts';
import type { Cloud } from './cloud.ts';
import { applyFilters, onePage, refuseIdsWithPages } from './describe.ts';
import { completeMapping } from './mappings.ts';
import { type ImageMapping, type Tags, type Volume, volumeState } from './resources.ts';
import { tagSet, tagsFor } from './tags.ts';

const createVolume = action(
  z.strictObject({
    AvailabilityZone: text,
    Size: integer.optional(),
    SnapshotId: text.optional(),
    VolumeType: text.optional(),
    Iops: integer.optional(),
    Throughput: integer.optional(),
    Encrypted: flag.optional(),
    KmsKeyId: text.optional(),
    ClientToken: text.optional(),
    TagSpecification: tagSpecifications,
    DryRun: flag.optional(),
  }),
  (asked, cloud) => {
    if (asked.SnapshotId !== undefined && cloud.snapshot(asked.SnapshotId).state !== 'completed') {
      throw new Refusal('IncorrectState', `Snapshot '${asked.SnapshotId}' is not 'completed'.`);
    }
    const volume = makeVolume(
      cloud,
      {
        deviceName: 'a new volume',
        snapshotId: asked.SnapshotId,
        size: asked.Size,
        type: asked.VolumeType,
        iops: asked.Iops,
        throughput: asked.Throughput,
        encrypted: asked.Encrypted,
      },
      { zone: asked.AvailabilityZone, tags: tagsFor(asked.TagSpecification, 'volume', ['volume']) },
    );
    return volumeFields(volume);
  },
);

const deleteVolume = action(
  z.strictObject({ VolumeId: text, DryRun: flag.optional() }),
  ({ VolumeId }, cloud) => {
    const { attachment } = cloud.volume(VolumeId);
    if (attachment) {
      throw new Refusal(
        'VolumeInUse',
        `Volume ${VolumeId} is currently attached to ${attachment.instanceId}`,
      );
    }
    cloud.progress.deleteVolume(VolumeId);
    return { return: true };
  },
);

const attachVolume = action(
  z.strictObject({ VolumeId: text, InstanceId: text, Device: text, DryRun: flag.optional() }),
  ({ VolumeId, InstanceId, Device }, cloud) => {
    const volume = cloud.volume(VolumeId);
    const instance = cloud.instance(InstanceId);
    if (volume.attachment) throw new Refusal('VolumeInUse', `${VolumeId} is already attached to an instance`);
    if (volume.zone !== instance.zone) {
      throw new Refusal(
        'InvalidVolume.ZoneMismatch',
        `The volume '${VolumeId}' is not in the same availability zone as instance '${InstanceId}'`,
      );
    }
    if (instance.state !== 'running' && instance.state !== 'stopped') {
      throw new Refusal('IncorrectState', `Instance '${InstanceId}' is not 'running'.`);
    }
    if (cloud.volumesOf(InstanceId).some(({ attachment }) => attachment?.device === Device)) {
      throw new Refusal(
        'InvalidParameterValue',
        `Invalid value '${Device}' for unixDevice. Attachment point ${Device} is already in use`,
      );
    }
    attach(volume, InstanceId, Device, false);
    return attachmentOf(volume);
  },
);

const detachVolume = action(
  z.strictObject({
    VolumeId: text,
    InstanceId: text.optional(),
    Device: text.optional(),
    Force: flag.optional(),
    DryRun: flag.optional(),
  }),
  ({ VolumeId }, cloud) => {
    const volume = cloud.volume(VolumeId);
    if (!volume.attachment) {
      throw new Refusal('IncorrectState', `Volume '${VolumeId}' is in the 'available' state.`);
    }
    const before = attachmentOf(volume);
    delete volume.attachment;
    return before;
  },
);

/** A disk only grows. */
const modifyVolume = action(
  z.strictObject({
    VolumeId: text,
    Size: integer.optional(),
    VolumeType: text.optional(),
    Iops: integer.optional(),
    Throughput: integer.optional(),
    DryRun: flag.optional(),
  }),
  ({ VolumeId, Size, VolumeType, Iops, Throughput }, cloud) => {
    const volume = cloud.volume(VolumeId);
    if (Size !== undefined && Size < volume.size) {
      throw new Refusal(
        'InvalidParameterValue',
        `New size cannot be smaller than existing size of ${volume.size} GiB`,
      );
    }
    const originalSize = volume.size;
    volume.size = Size ?? volume.size;
    volume.type = VolumeType ?? volume.type;
    volume.iops = Iops ?? volume.iops;
    volume.throughput = Throughput ?? volume.throughput;
    return {
      volumeModification: {
        volumeId: VolumeId,
        modificationState: 'optimizing',
        originalSize,
        targetSize: volume.size,
        targetVolumeType: volume.type,
        progress: 0,
      },
    };
  },
);

const describeVolumes = action(z.strictObject({ ...describing, VolumeId: list(text) }), (asked, cloud) => {
  refuseIdsWithPages(asked.VolumeId, asked, 'volumeIdsSet');
  const all = cloud.lookAt(cloud.volumes, asked.VolumeId, (id) => cloud.volume(id, true));
  const found = applyFilters(all, asked.Filter, volumeFilters);
  const { page, nextToken } = onePage(found, asked, cloud.pageSize, { least: 5, most: 500 });
  return { volumeSet: page.map(volumeFields), nextToken };
});

export const volumeActions: Readonly<Record<string, Action>> = {
  CreateVolume: createVolume,
  DeleteVolume: deleteVolume,
  AttachVolume: attachVolume,
  DetachVolume: detachVolume,
  ModifyVolume: modifyVolume,
  DescribeVolumes: describeVolumes,
};

/** Makes a disk, with what the snapshot holds or empty. */
export function makeVolume(
  cloud: Cloud,
  mapping: ImageMapping,
  { zone, tags }: { readonly zone: string; readonly tags: Tags },
): Volume {
  const {
    snapshotId,
    size = 1,
    type = 'gp2',
    iops,
    throughput,
    encrypted = false,
  } = completeMapping(cloud, mapping);
  const snapshot = snapshotId === undefined ? undefined : cloud.snapshot(snapshotId);
  const volume: Volume = {
    id: cloud.id('vol'),
    size,
    type,
    iops: iops ?? { gp2: Math.min(16_000, Math.max(100, size * 3)), gp3: 3000 }[type],
    throughput: throughput ?? (type === 'gp3' ? 125 : undefined),
    encrypted,
    kmsKeyId: snapshot?.kmsKeyId,
    zone,
    snapshotId,
    createTime: new Date(),
    tags,
    disk: snapshot?.disk ?? [],
  };
  cloud.volumes.set(volume.id, volume);
  cloud.progress.hide(volume.id);
  cloud.events.volume(volume.id, 'createVolume');
  return volume;
}

export function attach(
  volume: Volume,
  instanceId: string,
  device: string,
  deleteOnTermination: boolean,
): void {
  volume.attachment = { instanceId, device, deleteOnTermination, time: new Date() };
}

const volumeFilters = {
  'volume-id': ({ id }: Volume) => id,
  status: volumeState,
  size: ({ size }: Volume) => String(size),
  'volume-type': ({ type }: Volume) => type,
  'snapshot-id': ({ snapshotId }: Volume) => snapshotId,
  encrypted: ({ encrypted }: Volume) => String(encrypted),
  'availability-zone': ({ zone }: Volume) => zone,
  'attachment.instance-id': ({ attachment }: Volume) => attachment?.instanceId,
  'attachment.device': ({ attachment }: Volume) => attachment?.device,
  'attachment.delete-on-termination': ({ attachment }: Volume) =>
    attachment && String(attachment.deleteOnTermination),
};

function attachmentOf({ id, attachment }: Volume): { readonly [key: string]: Xml } {
  return {
    volumeId: id,
    instanceId: attachment?.instanceId,
    device: attachment?.device,
    status: 'attached',
    attachTime: attachment?.time,
    deleteOnTermination: attachment?.deleteOnTermination,
  };
}

function volumeFields(volume: Volume): { readonly [key: string]: Xml } {
  return {
    volumeId: volume.id,
    size: volume.size,
    snapshotId: volume.snapshotId ?? '',
    availabilityZone: volume.zone,
    status: volumeState(volume),
    createTime: volume.createTime,
    attachmentSet: volume.attachment ? [attachmentOf(volume)] : [],
    tagSet: tagSet(volume.tags),
    volumeType: volume.type,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    multiAttachEnabled: false,
  };
}
