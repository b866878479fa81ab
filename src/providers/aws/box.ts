import type { Instance, InstanceStateName } from '@aws-sdk/client-ec2';
import { cleanLine } from '../../base/text.ts';
import { noFacts } from '../facts.ts';
import type { Box, Phase, Reach } from '../provider.ts';
import { projectTag, sshUserTag } from './marks.ts';
import { tagsOf } from './tags.ts';

/** What is known of a box beside what its instance says. */
export interface BoxMore {
  /** The user of its image, where its own tag does not say. */
  readonly username?: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** An instance in devbox's own terms. */
export function boxOf(instance: Instance, region: string, { username = null, now }: BoxMore): Box {
  const tags = tagsOf(instance.Tags);
  const state = instance.State?.Name ?? 'pending';
  const phase = phaseOf(state);
  const project = tags[projectTag] ?? null;
  const address = clean(instance.PublicIpAddress) ?? clean(instance.PublicDnsName);
  const launchedAt = instance.LaunchTime?.getTime() ?? null;
  return {
    ...noFacts,
    id: cleanLine(instance.InstanceId ?? '', 100),
    name: project ?? tags['Name'] ?? null,
    provider: 'aws',
    status: cleanLine(state, 100),
    phase,
    address,
    region,
    type: clean(instance.InstanceType),
    priceCentsPerHour: null,
    createdAt: launchedAt === null ? null : new Date(launchedAt).toISOString(),
    reach: reachOf(phase, address, state, tags[sshUserTag] ?? username),
    filesystems: [],
    sshKeys: instance.KeyName === undefined ? [] : [cleanLine(instance.KeyName, 300)],
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:'))),
    uptimeSeconds:
      state === 'running' && launchedAt !== null ? Math.max(0, Math.round((now - launchedAt) / 1000)) : null,
    image: clean(instance.ImageId),
    cpuCores: coresOf(instance),
    failure: phase === 'ended' ? clean(instance.StateReason?.Message) : null,
    extra: extraRows(instance, project),
  };
}

/** Where an instance stands. One that is stopping keeps its disks, so it counts as stopped. */
export function phaseOf(state: InstanceStateName): Phase {
  switch (state) {
    case 'running':
      return 'ready';
    case 'stopping':
    case 'stopped':
      return 'stopped';
    case 'shutting-down':
      return 'ending';
    case 'terminated':
      return 'ended';
    default:
      return 'pending';
  }
}

function reachOf(phase: Phase, address: string | null, state: string, username: string | null): Reach {
  if (phase !== 'ready' && phase !== 'pending')
    return { kind: 'none', why: `it is ${cleanLine(state, 100)}` };
  if (address === null) {
    const why = phase === 'ready' ? 'it has no public address' : 'it has no address yet';
    return { kind: 'none', why };
  }
  return { kind: 'ssh', host: address, port: 22, username };
}

function coresOf({ CpuOptions: options }: Instance): number | null {
  return options?.CoreCount === undefined ? null : options.CoreCount * (options.ThreadsPerCore ?? 1);
}

function extraRows(instance: Instance, project: string | null): Box['extra'] {
  const volumes = (instance.BlockDeviceMappings ?? []).map(
    ({ DeviceName = '?', Ebs }) => `${cleanLine(Ebs?.VolumeId ?? '?', 60)} at ${cleanLine(DeviceName, 60)}`,
  );
  const rows = [
    { label: 'Project', value: project ?? '' },
    { label: 'Zone', value: clean(instance.Placement?.AvailabilityZone) ?? '' },
    { label: 'Public DNS', value: clean(instance.PublicDnsName) ?? '' },
    { label: 'Private IP', value: clean(instance.PrivateIpAddress) ?? '' },
    { label: 'Volumes', value: volumes.join(', ') },
  ];
  return rows.filter(({ value }) => value !== '');
}

const clean = (text: string | undefined): string | null => cleanLine(text ?? '') || null;
