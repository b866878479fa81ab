import { z } from 'zod';
import { describing, flag, list, tagSpecifications, text } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Xml } from '../xml.ts';
import { type Action, action } from './action.ts';
import type { Cloud } from './cloud.ts';
import { applyFilters, onePage, refuseIdsWithPages } from './describe.ts';
import { completeMapping, mappingList, mappingView, readMappings } from './mappings.ts';
import type { Image, ImageMapping } from './resources.ts';
import { snapshotOf } from './snapshots.ts';
import { tagSet, tagsFor } from './tags.ts';

const createImage = action(
  z.strictObject({
    InstanceId: text,
    Name: text,
    Description: text.default(''),
    NoReboot: flag.default(false),
    BlockDeviceMapping: mappingList,
    TagSpecification: tagSpecifications,
    DryRun: flag.optional(),
  }),
  (asked, cloud) => {
    const instance = cloud.instance(asked.InstanceId);
    if (instance.state !== 'running' && instance.state !== 'stopped') {
      throw new Refusal(
        'IncorrectState',
        `Instance '${instance.id}' is not in state 'running' or 'stopped', but '${instance.state}'`,
      );
    }
    checkName(cloud, asked.Name);
    const allowed = ['image', 'snapshot'];
    const tags = tagsFor(asked.TagSpecification, 'image', allowed);
    const left = new Set(
      readMappings(asked.BlockDeviceMapping).flatMap(({ noDevice, deviceName }) =>
        noDevice ? deviceName : [],
      ),
    );
    const id = cloud.id('ami');
    const mappings = cloud.volumesOf(instance.id).flatMap((volume): ImageMapping[] => {
      const { attachment, size, type, iops, throughput, encrypted } = volume;
      if (!attachment || left.has(attachment.device)) return [];
      const snapshot = snapshotOf(cloud, volume, {
        description: `Created by CreateImage(${instance.id}) for ${id}`,
        tags: tagsFor(asked.TagSpecification, 'snapshot', allowed),
      });
      const { device: deviceName, deleteOnTermination } = attachment;
      const { id: snapshotId } = snapshot;
      return [{ deviceName, snapshotId, size, type, iops, throughput, encrypted, deleteOnTermination }];
    });
    cloud.progress.beginImage({
      id,
      name: asked.Name,
      description: asked.Description,
      ownerId: cloud.accountId,
      isPublic: false,
      state: 'pending',
      creationDate: new Date(),
      machine: instance.machine,
      mappings,
      sourceInstanceId: instance.id,
      tags,
      looks: 0,
    });
    return { imageId: id };
  },
);

const registerImage = action(
  z.strictObject({
    Name: text,
    Description: text.default(''),
    Architecture: z.enum(['i386', 'x86_64', 'arm64', 'x86_64_mac', 'arm64_mac']).default('i386'),
    VirtualizationType: z.enum(['paravirtual', 'hvm']).default('paravirtual'),
    RootDeviceName: text.optional(),
    BlockDeviceMapping: mappingList,
    EnaSupport: flag.default(false),
    SriovNetSupport: text.optional(),
    BootMode: z.enum(['legacy-bios', 'uefi', 'uefi-preferred']).optional(),
    TpmSupport: z.enum(['v2.0']).optional(),
    ImdsSupport: z.enum(['v2.0']).optional(),
    UefiData: text.optional(),
    KernelId: text.optional(),
    RamdiskId: text.optional(),
    BillingProduct: list(text),
    TagSpecification: tagSpecifications,
    DryRun: flag.optional(),
  }),
  (asked, cloud) => {
    checkName(cloud, asked.Name);
    const { RootDeviceName: rootDeviceName } = asked;
    const given = readMappings(asked.BlockDeviceMapping);
    const root = given.find(({ deviceName }) => deviceName === rootDeviceName);
    if (rootDeviceName === undefined || root?.snapshotId === undefined) {
      throw new Refusal('InvalidBlockDeviceMapping', 'Snapshot must be set for the root device');
    }
    if (asked.VirtualizationType === 'paravirtual' && (asked.EnaSupport || asked.BootMode !== undefined)) {
      throw new Refusal('InvalidParameterCombination', 'ENA and boot modes need virtualization type hvm.');
    }
    for (const { snapshotId } of given) {
      if (snapshotId !== undefined && cloud.snapshot(snapshotId).state !== 'completed') {
        throw new Refusal('IncorrectState', `Snapshot '${snapshotId}' is not 'completed'.`);
      }
    }
    const id = cloud.id('ami');
    cloud.progress.beginImage({
      id,
      name: asked.Name,
      description: asked.Description,
      ownerId: cloud.accountId,
      isPublic: false,
      state: 'pending',
      creationDate: new Date(),
      machine: {
        architecture: asked.Architecture,
        virtualizationType: asked.VirtualizationType,
        rootDeviceName,
        enaSupport: asked.EnaSupport,
        sriovNetSupport: asked.SriovNetSupport,
        bootMode: asked.BootMode,
        tpmSupport: asked.TpmSupport,
        imdsSupport: asked.ImdsSupport,
        uefiData: asked.UefiData,
        kernelId: asked.KernelId,
        ramdiskId: asked.RamdiskId,
        platformDetails: 'Linux/UNIX',
        usageOperation: 'RunInstances',
      },
      mappings: given.map((mapping) => completeMapping(cloud, mapping)),
      tags: tagsFor(asked.TagSpecification, 'image', ['image']),
      looks: 0,
    });
    return { imageId: id };
  },
);

