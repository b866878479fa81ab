import type { Box } from '../providers/provider.ts';
import { type Card, type Row, statusTone, type Text, token } from '../ui/card.ts';
import { dollarsPerHour } from '../ui/units.ts';

export interface BoxCardOptions {
  /** The command that opens a shell on the box, where there is one by now. */
  readonly reachWith?: string | undefined;
  /** All that the provider says, not only what tells boxes apart. */
  readonly complete?: boolean;
}

/** The card of one box, the same in every command. */
export function boxCard(box: Box, options: BoxCardOptions = {}): Card {
  return {
    title: box.name ?? box.id,
    rows: [
      row('ID', box.id),
      row('Status', [token(statusTone(box.status), box.status)]),
      ...(box.provider === 'local' ? [] : [row('IP', box.address ?? '-')]),
      ...maybe(box.reach.kind === 'server' ? 'Shell' : 'SSH', options.reachWith, (line) => [
        token('command', line),
      ]),
      ...maybe('Region', box.region),
      ...maybe('Type', box.type),
      ...maybe('Price', box.priceCentsPerHour, (cents) => [token('money', dollarsPerHour(cents))]),
      ...(box.sshKeys.length > 0 ? [row('SSH Keys', box.sshKeys.join(', '))] : []),
      ...(box.filesystems.length > 0 ? [row('Filesystems', box.filesystems.join(', '))] : []),
      ...(options.complete || box.provider === 'local'
        ? box.extra.map(({ label, value }) => row(label, value))
        : []),
    ],
  };
}

/** A box in `--json`. */
export function boxJson(box: Box): Readonly<Record<string, unknown>> {
  return {
    id: box.id,
    name: box.name,
    provider: box.provider,
    status: box.status,
    phase: box.phase,
    ip: box.address,
    region: box.region,
    instance_type: box.type,
    price_cents_per_hour: box.priceCentsPerHour,
    created_at: box.createdAt,
    filesystems: box.filesystems,
    ssh_keys: box.sshKeys,
  };
}

function row(label: string, value: Text): Row {
  return { label, value };
}

function maybe<T>(label: string, value: T | null | undefined, text: (value: T) => Text = String): Row[] {
  return value === null || value === undefined ? [] : [row(label, text(value))];
}
