import type { Xml } from '../xml.ts';
import type { Cloud } from './cloud.ts';
import type { Instance, InstanceState } from './resources.ts';
import { tagSet } from './tags.ts';

const codes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function stateView(state: InstanceState): Xml {
  return { code: codes[state], name: state };
}

/** The host name that AWS gives to a public address; empty where there is none. */
export function publicDnsName({ publicIp }: Instance, region: string): string {
  if (publicIp === undefined) return '';
  const zone = region === 'us-east-1' ? 'compute-1' : `${region}.compute`;
  return `ec2-${publicIp.replaceAll('.', '-')}.${zone}.amazonaws.com`;
}

/** How RunInstances and DescribeInstances show machines that were started together. */
export function reservationView(
  instances: readonly Instance[],
  cloud: Cloud,
): { readonly [key: string]: Xml } {
  return {
    reservationId: instances[0]?.reservationId,
    ownerId: cloud.accountId,
    groupSet: [],
    instancesSet: instances.map((instance) => instanceView(instance, cloud)),
  };
}

function instanceView(instance: Instance, cloud: Cloud): Xml {
  const { machine, state } = instance;
  // A machine that is gone has no place and no disks any more.
  const isGone = state === 'terminated';
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateView(state),
    privateDnsName: isGone ? '' : `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
    dnsName: publicDnsName(instance, cloud.region),
    reason: '',
    keyName: instance.keyName,
    amiLaunchIndex: 0,
    productCodes: [],
    instanceType: instance.type,
    launchTime: instance.launchTime,
    placement: { availabilityZone: instance.zone, groupName: '', tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId: isGone ? undefined : instance.subnetId,
    vpcId: isGone ? undefined : instance.vpcId,
    privateIpAddress: isGone ? undefined : instance.privateIp,
    ipAddress: instance.publicIp,
    sourceDestCheck: true,
    groupSet: isGone ? [] : instance.groupIds.map((groupId) => ({ groupId, groupName: groupId })),
    stateReason: instance.stateReason && { ...instance.stateReason },
    architecture: machine.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: machine.rootDeviceName,
    blockDeviceMapping: cloud.volumesOf(instance.id).map(({ id, attachment }) => ({
      deviceName: attachment?.device,
      ebs: {
        volumeId: id,
        status: 'attached',
        attachTime: attachment?.time,
        deleteOnTermination: attachment?.deleteOnTermination,
      },
    })),
    instanceLifecycle: instance.lifecycle,
    virtualizationType: machine.virtualizationType,
    clientToken: instance.clientToken,
    tagSet: tagSet(instance.tags),
    hypervisor: 'xen',
    networkInterfaceSet: isGone ? [] : [interfaceView(instance)],
    iamInstanceProfile: instance.profileArn === undefined ? undefined : { arn: instance.profileArn },
    ebsOptimized: false,
    sriovNetSupport: machine.sriovNetSupport,
    enaSupport: machine.enaSupport,
    bootMode: machine.bootMode,
    tpmSupport: machine.tpmSupport,
    platformDetails: machine.platformDetails,
    usageOperation: machine.usageOperation,
    metadataOptions: { state: 'applied', ...instance.metadataOptions },
  };
}

function interfaceView(instance: Instance): Xml {
  return {
    networkInterfaceId: instance.interfaceId,
    subnetId: instance.subnetId,
    vpcId: instance.vpcId,
    status: 'in-use',
    privateIpAddress: instance.privateIp,
    groupSet: instance.groupIds.map((groupId) => ({ groupId, groupName: groupId })),
    attachment: { deviceIndex: 0, status: 'attached', deleteOnTermination: true },
  };
}