const deregisterImage = action(
  z.strictObject({
    ImageId: text,
    DeleteAssociatedSnapshots: flag.default(false),
    DryRun: flag.optional(),
  }),
  ({ ImageId, DeleteAssociatedSnapshots }, cloud) => {
    const image = ownImage(cloud, ImageId);
    image.state = 'deregistered';
    cloud.events.image(image);
    if (!DeleteAssociatedSnapshots) return { return: true };
    const results = image.mappings.flatMap(({ snapshotId }): Xml[] => {
      if (snapshotId === undefined) return [];
      const isUsed = cloud.imageOf(snapshotId) !== undefined;
      if (!isUsed) cloud.snapshots.delete(snapshotId);
      return [{ snapshotId, returnCode: isUsed ? 'skipped' : 'success' }];
    });
    return { return: true, deleteSnapshotResultSet: results };
  },
);

const describeImages = action(
  z.strictObject({
    ...describing,
    ImageId: list(text),
    Owner: list(text),
    ExecutableBy: list(text),
    IncludeDeprecated: flag.optional(),
    IncludeDisabled: flag.optional(),
  }),
  (asked, cloud) => {
    refuseIdsWithPages(asked.ImageId, asked, 'imageIdsSet');
    const all = cloud.lookAt(cloud.images, asked.ImageId, (id) => cloud.image(id, true));
    const visible = all.filter(
      (image) =>
        image.state !== 'deregistered' &&
        (image.state !== 'disabled' || asked.IncludeDisabled || asked.ImageId.includes(image.id)) &&
        (image.isPublic || image.ownerId === cloud.accountId) &&
        (asked.Owner.length === 0 || asked.Owner.some((owner) => isOwner(image, owner, cloud.accountId))),
    );
    const found = applyFilters(visible, asked.Filter, imageFields);
    const { page, nextToken } = onePage(found, asked, cloud.pageSize, { least: 1, most: 1000 });
    for (const image of page) cloud.progress.lookAtImage(image);
    return { imagesSet: page.map(imageView), nextToken };
  },
);

const disableImage = action(
  z.strictObject({ ImageId: text, DryRun: flag.optional() }),
  ({ ImageId }, cloud) => {
    ownImage(cloud, ImageId).state = 'disabled';
    cloud.events.image(ownImage(cloud, ImageId));
    return { return: true };
  },
);

const enableImage = action(
  z.strictObject({ ImageId: text, DryRun: flag.optional() }),
  ({ ImageId }, cloud) => {
    ownImage(cloud, ImageId).state = 'available';
    cloud.events.image(ownImage(cloud, ImageId));
    return { return: true };
  },
);

