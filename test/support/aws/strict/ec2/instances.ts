import { z } from 'zod';
import { describing, flag, list, text } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Xml } from '../xml.ts';
import { type Action, action } from './action.ts';
import type { Cloud } from './cloud.ts';
import { applyFilters, onePage, refuseIdsWithPages } from './describe.ts';
import { publicDnsName, reservationView, stateView } from './instance-view.ts';
import type { Instance, InstanceState } from './resources.ts';
import { runInstances } from './run.ts';
import { tagSet } from './tags.ts';

const ids = z.strictObject({
  InstanceId: list(text),
  Force: flag.optional(),
  Hibernate: flag.optional(),
  SkipOsShutdown: flag.optional(),
  DryRun: flag.optional(),
});

/**
 * A change of power of several machines; all of them are checked before any changes.
 * @param from the states in which it does something; in the states of `already` it is done.
 */
function power(
  answerName: string,
  to: InstanceState,
  from: readonly InstanceState[],
  already: readonly InstanceState[],
  before: (instance: Instance, cloud: Cloud) => void = () => undefined,
): Action {
  return action(ids, ({ InstanceId }, cloud) => {
    const instances = InstanceId.map((id) => cloud.instance(id));
    for (const instance of instances) {
      if (![...from, ...already].includes(instance.state)) {
        throw new Refusal(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in a state from which it can be made ${to} ('${instance.state}').`,
        );
      }
      before(instance, cloud);
    }
    const changes = instances.map((instance) => {
      const previous = instance.state;
      if (from.includes(previous)) cloud.progress.begin(instance, to);
      return {
        instanceId: instance.id,
        currentState: stateView(instance.state),
        previousState: stateView(previous),
      };
    });
    return { [answerName]: changes };
  });
}

const terminateInstances = power(
  'instancesSet',
  'shutting-down',
  ['pending', 'running', 'stopping', 'stopped'],
  ['shutting-down', 'terminated'],
  (instance) => {
    if (instance.disableApiTermination) {
      throw new Refusal(
        'OperationNotPermitted',
        `The instance '${instance.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    }
    instance.stateReason ??= {
      code: 'Client.UserInitiatedShutdown',
      message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    };
  },
);

const stopInstances = power('instancesSet', 'stopping', ['running'], ['stopping', 'stopped'], (instance) => {
  if (instance.lifecycle === 'spot') {
    throw new Refusal('UnsupportedOperation', "You can't stop the one-time Spot Instance.");
  }
});

const startInstances = power(
  'instancesSet',
  'pending',
  ['stopped'],
  ['pending', 'running'],
  (instance, cloud) => {
    const limit = cloud.limits.find(({ zone }) => zone === undefined || zone === instance.zone);
    if (limit && instance.state === 'stopped') {
      const code = limit.code ?? 'InsufficientInstanceCapacity';
      throw new Refusal(code, limit.message ?? `No capacity to start ${instance.id}.`, 500);
    }
  },
);

const rebootInstances = action(ids, ({ InstanceId }, cloud) => {
  for (const id of InstanceId) cloud.instance(id);
  return { return: true };
});

const describeInstances = action(
  z.strictObject({ ...describing, InstanceId: list(text) }),
  (asked, cloud) => {
    refuseIdsWithPages(asked.InstanceId, asked, 'instancesSet');
    const all = cloud.lookAt(cloud.instances, asked.InstanceId, (id) => cloud.instance(id, true));
    const found = applyFilters(all, asked.Filter, instanceFilters(cloud));
    const { page, nextToken } = onePage(found, asked, cloud.pageSize, { least: 5, most: 1000 });
    for (const instance of page) cloud.progress.lookAtInstance(instance);
    return { reservationSet: page.map((instance) => reservationView([instance], cloud)), nextToken };
  },
);

const describeInstanceStatus = action(
  z.strictObject({ ...describing, InstanceId: list(text), IncludeAllInstances: flag.default(false) }),
  (asked, cloud) => {
    const all = cloud.lookAt(cloud.instances, asked.InstanceId, (id) => cloud.instance(id, true));
    const shown = all.filter(({ state }) => asked.IncludeAllInstances || state === 'running');
    for (const instance of shown) cloud.progress.lookAtInstance(instance);
    return {
      instanceStatusSet: shown.map((instance): Xml => {
        const check = { status: instance.state === 'running' ? 'ok' : 'not-applicable' };
        return {
          instanceId: instance.id,
          availabilityZone: instance.zone,
          instanceState: stateView(instance.state),
          systemStatus: check,
          instanceStatus: check,
        };
      }),
    };
  },
);

/** The interfaces of machines that are there; they carry tags of their own. */
const describeNetworkInterfaces = action(
  z.strictObject({ ...describing, NetworkInterfaceId: list(text) }),
  (asked, cloud) => {
    const all = [...cloud.instances.values()]
      .filter(({ state }) => state !== 'terminated')
      .map((instance) => ({ id: instance.interfaceId, tags: instance.interfaceTags, instance }))
      .filter(({ id }) => asked.NetworkInterfaceId.length === 0 || asked.NetworkInterfaceId.includes(id));
    const found = applyFilters(all, asked.Filter, {
      'network-interface-id': ({ id }) => id,
      'attachment.instance-id': ({ instance }) => instance.id,
      'subnet-id': ({ instance }) => instance.subnetId,
    });
    return {
      networkInterfaceSet: found.map(
        ({ id, tags, instance }): Xml => ({
          networkInterfaceId: id,
          subnetId: instance.subnetId,
          vpcId: instance.vpcId,
          status: 'in-use',
          tagSet: tagSet(tags),
          attachment: { instanceId: instance.id, deviceIndex: 0, status: 'attached' },
        }),
      ),
    };
  },
);

const getConsoleOutput = action(
  z.strictObject({ InstanceId: text, Latest: flag.optional(), DryRun: flag.optional() }),
  ({ InstanceId }, cloud) => ({
    instanceId: cloud.instance(InstanceId).id,
    timestamp: new Date(),
    output: Buffer.from(`${InstanceId} boots\n`).toString('base64'),
  }),
);

export const instanceActions: Readonly<Record<string, Action>> = {
  RunInstances: runInstances,
  TerminateInstances: terminateInstances,
  StopInstances: stopInstances,
  StartInstances: startInstances,
  RebootInstances: rebootInstances,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  GetConsoleOutput: getConsoleOutput,
};

function instanceFilters(cloud: Cloud) {
  const disks = ({ id }: Instance) => cloud.volumesOf(id);
  return {
    'instance-id': ({ id }: Instance) => id,
    'instance-state-name': ({ state }: Instance) => state,
    'instance-type': ({ type }: Instance) => type,
    'image-id': ({ imageId }: Instance) => imageId,
    'key-name': ({ keyName }: Instance) => keyName,
    'client-token': ({ clientToken }: Instance) => clientToken,
    'availability-zone': ({ zone }: Instance) => zone,
    'subnet-id': ({ subnetId }: Instance) => subnetId,
    'vpc-id': ({ vpcId }: Instance) => vpcId,
    'ip-address': ({ publicIp }: Instance) => publicIp,
    'private-ip-address': ({ privateIp }: Instance) => privateIp,
    'dns-name': (instance: Instance) => publicDnsName(instance, cloud.region),
    'instance-lifecycle': ({ lifecycle }: Instance) => lifecycle,
    'reservation-id': ({ reservationId }: Instance) => reservationId,
    'block-device-mapping.volume-id': (instance: Instance) => disks(instance).map(({ id }) => id),
  };
}
