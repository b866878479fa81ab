import type { BlockDeviceMapping, EbsBlockDevice } from '@aws-sdk/client-ec2';
import type { LaunchImage } from './image.ts';

/** What is wanted of the disks of an instance. */
export interface WantedDisks {
  /** The least size of the root volume in GiB; 0 leaves it as the image has it. */
  readonly rootGib: number;
  /** Whether the volumes stay when the instance ends. */
  readonly outlive: boolean;
}

export interface PlannedDisks {
  /** As RunInstances takes them. */
  readonly mappings: readonly BlockDeviceMapping[];
  /** The size of the root volume in the image, in GiB; null where it does not say. */
  readonly rootInImage: number | null;
  /** Whether a size was asked for that the image has already: no volume shrinks. */
  readonly isSizeIgnored: boolean;
}

/**
 * The disks of an instance of an image: those of the image, its root volume of at least the size that is wanted, on every
 * one whether it stays. What is sent is a choice of what DescribeImages gives: RunInstances does not take all of it.
 */
export function launchMappings(image: LaunchImage, { rootGib, outlive }: WantedDisks): PlannedDisks {
  const root = image.mappings.find(({ DeviceName }) => DeviceName === image.rootDevice);
  const rootInImage = root?.Ebs?.VolumeSize ?? null;
  const grows = rootGib > (rootInImage ?? 0);
  const disks = image.mappings.flatMap((mapping): BlockDeviceMapping[] => {
    const { DeviceName, Ebs, VirtualName, NoDevice } = mapping;
    if (DeviceName === undefined || NoDevice !== undefined) return [];
    if (Ebs === undefined) return VirtualName === undefined ? [] : [{ DeviceName, VirtualName }];
    const size = mapping === root && grows ? rootGib : Ebs.VolumeSize;
    return [{ DeviceName, Ebs: chosen({ ...Ebs, VolumeSize: size }, !outlive) }];
  });
  // An image that does not map its root still has one there.
  const unmapped =
    root === undefined && image.rootDevice !== null && (grows || outlive)
      ? [
          {
            DeviceName: image.rootDevice,
            Ebs: { ...(grows ? { VolumeSize: rootGib } : {}), DeleteOnTermination: !outlive },
          },
        ]
      : [];
  return {
    mappings: [...unmapped, ...disks],
    rootInImage,
    isSizeIgnored: rootGib > 0 && !grows,
  };
}

function chosen(ebs: EbsBlockDevice, DeleteOnTermination: boolean): EbsBlockDevice {
  const { SnapshotId, VolumeSize, VolumeType, Iops, Throughput } = ebs;
  // Only these types let their speed be chosen.
  const isProvisioned = VolumeType === 'gp3' || VolumeType === 'io1' || VolumeType === 'io2';
  return {
    ...(SnapshotId === undefined ? {} : { SnapshotId }),
    ...(VolumeSize === undefined ? {} : { VolumeSize }),
    ...(VolumeType === undefined ? {} : { VolumeType }),
    ...(isProvisioned && Iops !== undefined ? { Iops } : {}),
    ...(VolumeType === 'gp3' && Throughput !== undefined ? { Throughput } : {}),
    DeleteOnTermination,
  };
}
