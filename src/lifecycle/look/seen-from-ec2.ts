import type { Image, Instance, Snapshot, Volume } from '@aws-sdk/client-ec2';
import { cleanLine } from '../../base/text.ts';
import type { InstanceState, SeenImage, SeenInstance, SeenSnapshot, SeenVolume } from '../decide/seen.ts';
import { tagsOf } from '../marks.ts';
import type { Machine } from '../project.ts';

const instanceStates: readonly InstanceState[] = [
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
];

/** An instance as decisions see it; null where EC2 leaves out what they need. */
export function seenInstance(instance: Instance): SeenInstance | null {
  const state = instanceStates.find((word) => word === instance.State?.Name);
  if (instance.InstanceId === undefined || state === undefined) return null;
  return {
    id: instance.InstanceId,
    state,
    reason: textOf(instance.StateReason?.Message) ?? textOf(instance.StateTransitionReason),
    tags: tagsOf(instance.Tags),
    type: textOf(instance.InstanceType),
    zone: textOf(instance.Placement?.AvailabilityZone),
    publicIp: textOf(instance.PublicIpAddress),
    privateIp: textOf(instance.PrivateIpAddress),
    publicDns: textOf(instance.PublicDnsName),
    machine: {
      ...machineOf(instance),
      bootMode: textOf(instance.CurrentInstanceBootMode) ?? textOf(instance.BootMode),
    },
    disks: (instance.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
      DeviceName === undefined || Ebs?.VolumeId === undefined
        ? []
        : [
            {
              device: DeviceName,
              volume: Ebs.VolumeId,
              deleteOnTermination: Ebs.DeleteOnTermination ?? false,
            },
          ],
    ),
  };
}

/** A volume as decisions see it. */
export function seenVolume(volume: Volume): SeenVolume | null {
  if (volume.VolumeId === undefined) return null;
  return {
    id: volume.VolumeId,
    state: volume.State ?? '',
    size: volume.Size ?? null,
    type: textOf(volume.VolumeType),
    iops: volume.Iops ?? null,
    throughput: volume.Throughput ?? null,
    from: textOf(volume.SnapshotId),
    tags: tagsOf(volume.Tags),
    attachedTo: (volume.Attachments ?? []).flatMap(({ InstanceId, Device, State }) =>
      InstanceId === undefined || State === 'detached'
        ? []
        : [{ instance: InstanceId, device: Device ?? '' }],
    ),
  };
}

/** A snapshot as decisions see it. */
export function seenSnapshot(snapshot: Snapshot): SeenSnapshot | null {
  if (snapshot.SnapshotId === undefined) return null;
  return {
    id: snapshot.SnapshotId,
    state: snapshot.State ?? '',
    reason: textOf(snapshot.StateMessage),
    volume: textOf(snapshot.VolumeId),
    tags: tagsOf(snapshot.Tags),
    startedAt: snapshot.StartTime?.getTime() ?? 0,
  };
}

/** An image as decisions see it. */
export function seenImage(image: Image): SeenImage | null {
  if (image.ImageId === undefined) return null;
  return {
    id: image.ImageId,
    name: image.Name ?? '',
    state: image.State ?? '',
    reason: textOf(image.StateReason?.Message),
    tags: tagsOf(image.Tags),
    machine: {
      ...machineOf(image),
      bootMode: textOf(image.BootMode),
      tpmSupport: textOf(image.TpmSupport),
      imdsSupport: textOf(image.ImdsSupport),
    },
    usageOperation: textOf(image.UsageOperation),
    disks: (image.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
      DeviceName === undefined || Ebs === undefined
        ? []
        : [{ device: DeviceName, snapshot: textOf(Ebs.SnapshotId) }],
    ),
  };
}

function machineOf(thing: Instance | Image): Machine {
  return {
    architecture: textOf(thing.Architecture),
    virtualizationType: textOf(thing.VirtualizationType),
    rootDevice: textOf(thing.RootDeviceName),
    enaSupport: thing.EnaSupport ?? null,
    sriovNetSupport: textOf(thing.SriovNetSupport),
    bootMode: null,
    tpmSupport: null,
    imdsSupport: null,
  };
}

function textOf(value: string | undefined): string | null {
  return cleanLine(value ?? '', 500) || null;
}
