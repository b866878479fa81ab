import type { Lease } from './lease.ts';

/** US cents that a box has cost since its launch, as far as its price is known; null where it is not. */
export function costSoFar({ launchedAt, priceCentsPerHour }: Lease, now: number): number | null {
  if (launchedAt === null || priceCentsPerHour === null) return null;
  return (Math.max(0, now - Date.parse(launchedAt)) / 3_600_000) * priceCentsPerHour;
}

/** Seconds until a lease is over, negative once it is; null where it has no end. */
export function secondsLeft({ expiresAt }: Pick<Lease, 'expiresAt'>, now: number): number | null {
  return expiresAt === null ? null : (Date.parse(expiresAt) - now) / 1000;
}
