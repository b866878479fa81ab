import {
  type BlockDeviceMapping,
  CreateImageCommand,
  CreateSnapshotCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  RegisterImageCommand,
  type RegisterImageCommandInput,
} from '@aws-sdk/client-ec2';
import type { Seen, SeenImage } from '../decide/seen.ts';
import { isOfRun } from '../decide/seen.ts';
import type { ImageDisk, Step } from '../decide/step.ts';
import type { LifecycleDeps } from '../deps.ts';
import { saveMarks, tagList, tagsOf } from '../marks.ts';
import { imageName, type RunId } from '../names.ts';
import type { Saving } from '../project.ts';
import { failureName, refusalOf } from './refusals.ts';

/** How many other names are tried where somebody else has an image of that name. */
const mostNames = 5;

/**
 * Has EC2 make an image, under a name that nobody has yet.
 * @param make asks for it under one name.
 * @returns its id; null where EC2 knows the name but does not show yet whose it is.
 */
async function underFreeName(
  deps: LifecycleDeps,
  seen: Seen,
  run: RunId,
  saving: Saving,
  make: (name: string) => Promise<string | undefined>,
): Promise<string | null> {
  const first = imageName(seen.project.name, saving.generation, run, saving.attempt);
  for (let other = 0; other < mostNames; other++) {
    const name = other === 0 ? first : `${first.slice(0, 120)}.${other}`;
    try {
      return (await make(name)) ?? null;
    } catch (error) {
      if (failureName(error) !== 'InvalidAMIName.Duplicate') throw error;
      const found = await imageNamed(deps, name);
      if (found === null) return null;
      if (isOfRun(found.tags, seen.whose, run)) return found.id;
    }
  }
  return null;
}

async function imageNamed(
  { ec2 }: LifecycleDeps,
  name: string,
): Promise<Pick<SeenImage, 'id' | 'tags'> | null> {
  const { Images } = await ec2.send(
    new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'name', Values: [name] }] }),
  );
  const [image] = Images ?? [];
  return image?.ImageId === undefined ? null : { id: image.ImageId, tags: tagsOf(image.Tags) };
}

type AskImage = Extract<Step, { readonly do: 'ask-image' }>;

/** An image of a box that is there: it keeps all that the box and its disks are. */
export function imageOfBox(
  deps: LifecycleDeps,
  seen: Seen,
  run: RunId,
  { instance, saving, running }: AskImage,
): Promise<string | null> {
  const Tags = tagList(saveMarks(seen.whose, run, saving.generation, saving.attempt));
  return underFreeName(deps, seen, run, saving, async (name) => {
    const { ImageId } = await deps.ec2.send(
      new CreateImageCommand({
        InstanceId: instance.id,
        Name: name,
        Description: describe(seen, saving),
        NoReboot: running,
        TagSpecifications: [
          { ResourceType: 'image', Tags },
          { ResourceType: 'snapshot', Tags },
        ],
      }),
    );
    return ImageId;
  });
}

function describe({ project }: Seen, { generation }: Saving): string {
  return `Save ${generation} of the devbox project ${project.name}`;
}

type Register = Extract<Step, { readonly do: 'register' }>;

/** An image put together of snapshots, with the properties of the image that the box booted. */
export async function imageOfSnapshots(
  deps: LifecycleDeps,
  seen: Seen,
  run: RunId,
  { saving, disks, rootDevice, source }: Register,
): Promise<string | null> {
  const like = await propertiesOf(deps, seen, source);
  return underFreeName(deps, seen, run, saving, async (name) => {
    const { ImageId } = await deps.ec2.send(
      new RegisterImageCommand({
        ...like,
        Name: name,
        Description: describe(seen, saving),
        RootDeviceName: rootDevice,
        BlockDeviceMappings: disks.map(mapping),
        TagSpecifications: [
          {
            ResourceType: 'image',
            Tags: tagList(saveMarks(seen.whose, run, saving.generation, saving.attempt)),
          },
        ],
      }),
    );
    return ImageId;
  });
}

