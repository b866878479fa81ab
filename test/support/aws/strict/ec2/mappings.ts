import { z } from 'zod';
import { flag, integer, list, text } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Xml } from '../xml.ts';
import type { Cloud } from './cloud.ts';
import type { ImageMapping } from './resources.ts';

const ebs = z.strictObject({
  SnapshotId: text.optional(),
  VolumeSize: integer.optional(),
  VolumeType: text.optional(),
  Iops: integer.optional(),
  Throughput: integer.optional(),
  Encrypted: flag.optional(),
  KmsKeyId: text.optional(),
  DeleteOnTermination: flag.optional(),
  VolumeInitializationRate: integer.optional(),
});

/** The block device mappings of a request. */
export const mappingList = list(
  z.strictObject({
    DeviceName: text,
    VirtualName: text.optional(),
    NoDevice: text.optional(),
    Ebs: ebs.optional(),
  }),
);

export function readMappings(mappings: z.output<typeof mappingList>): ImageMapping[] {
  const devices = mappings.map(({ DeviceName }) => DeviceName);
  const double = devices.find((device, i) => devices.indexOf(device) !== i);
  if (double !== undefined) {
    throw new Refusal(
      'InvalidBlockDeviceMapping',
      `The device '${double}' is used in more than one block-device mapping`,
    );
  }
  return mappings.map(({ DeviceName, VirtualName, NoDevice, Ebs }) => ({
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

/** The mappings of an image with those of a launch over them, device by device. */
export function mergeMappings(
  under: readonly ImageMapping[],
  over: readonly ImageMapping[],
): readonly ImageMapping[] {
  const merged = new Map(under.map((mapping) => [mapping.deviceName, mapping]));
  for (const mapping of over) {
    const below = merged.get(mapping.deviceName);
    const given = Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined));
    merged.set(mapping.deviceName, { ...mapping, ...below, ...given });
  }
  return [...merged.values()].filter(({ noDevice }) => !noDevice);
}

/**
 * What a mapping that makes a disk comes to: sizes from snapshots, no smaller than them, each type with its own limits.
 * Sizes are in GiB.
 */
export function completeMapping(cloud: Cloud, mapping: ImageMapping): ImageMapping {
  if (mapping.virtualName !== undefined) return mapping;
  const snapshot = mapping.snapshotId === undefined ? undefined : cloud.snapshot(mapping.snapshotId);
  const size = mapping.size ?? snapshot?.size;
  if (size === undefined) {
    throw new Refusal(
      'MissingParameter',
      `The request must contain the parameter size or snapshotId (${mapping.deviceName})`,
    );
  }
  if (snapshot && size < snapshot.size) {
    throw new Refusal(
      'InvalidBlockDeviceMapping',
      `Volume of size ${size}GB is smaller than snapshot '${snapshot.id}', expect size >= ${snapshot.size}GB`,
    );
  }
  if (size < 1 || size > 65_536) {
    throw new Refusal('InvalidParameterValue', `Volume size of ${size} is invalid; maximum is 65536GiB.`);
  }
  const type = mapping.type ?? 'gp2';
  if (!['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'].includes(type)) {
    throw new Refusal('InvalidParameterValue', `Invalid value '${type}' for VolumeType.`);
  }
  if (mapping.throughput !== undefined && type !== 'gp3') {
    throw new Refusal(
      'InvalidParameterCombination',
      `The parameter throughput is not supported for ${type} volumes`,
    );
  }
  return { ...mapping, size, type, encrypted: mapping.encrypted ?? snapshot?.encrypted ?? false };
}

/** How DescribeImages shows a mapping. */
export function mappingView(mapping: ImageMapping): Xml {
  const { deviceName, virtualName, noDevice } = mapping;
  if (virtualName !== undefined) return { deviceName, virtualName };
  if (noDevice) return { deviceName, noDevice: '' };
  return {
    deviceName,
    ebs: {
      snapshotId: mapping.snapshotId,
      volumeSize: mapping.size,
      deleteOnTermination: mapping.deleteOnTermination ?? true,
      volumeType: mapping.type,
      iops: mapping.iops,
      throughput: mapping.throughput,
      encrypted: mapping.encrypted ?? false,
    },
  };
}
