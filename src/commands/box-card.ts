import { cleanLine } from '../base/text.ts';
import { markTags } from '../leases/marks.ts';
import type { Box } from '../providers/provider.ts';
import { providersWith } from '../providers/registry.ts';
import { type Card, type Row, statusTone, type Text, token } from '../ui/card.ts';
import { formatDuration } from '../ui/duration.ts';
import { dollarsPerHour, memorySize } from '../ui/units.ts';
import { type LeaseLook, termJson, termRows } from './lease-look.ts';

export interface BoxCardOptions {
  /** The command that opens a shell on the box, where there is one by now. */
  readonly reachWith?: string | undefined;
  /** All that the provider says, not only what tells boxes apart. */
  readonly complete?: boolean;
  /** With the values of environment variables, which may be secrets; without, only their names. */
  readonly showEnv?: boolean;
  /** What the leases say of boxes. */
  readonly look?: LeaseLook;
}

/** The card of one box, the same in every command. */
export function boxCard(box: Box, options: BoxCardOptions = {}): Card {
  const { complete = false } = options;
  const isServed = providersWith('server').includes(box.provider);
  return {
    title: box.name ?? box.id,
    rows: [
      row('ID', box.id),
      row('Status', [token(statusTone(box.status), box.status)]),
      ...maybe('Reason', box.failure, (why) => [token('bad', why)]),
      ...(isServed ? [] : [row('IP', box.address ?? '-')]),
      ...maybe(isServed ? 'Shell' : 'SSH', options.reachWith, (line) => [token('command', line)]),
      ...maybe('Region', box.region),
      ...kind(box),
      ...maybe('Price', box.priceCentsPerHour, (cents) => [token('money', dollarsPerHour(cents))]),
      ...maybe('Uptime', box.uptimeSeconds, formatDuration),
      ...leaseRows(box, options),
      ...rows('Ports', box.ports.map(portText)),
      ...(box.sshKeys.length > 0 ? [row('SSH Keys', box.sshKeys.join(', '))] : []),
      ...(box.filesystems.length > 0 ? [row('Filesystems', box.filesystems.join(', '))] : []),
      ...(complete ? particulars(box, options) : []),
      ...(complete || isServed ? box.extra.map(({ label, value }) => row(label, value)) : []),
      ...maybe('Isolation', box.isolation),
    ],
  };
}

/** A box in `--json`: the names that devbox has for every provider, and beside them those of GPULab's own client. */
export function boxJson(box: Box, look?: LeaseLook): Readonly<Record<string, unknown>> {
  const lease = look?.of(box.id);
  return {
    id: box.id,
    uuid: box.id,
    name: box.name,
    provider: box.provider,
    status: box.status,
    phase: box.phase,
    ip: box.address,
    region: box.region,
    instance_type: box.type,
    gpu_type: box.type,
    price_cents_per_hour: box.priceCentsPerHour,
    uptime: box.uptimeSeconds,
    ports: Object.fromEntries(box.ports.map(({ port, url }) => [port, url])),
    created_at: box.createdAt,
    filesystems: box.filesystems,
    ssh_keys: box.sshKeys,
    tags: box.tags,
    failure: box.failure,
    ...(look ? { lease: lease ? termJson(lease, look) : null } : {}),
  };
}

/** How a port is shown: with its address where it has one. */
export function portText({ port, url }: Box['ports'][number]): Text {
  return url === null ? port : [`${port} `, token('dim', '→'), ' ', token('path', url)];
}

/** When its lease is over, and what it has cost so far. */
function leaseRows(box: Box, { look }: BoxCardOptions): Row[] {
  const lease = look?.of(box.id);
  return look && lease ? termRows(lease, look) : [];
}

/** The GPUs of a box where it has any that are known, else what its provider calls its type. */
function kind({ gpus, type }: Box): Row[] {
  if (gpus.length === 0) return maybe('Type', type);
  const memory = gpus[0]?.memoryMib ?? null;
  return [row('GPU', `${type ?? gpus.length}${memory === null ? '' : ` (${memorySize(memory)})`}`)];
}

/** What only the card of one box says. */
function particulars(box: Box, { showEnv = false }: BoxCardOptions): Row[] {
  const env = Object.entries(box.env).map(([name, value]) =>
    cleanLine(showEnv ? `${name}=${value}` : name, 300),
  );
  const own = Object.entries(box.tags).filter(([key]) => !markTags.includes(key));
  const tags = own.map((pair) => pair.join('='));
  return [
    ...maybe('Memory', box.memoryGb, (memory) => `${memory} GB`),
    ...maybe('CPU Cores', box.cpuCores),
    ...maybe('Created', box.createdAt),
    ...maybe('Template', box.template),
    ...maybe('Image', box.image),
    ...maybe('Command', box.command),
    ...(showEnv ? rows('Environment', env) : rows('Environment', env.length === 0 ? [] : [env.join(', ')])),
    ...maybe('Volume', box.volume, ({ name, mountPath }) =>
      mountPath === null ? name : [`${name} `, token('dim', '→'), ' ', token('path', mountPath)],
    ),
    ...maybe('Terminal', box.terminalUrl, (url) => [token('path', url)]),
    ...(tags.length > 0 ? [row('Tags', tags.join(', '))] : []),
  ];
}

function row(label: string, value: Text): Row {
  return { label, value };
}

/** Several values under one label. */
function rows(label: string, values: readonly Text[]): Row[] {
  return values.map((value, index) => row(index === 0 ? label : '', value));
}

function maybe<T>(label: string, value: T | null | undefined, text: (value: T) => Text = String): Row[] {
  return value === null || value === undefined ? [] : [row(label, text(value))];
}