function mapping({ device, snapshot, size, type, iops, throughput }: ImageDisk): BlockDeviceMapping {
  const takesIops = type === 'io1' || type === 'io2' || type === 'gp3';
  return {
    DeviceName: device,
    Ebs: {
      SnapshotId: snapshot,
      DeleteOnTermination: false,
      VolumeType: volumeType(type),
      ...(size === null ? {} : { VolumeSize: size }),
      ...(takesIops && iops !== null ? { Iops: iops } : {}),
      ...(type === 'gp3' && throughput !== null ? { Throughput: throughput } : {}),
    },
  };
}

const volumeTypes = ['standard', 'gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1'] as const;

function volumeType(type: string | null): (typeof volumeTypes)[number] {
  return volumeTypes.find((known) => known === type) ?? 'gp3';
}

/** What RegisterImage takes beside the disks, from the image that the box booted, else from what the row noted. */
async function propertiesOf(
  deps: LifecycleDeps,
  seen: Seen,
  source: string | null,
): Promise<Omit<RegisterImageCommandInput, 'Name'>> {
  const image = await rawImage(deps, source);
  const state = seen.project.state;
  const noted = 'run' in state ? state.run.machine : null;
  const ena = image?.EnaSupport ?? noted?.enaSupport ?? true;
  const hasFirmware = image !== null && (image.BootMode === 'uefi' || image.TpmSupport !== undefined);
  return {
    Architecture: image?.Architecture ?? architecture(noted?.architecture),
    VirtualizationType: image?.VirtualizationType ?? noted?.virtualizationType ?? 'hvm',
    EnaSupport: ena,
    SriovNetSupport: image?.SriovNetSupport ?? noted?.sriovNetSupport ?? undefined,
    BootMode: image?.BootMode ?? bootMode(noted?.bootMode),
    TpmSupport: image?.TpmSupport ?? (noted?.tpmSupport === 'v2.0' ? 'v2.0' : undefined),
    ImdsSupport: image?.ImdsSupport ?? (noted?.imdsSupport === 'v2.0' ? 'v2.0' : undefined),
    KernelId: image?.KernelId,
    RamdiskId: image?.RamdiskId,
    UefiData: hasFirmware ? await uefiOf(deps, source) : undefined,
  };
}

async function rawImage({ ec2 }: LifecycleDeps, id: string | null) {
  if (id === null) return null;
  const { Images } = await ec2.send(
    new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: [id] }] }),
  );
  return Images?.[0] ?? null;
}

/** The variables of the firmware; only who owns the image may read them, and most images have none. */
async function uefiOf({ ec2 }: LifecycleDeps, id: string | null): Promise<string | undefined> {
  if (id === null) return undefined;
  try {
    const { UefiData } = await ec2.send(
      new DescribeImageAttributeCommand({ ImageId: id, Attribute: 'uefiData' }),
    );
    return UefiData?.Value || undefined;
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    return undefined;
  }
}

function architecture(text: string | null | undefined) {
  return (['i386', 'x86_64', 'arm64', 'x86_64_mac', 'arm64_mac'] as const).find((known) => known === text);
}

function bootMode(text: string | null | undefined) {
  return (['legacy-bios', 'uefi', 'uefi-preferred'] as const).find((known) => known === text);
}

type Snapshot = Extract<Step, { readonly do: 'snapshot' }>;

/** One snapshot of each disk, marked from the moment it is there. */
export async function snapshotDisks(
  { ec2 }: LifecycleDeps,
  seen: Seen,
  run: RunId,
  { volumes, saving }: Snapshot,
): Promise<void> {
  for (const { id, device } of volumes)
    await ec2.send(
      new CreateSnapshotCommand({
        VolumeId: id,
        Description: `${describe(seen, saving)}: ${id} at ${device}`,
        TagSpecifications: [
          {
            ResourceType: 'snapshot',
            Tags: tagList({
              ...saveMarks(seen.whose, run, saving.generation, saving.attempt),
              VolumeID: id,
            }),
          },
        ],
      }),
    );
}
