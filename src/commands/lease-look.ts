import type { Context } from '../base/context.ts';
import type { Lease } from '../leases/lease.ts';
import { costSoFar, secondsLeft } from '../leases/term.ts';
import { type Row, type Text, token } from '../ui/card.ts';
import { formatDuration } from '../ui/duration.ts';
import { dollars } from '../ui/units.ts';
import { formatUtc } from '../ui/utc.ts';
import type { CommandDeps } from './command.ts';

/** What the leases say of boxes now. */
export interface LeaseLook {
  /** The lease on a box, by the box's id. */
  readonly of: (instanceId: string) => Lease | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** When a reaper was here last, in milliseconds since 1970; null where none is known. */
  readonly reapedAt: number | null;
  /** Who is asking. */
  readonly user: Context['user'];
}

/** Reads the leases, to be shown with boxes. */
export async function lookAtLeases({
  leases,
  context,
}: Pick<CommandDeps, 'leases' | 'context'>): Promise<LeaseLook> {
  const now = context.clock.now();
  const byBox = new Map((await leases.list()).leases.map((lease) => [lease.instanceId, lease]));
  return { of: (id) => byBox.get(id), now, reapedAt: await leases.lastReaped(), user: context.user };
}

/** Rows on whose a lease is, where it is somebody else’s, on its end, and on its cost so far. */
export function termRows(lease: Lease, { now, reapedAt, user }: Omit<LeaseLook, 'of'>): Row[] {
  const cost = costSoFar(lease, now);
  const reaper =
    reapedAt === null
      ? 'no reaper is known here: nothing ends it by itself'
      : `devbox reap was here ${formatDuration((now - reapedAt) / 1000)} ago`;
  const { owner } = lease;
  const ends = lease.expiresAt !== null || lease.idleTimeoutSeconds !== null;
  const isOwn = owner.user === user.name && owner.host === user.host;
  return [
    ...(isOwn ? [] : [{ label: 'Owner', value: `${owner.user}@${owner.host}` }]),
    ...(lease.expiresAt === null ? [] : [{ label: 'Lease', value: leaseEnd(lease, now) }]),
    ...(lease.idleTimeoutSeconds === null
      ? []
      : [{ label: 'Idle Timeout', value: formatDuration(lease.idleTimeoutSeconds) }]),
    ...(ends ? [{ label: 'Reaper', value: [token('dim', reaper)] }] : []),
    ...(cost === null ? [] : [{ label: 'Cost So Far', value: [token('money', dollars(cost))] }]),
  ];
}

/** `ends in 23h 59m, at 2026-11-28 10:20 UTC`. */
export function leaseEnd(lease: Lease, now: number): Text {
  const left = secondsLeft(lease, now);
  if (left === null || lease.expiresAt === null) return 'no end';
  const at = formatUtc(lease.expiresAt);
  return left > 0
    ? `ends in ${formatDuration(left)}, at ${at}`
    : [token('bad', `over for ${formatDuration(-left)}`), `, since ${at}`];
}

/** `in 23h 59m`, for a column. */
export function shortEnd(lease: Lease, now: number): Text {
  const left = secondsLeft(lease, now);
  if (left === null) return '-';
  return left > 0 ? `in ${formatDuration(left)}` : [token('bad', `over for ${formatDuration(-left)}`)];
}

/** The same in four characters: `23h`, `6d`, `over`. */
export function shortestEnd(lease: Lease, now: number): Text {
  const left = secondsLeft(lease, now);
  if (left === null) return '-';
  if (left <= 0) return [token('bad', 'over')];
  const units = [
    ['d', 86_400, 2],
    ['h', 3_600, 1],
    ['m', 60, 1],
  ] as const;
  for (const [unit, seconds, least] of units) {
    if (left >= least * seconds) return `${Math.floor(left / seconds)}${unit}`;
  }
  return `${Math.ceil(left)}s`;
}

/** What a box has cost so far, for a column. */
export function costText(lease: Lease, now: number): Text {
  const cents = costSoFar(lease, now);
  return cents === null ? '-' : [token('money', dollars(cents))];
}

/** The lease of a box in `--json`. */
export function termJson(lease: Lease, { now, reapedAt }: Omit<LeaseLook, 'of'>) {
  const cost = costSoFar(lease, now);
  return {
    id: lease.id,
    slug: lease.slug,
    owner: lease.owner,
    expires_at: lease.expiresAt,
    ttl_seconds: lease.ttlSeconds,
    idle_timeout_seconds: lease.idleTimeoutSeconds,
    launched_at: lease.launchedAt,
    cost_cents: cost === null ? null : Math.round(cost),
    reaped_at: reapedAt === null ? null : new Date(reapedAt).toISOString(),
  };
}
