import { type Lease, launched, priced } from '../leases/lease.ts';
import { type Match, matchLease, mayBeOf } from '../leases/match.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { Emit } from '../ui/events.ts';
import type { CommandDeps } from './command.ts';
import { concerns, isUnsettled } from './leased.ts';

/** A launch without an answer, and what the provider's list says of it. */
export interface Settled {
  /** As it is now: with its box where that was found. */
  readonly lease: Lease;
  readonly match: Match<Box>;
}

export interface SettledLeases {
  /** All leases on this provider, as they are now. */
  readonly leases: readonly Lease[];
  /** Those whose launch had no answer. */
  readonly settled: readonly Settled[];
}

/**
 * Binds the leases whose launch had no answer to the boxes that carry their marks. What carries none is never taken for
 * a lease's box by itself.
 * @param boxes all that the provider lists.
 * @param all leases on any provider.
 * @param dryRun finds, and writes nothing.
 */
export async function settleLeases(
  provider: Provider,
  boxes: readonly Box[],
  all: readonly Lease[],
  deps: CommandDeps,
  dryRun = false,
): Promise<SettledLeases> {
  const leases = all.filter((lease) => concerns(lease, provider) || isShown(lease, provider, boxes));
  const taken = new Set(leases.flatMap(({ instanceId }) => instanceId ?? []));
  const settled: Settled[] = [];
  for (const lease of leases.filter(isUnsettled)) {
    const match = matchLease(lease, boxes, taken);
    if (match.kind === 'bound') taken.add(match.box.id);
    const now = match.kind === 'bound' && !dryRun ? await bind(lease, match.box, deps) : lease;
    settled.push({ lease: now, match });
  }
  const after = new Map(settled.map(({ lease }) => [lease.id, lease]));
  return { leases: leases.map((lease) => after.get(lease.id) ?? lease), settled };
}

/** Whether the box of a lease is among those that a provider lists: a new key of an account looks like another account. */
function isShown(lease: Lease, { name }: Provider, boxes: readonly Box[]): boolean {
  return lease.provider === name && boxes.some(({ id }) => id === lease.instanceId);
}

/** Writes down which box a lease is on, unless another process was first. */
export async function bind(lease: Lease, box: Box, deps: CommandDeps): Promise<Lease> {
  const now = deps.context.clock.now();
  const change = (one: Lease): Lease =>
    isUnsettled(one) ? priced(box.priceCentsPerHour)(launched(box.id, now)(one)) : one;
  try {
    return await deps.leases.update(lease.id, change);
  } catch (error) {
    // Released meanwhile, or not to be written: the box is shown all the same.
    const why = error instanceof Error ? error.message : String(error);
    deps.emit({
      type: 'notice',
      level: 'warning',
      message: `The lease ${lease.id} of ${lease.name} could not be written: ${why}`,
    });
    return change(lease);
  }
}

/** Tells of launches without an answer that a box of their name, which carries no mark, may have come from. */
export function tellOpen(open: readonly Lease[], boxes: readonly Box[], emit: Emit): void {
  for (const lease of open) {
    for (const box of boxes.filter((one) => mayBeOf(lease, one))) {
      emit({
        type: 'notice',
        level: 'warning',
        message: `${box.name ?? box.id} (${box.id}) may be of the launch ${lease.id}, whose answer was lost`,
        hint: `If it is: devbox lease adopt ${box.id} lease=${lease.id}`,
      });
    }
  }
}
