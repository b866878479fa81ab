import { redact } from '../../base/redact.ts';
import { cleanLine } from '../../base/text.ts';
import { noFacts } from '../facts.ts';
import type { Box, Phase, Reach } from '../provider.ts';
import { describedFields, type WireInstance } from './wire.ts';

/** How a box of Lambda Cloud is reached; its images listen on 22. The commands apply the `ssh` settings on top. */
export const sshDefaults = { port: 22, username: 'ubuntu' } as const;

/** An instance record in devbox's own terms. */
export function boxOf(wire: WireInstance): Box {
  const address = clean(wire.ip);
  const phase = phaseOf(wire.status, address !== null);
  return {
    ...noFacts,
    id: cleanLine(wire.id),
    name: clean(wire.name),
    provider: 'lambda',
    status: cleanLine(wire.status, 100),
    phase,
    address,
    region: clean(wire.region?.name),
    type: clean(wire.instance_type?.name),
    priceCentsPerHour: wire.instance_type?.price_cents_per_hour ?? null,
    createdAt: null,
    reach: reachOf(phase, address, wire.status),
    filesystems: cleanAll(wire.file_system_names),
    sshKeys: cleanAll(wire.ssh_key_names),
    hostname: clean(wire.hostname),
    tags: Object.fromEntries((wire.tags ?? []).map(({ key, value }) => [cleanLine(key), cleanLine(value)])),
    extra: extraRows(wire),
  };
}

/** Where a status stands. A word that no description knows is taken as on its way: it is shown and looked at again. */
export function phaseOf(status: string, hasAddress: boolean): Phase {
  switch (status) {
    case 'active':
      return hasAddress ? 'ready' : 'pending';
    case 'unhealthy':
    case 'preempted':
      return 'failed';
    case 'terminating':
      return 'ending';
    case 'terminated':
      return 'ended';
    default:
      return 'pending';
  }
}

function reachOf(phase: Phase, address: string | null, status: string): Reach {
  if (phase === 'ending' || phase === 'ended')
    return { kind: 'none', why: `it is ${cleanLine(status, 100)}` };
  if (address === null) return { kind: 'none', why: 'it has no address yet' };
  return { kind: 'ssh', host: address, ...sshDefaults };
}

/** Rows of the box's own card beyond the common ones; only those with something to say. */
function extraRows(wire: WireInstance): Box['extra'] {
  const actions = Object.entries(wire.actions ?? {})
    .filter(([, action]) => action?.available === true)
    .map(([name]) => name);
  return [
    { label: 'Private IP', value: clean(wire.private_ip) ?? '' },
    { label: 'Hostname', value: clean(wire.hostname) ?? '' },
    { label: 'Firewall Rulesets', value: cleanAll(wire.firewall_rulesets?.map(({ id }) => id)).join(', ') },
    { label: 'Mounts', value: mountsOf(wire) },
    { label: 'Actions', value: cleanAll(actions).join(', ') },
    ...undescribed(wire),
  ].filter(({ value }) => value !== '');
}

/** Where filesystems are mounted that are not at their own place. */
function mountsOf({ file_system_mounts: mounts }: WireInstance): string {
  return (mounts ?? [])
    .map(({ mount_point, file_system_id: id }) => `${cleanLine(id)} at ${cleanLine(mount_point ?? '?')}`)
    .join(', ');
}

/** Most fields that no description has of which a card tells. */
const maxUndescribed = 20;

/** What the API says beyond its description, so that something new is seen. */
function undescribed(wire: WireInstance): { label: string; value: string }[] {
  return Object.entries(wire)
    .filter(([key]) => !describedFields.includes(key))
    .flatMap(([key, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value)
        ? [{ label: cleanLine(key, 60), value: cleanLine(redact(String(value)), 300) }]
        : [],
    )
    .slice(0, maxUndescribed);
}

/** Foreign text on one line; null where there is none, or nothing but blanks. */
function clean(text: string | null | undefined): string | null {
  return cleanLine(text ?? '') || null;
}

function cleanAll(texts: readonly string[] | null | undefined): string[] {
  return (texts ?? []).map((text) => cleanLine(text));
}
