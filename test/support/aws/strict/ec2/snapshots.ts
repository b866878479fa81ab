import { z } from 'zod';
import { describing, flag, list, tagSpecifications, text } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Xml } from '../xml.ts';
import { type Action, action } from './action.ts';
import type { Cloud } from './cloud.ts';
import { applyFilters, onePage, refuseIdsWithPages } from './describe.ts';
import type { Snapshot, Tags, Volume } from './resources.ts';
import { tagSet, tagsFor } from './tags.ts';

const createSnapshot = action(
  z.strictObject({
    VolumeId: text,
    Description: text.default(''),
    TagSpecification: tagSpecifications,
    DryRun: flag.optional(),
  }),
  ({ VolumeId, Description, TagSpecification }, cloud) => {
    const volume = cloud.volume(VolumeId);
    const tags = tagsFor(TagSpecification, 'snapshot', ['snapshot']);
    return snapshotView(snapshotOf(cloud, volume, { description: Description, tags }));
  },
);

/** All disks of one machine at one point in time. */
const createSnapshots = action(
  z.strictObject({
    InstanceSpecification: z.strictObject({
      InstanceId: text,
      ExcludeBootVolume: flag.default(false),
      ExcludeDataVolumeId: list(text),
    }),
    Description: text.default(''),
    TagSpecification: tagSpecifications,
    CopyTagsFromSource: z.enum(['volume']).optional(),
    DryRun: flag.optional(),
  }),
  (asked, cloud) => {
    const { InstanceId, ExcludeBootVolume, ExcludeDataVolumeId } = asked.InstanceSpecification;
    const { machine } = cloud.instance(InstanceId);
    const volumes = cloud
      .volumesOf(InstanceId)
      .filter(
        ({ id, attachment }) =>
          !ExcludeDataVolumeId.includes(id) &&
          !(ExcludeBootVolume && attachment?.device === machine.rootDeviceName),
      );
    if (volumes.length === 0) {
      throw new Refusal('IncorrectState', `No volumes are attached to instance '${InstanceId}'`);
    }
    return {
      snapshotSet: volumes.map((volume) => {
        const copied: Tags = asked.CopyTagsFromSource === 'volume' ? new Map(volume.tags) : new Map();
        for (const [key, value] of tagsFor(asked.TagSpecification, 'snapshot', ['snapshot'])) {
          copied.set(key, value);
        }
        const snapshot = snapshotOf(cloud, volume, { description: asked.Description, tags: copied });
        return { ...snapshotFields(snapshot), state: snapshot.state };
      }),
    };
  },
);

const deleteSnapshot = action(
  z.strictObject({ SnapshotId: text, DryRun: flag.optional() }),
  ({ SnapshotId }, cloud) => {
    const snapshot = cloud.snapshot(SnapshotId);
    if (snapshot.ownerId !== cloud.accountId) {
      throw new Refusal('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403);
    }
    const image = cloud.imageOf(SnapshotId);
    if (image) {
      throw new Refusal(
        'InvalidSnapshot.InUse',
        `The snapshot ${SnapshotId} is currently in use by ${image.id}`,
      );
    }
    cloud.snapshots.delete(SnapshotId);
    return { return: true };
  },
);

const describeSnapshots = action(
  z.strictObject({ ...describing, SnapshotId: list(text), Owner: list(text), RestorableBy: list(text) }),
  (asked, cloud) => {
    refuseIdsWithPages(asked.SnapshotId, asked, 'snapshotIdsSet');
    const all = cloud.lookAt(cloud.snapshots, asked.SnapshotId, (id) => cloud.snapshot(id, true));
    const owned = all.filter(
      ({ ownerId }) =>
        asked.Owner.length === 0 ||
        asked.Owner.some((owner) => ownerId === (owner === 'self' ? cloud.accountId : owner)),
    );
    const found = applyFilters(owned, asked.Filter, snapshotFilters);
    const { page, nextToken } = onePage(found, asked, cloud.pageSize, { least: 5, most: 1000 });
    for (const snapshot of page) cloud.progress.lookAtSnapshot(snapshot);
    return { snapshotSet: page.map(snapshotView), nextToken };
  },
);

export const snapshotActions: Readonly<Record<string, Action>> = {
  CreateSnapshot: createSnapshot,
  CreateSnapshots: createSnapshots,
  DeleteSnapshot: deleteSnapshot,
  DescribeSnapshots: describeSnapshots,
};

/** Copies a disk as it is at this moment. */
export function snapshotOf(
  cloud: Cloud,
  volume: Volume,
  { description, tags }: { readonly description: string; readonly tags: Tags },
): Snapshot {
  const own = [...cloud.snapshots.values()].filter(({ ownerId }) => ownerId === cloud.accountId);
  if (own.length >= cloud.snapshotQuota) {
    throw new Refusal('SnapshotLimitExceeded', 'Maximum allowed number of snapshots exceeded.');
  }
  const snapshot: Snapshot = {
    id: cloud.id('snap'),
    volumeId: volume.id,
    size: volume.size,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    ownerId: cloud.accountId,
    description,
    startTime: new Date(),
    state: 'pending',
    tags,
    disk: volume.disk,
    looks: 0,
  };
  cloud.progress.beginSnapshot(snapshot);
  return snapshot;
}

const snapshotFilters = {
  'snapshot-id': ({ id }: Snapshot) => id,
  'volume-id': ({ volumeId }: Snapshot) => volumeId,
  status: ({ state }: Snapshot) => state,
  description: ({ description }: Snapshot) => description,
  'owner-id': ({ ownerId }: Snapshot) => ownerId,
  'volume-size': ({ size }: Snapshot) => String(size),
  encrypted: ({ encrypted }: Snapshot) => String(encrypted),
};

function snapshotFields(snapshot: Snapshot): { readonly [key: string]: Xml } {
  return {
    snapshotId: snapshot.id,
    volumeId: snapshot.volumeId,
    startTime: snapshot.startTime,
    progress: snapshot.state === 'completed' ? '100%' : '30%',
    ownerId: snapshot.ownerId,
    volumeSize: snapshot.size,
    description: snapshot.description,
    encrypted: snapshot.encrypted,
    kmsKeyId: snapshot.kmsKeyId,
    tagSet: tagSet(snapshot.tags),
  };
}

function snapshotView(snapshot: Snapshot): Xml {
  return { ...snapshotFields(snapshot), status: snapshot.state, statusMessage: snapshot.stateMessage };
}