export const imageActions: Readonly<Record<string, Action>> = {
  CreateImage: createImage,
  RegisterImage: registerImage,
  DeregisterImage: deregisterImage,
  DescribeImages: describeImages,
  DisableImage: disableImage,
  EnableImage: enableImage,
};

function ownImage(cloud: Cloud, id: string): Image {
  const image = cloud.image(id);
  if (image.ownerId !== cloud.accountId) {
    throw new Refusal('AuthFailure', `Not authorized for image:${id}`);
  }
  return image;
}

/** Names are 3 to 128 of certain characters, and no two images of an account have the same. */
function checkName(cloud: Cloud, name: string): void {
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name)) {
    throw new Refusal(
      'InvalidAMIName.Malformed',
      `AMI names must be between 3 and 128 characters long, and may contain letters, numbers, and ( ) [ ] space . / - ' @ _`,
    );
  }
  const own = [...cloud.images.values()].filter(
    ({ ownerId, state }) => ownerId === cloud.accountId && state !== 'deregistered',
  );
  const other = own.find((image) => image.name === name);
  if (other) {
    throw new Refusal('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${other.id}`);
  }
  if (own.length >= cloud.imageQuota) {
    throw new Refusal('ResourceLimitExceeded', 'You have exceeded the number of AMIs allowed.');
  }
}

function isOwner({ ownerId, ownerAlias }: Image, owner: string, accountId: string): boolean {
  return ownerId === (owner === 'self' ? accountId : owner) || ownerAlias === owner;
}

const imageFields = {
  'image-id': ({ id }: Image) => id,
  name: ({ name }: Image) => name,
  description: ({ description }: Image) => description,
  state: ({ state }: Image) => state,
  architecture: ({ machine }: Image) => machine.architecture,
  'virtualization-type': ({ machine }: Image) => machine.virtualizationType,
  'root-device-name': ({ machine }: Image) => machine.rootDeviceName,
  'root-device-type': () => 'ebs',
  'image-type': () => 'machine',
  'is-public': ({ isPublic }: Image) => String(isPublic),
  'owner-id': ({ ownerId }: Image) => ownerId,
  'owner-alias': ({ ownerAlias }: Image) => ownerAlias,
  'source-instance-id': ({ sourceInstanceId }: Image) => sourceInstanceId,
  'ena-support': ({ machine }: Image) => String(machine.enaSupport),
  'block-device-mapping.snapshot-id': ({ mappings }: Image) => mappings.map(({ snapshotId }) => snapshotId),
  'block-device-mapping.device-name': ({ mappings }: Image) => mappings.map(({ deviceName }) => deviceName),
};

function imageView(image: Image): Xml {
  const { machine } = image;
  return {
    imageId: image.id,
    imageLocation: `${image.ownerId}/${image.name}`,
    imageState: image.state,
    imageOwnerId: image.ownerId,
    imageOwnerAlias: image.ownerAlias,
    creationDate: image.creationDate,
    isPublic: image.isPublic,
    architecture: machine.architecture,
    platformDetails: machine.platformDetails,
    usageOperation: machine.usageOperation,
    imageType: 'machine',
    kernelId: machine.kernelId,
    ramdiskId: machine.ramdiskId,
    sriovNetSupport: machine.sriovNetSupport,
    enaSupport: machine.enaSupport,
    bootMode: machine.bootMode,
    tpmSupport: machine.tpmSupport,
    imdsSupport: machine.imdsSupport,
    name: image.name,
    description: image.description || undefined,
    rootDeviceType: 'ebs',
    rootDeviceName: machine.rootDeviceName,
    // An image that CreateImage makes has its disks to show only once they are copied.
    blockDeviceMapping:
      image.sourceInstanceId && image.state === 'pending' ? [] : image.mappings.map(mappingView),
    virtualizationType: machine.virtualizationType,
    hypervisor: 'xen',
    sourceInstanceId: image.sourceInstanceId,
    tagSet: tagSet(image.tags),
    stateReason:
      image.stateReason === undefined
        ? undefined
        : { code: 'Client.InternalError', message: image.stateReason },
  };
}
