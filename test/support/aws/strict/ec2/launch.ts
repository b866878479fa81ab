import { Refusal } from '../refusal.ts';
import type { Cloud } from './cloud.ts';
import { completeMapping, mergeMappings } from './mappings.ts';
import type { Image, ImageMapping, Instance, Tags } from './resources.ts';
import { attach, makeVolume } from './volumes.ts';

/** A launch of one machine, from a request and its template together. */
export interface Launch {
  readonly imageId: string;
  readonly type: string;
  readonly keyName: string | undefined;
  readonly subnetId: string | undefined;
  readonly zone: string | undefined;
  readonly groupIds: readonly string[];
  readonly publicIp: boolean | undefined;
  readonly profileArn: string | undefined;
  readonly mappings: readonly ImageMapping[];
  readonly tags: { readonly instance: Tags; readonly volume: Tags; readonly 'network-interface': Tags };
  /** Base64. */
  readonly userData: string | undefined;
  readonly clientToken: string;
  readonly shutdownBehavior: string;
  readonly disableApiTermination: boolean;
  readonly metadataOptions: Readonly<Record<string, string>>;
  readonly spot: boolean;
}

/**
 * Starts a machine and its disks.
 * @throws {Refusal} where AWS would refuse; nothing exists then.
 */
export async function launch(cloud: Cloud, asked: Launch): Promise<Instance> {
  const subnet = asked.subnetId
    ? await cloud.templates.subnet(asked.subnetId)
    : await cloud.templates.defaultSubnet(asked.zone);
  if (asked.keyName !== undefined) await cloud.templates.checkKeyPair(asked.keyName);
  const type = await cloud.templates.type(asked.type);
  // From here on nothing is waited for: it happens whole or not at all.
  const image = launchable(cloud, asked.imageId);
  checkFit(image, type.ProcessorInfo?.SupportedArchitectures ?? [], type.NetworkInfo?.EnaSupport, asked.type);
  checkUserData(asked.userData);
  const zone = subnet.AvailabilityZone ?? '';
  checkLimits(cloud, zone, asked.type);
  const mappings = mergeMappings(image.mappings, asked.mappings);
  for (const mapping of mappings) completeMapping(cloud, mapping);

  const instance: Instance = {
    id: cloud.id('i'),
    reservationId: cloud.id('r'),
    imageId: image.id,
    type: asked.type,
    keyName: asked.keyName,
    state: 'pending',
    launchTime: new Date(),
    zone,
    subnetId: subnet.SubnetId ?? '',
    vpcId: subnet.VpcId ?? '',
    privateIp: `10.219.0.${(cloud.next() % 250) + 4}`,
    wantsPublicIp: asked.publicIp ?? subnet.MapPublicIpOnLaunch ?? false,
    groupIds: asked.groupIds,
    profileArn: asked.profileArn,
    clientToken: asked.clientToken,
    userData: asked.userData,
    machine: image.machine,
    interfaceId: cloud.id('eni'),
    interfaceTags: new Map(asked.tags['network-interface']),
    tags: new Map(asked.tags.instance),
    lifecycle: asked.spot ? 'spot' : undefined,
    metadataOptions: asked.metadataOptions,
    disableApiTermination: asked.disableApiTermination,
    shutdownBehavior: asked.shutdownBehavior,
    looks: 0,
  };
  cloud.instances.set(instance.id, instance);
  cloud.progress.hide(instance.id);
  for (const mapping of mappings) {
    if (mapping.virtualName !== undefined) continue;
    const volume = makeVolume(cloud, mapping, { zone, tags: new Map(asked.tags.volume) });
    attach(volume, instance.id, mapping.deviceName, mapping.deleteOnTermination ?? true);
  }
  cloud.progress.begin(instance, 'pending');
  return instance;
}

function launchable(cloud: Cloud, id: string): Image {
  const image = cloud.image(id);
  if (!image.isPublic && image.ownerId !== cloud.accountId) {
    throw new Refusal('AuthFailure', `Not authorized for images: [${id}]`);
  }
  if (image.state !== 'available') {
    throw new Refusal('InvalidAMIID.Unavailable', `The image ID '[${id}]' is not available`);
  }
  return image;
}

/** @param ena `required` for types that boot only with the newer network driver. */
function checkFit(
  { machine }: Image,
  architectures: readonly string[],
  ena: string | undefined,
  type: string,
): void {
  if (!architectures.includes(machine.architecture)) {
    throw new Refusal(
      'InvalidParameterValue',
      `The architecture '${architectures.join(',')}' of the specified instance type does not match the architecture '${machine.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    );
  }
  if (ena === 'required' && !machine.enaSupport) {
    throw new Refusal(
      'InvalidParameterCombination',
      `Enhanced networking with the Elastic Network Adapter (ENA) is required for the '${type}' instance type. Ensure that you are using an AMI that is enabled for ENA.`,
    );
  }
}

function checkUserData(userData: string | undefined): void {
  if (userData === undefined) return;
  const bytes = Buffer.from(userData, 'base64');
  if (bytes.toString('base64') !== userData) {
    throw new Refusal('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  if (bytes.length > 16_384) {
    throw new Refusal('InvalidParameterValue', 'User data is limited to 16384 bytes');
  }
}

function checkLimits(cloud: Cloud, zone: string, type: string): void {
  const limit = cloud.limits.find(
    (it) => (it.zone === undefined || it.zone === zone) && (it.type === undefined || it.type === type),
  );
  if (!limit) return;
  const code = limit.code ?? 'InsufficientInstanceCapacity';
  const messages: Readonly<Record<string, string>> = {
    InsufficientInstanceCapacity: `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}).`,
    Unsupported: `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}).`,
    VcpuLimitExceeded:
      'You have requested more vCPU capacity than your current vCPU limit allows for the instance bucket that the specified instance type belongs to.',
    UnauthorizedOperation: 'You are not authorized to perform this operation.',
  };
  const serverSide = code === 'InsufficientInstanceCapacity' ? 500 : 400;
  const status = code === 'UnauthorizedOperation' ? 403 : serverSide;
  throw new Refusal(code, limit.message ?? messages[code] ?? `${code} in ${zone}.`, status);
}
