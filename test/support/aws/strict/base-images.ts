import type { Cloud } from './ec2/cloud.ts';
import type { Image, ImageMapping, Machine } from './ec2/resources.ts';

/** What a test says of an image that was there before. */
export interface ImageOptions {
  readonly name: string;
  readonly description?: string;
  /** An account or an alias. Default: a public image of somebody else. `self` makes it the account's own and private. */
  readonly owner?: string;
  readonly machine?: Partial<Machine>;
  readonly mappings?: readonly (Omit<ImageMapping, 'snapshotId'> & { readonly disk?: readonly string[] })[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** Puts an image into the account, ready, with the snapshots it needs. */
export function addImage(cloud: Cloud, options: ImageOptions): Image {
  const { name, description = '', owner = '099720109477', machine, tags = {} } = options;
  const ownerId = owner === 'self' ? cloud.accountId : owner;
  const id = cloud.id('ami');
  const root = machine?.rootDeviceName ?? '/dev/sda1';
  const wanted = options.mappings ?? [{ deviceName: root, size: 8, type: 'gp3', deleteOnTermination: true }];
  const mappings = wanted.map(({ disk, ...mapping }): ImageMapping => {
    if (mapping.virtualName !== undefined) return mapping;
    const snapshotId = cloud.id('snap');
    cloud.snapshots.set(snapshotId, {
      id: snapshotId,
      volumeId: 'vol-ffffffff',
      size: mapping.size ?? 8,
      encrypted: mapping.encrypted ?? false,
      ownerId,
      description: `Copied for ${id}`,
      startTime: new Date(),
      state: 'completed',
      tags: new Map(Object.entries(tags)),
      disk: disk ?? [name],
      looks: 0,
    });
    return { ...mapping, snapshotId };
  });
  const image: Image = {
    id,
    name,
    description,
    ownerId,
    ownerAlias: owner === '137112412989' ? 'amazon' : undefined,
    isPublic: owner !== 'self',
    state: 'available',
    creationDate: new Date(),
    machine: {
      architecture: 'x86_64',
      virtualizationType: 'hvm',
      rootDeviceName: root,
      enaSupport: true,
      sriovNetSupport: 'simple',
      bootMode: 'uefi-preferred',
      imdsSupport: 'v2.0',
      platformDetails: 'Linux/UNIX',
      usageOperation: 'RunInstances',
      ...machine,
    },
    mappings,
    tags: new Map(Object.entries(tags)),
    looks: 0,
  };
  cloud.images.set(id, image);
  return image;
}

/** Images of the kinds that people start from, under their makers' naming. */
export function seedImages(cloud: Cloud) {
  const xvda = { rootDeviceName: '/dev/xvda' };
  return {
    ubuntu: addImage(cloud, {
      name: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260105',
      description: 'Canonical, Ubuntu, 24.04 LTS, amd64 noble image',
    }).id,
    debian: addImage(cloud, {
      name: 'debian-12-amd64-20260101-1993',
      description: 'Debian 12 (20260101-1993)',
      owner: '136693071363',
      machine: xvda,
    }).id,
    amazonLinux: addImage(cloud, {
      name: 'al2023-ami-2023.9.20260105.0-kernel-6.1-x86_64',
      description: 'Amazon Linux 2023 AMI 2023.9.20260105.0 x86_64 HVM kernel-6.1',
      owner: '137112412989',
      machine: xvda,
    }).id,
    rocky: addImage(cloud, { name: 'Rocky-9-EC2-Base-9.5-20250101.0.x86_64', owner: '792107900819' }).id,
    arm: addImage(cloud, {
      name: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20260105',
      description: 'Canonical, Ubuntu, 24.04 LTS, arm64 noble image',
      machine: { architecture: 'arm64', bootMode: 'uefi' },
    }).id,
    gpu: addImage(cloud, {
      name: 'Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04) 20260102',
      description: 'Supported EC2 instances: G4dn, G5, G6. Ubuntu 24.04.',
      owner: '137112412989',
      mappings: [
        { deviceName: '/dev/sda1', size: 75, type: 'gp3', deleteOnTermination: true },
        { deviceName: '/dev/sdb', virtualName: 'ephemeral0' },
      ],
    }).id,
    unknown: addImage(cloud, { name: 'golden-2026-01', description: 'Made by the platform team' }).id,
  };
}

export type SeededImages = ReturnType<typeof seedImages>;
