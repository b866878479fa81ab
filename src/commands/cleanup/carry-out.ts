import { DevboxError } from '../../base/errors.ts';
import { isLeaseId, type Lease, type LeaseChange } from '../../leases/lease.ts';
import { leaseNamedBy } from '../../leases/match.ts';
import { verdictOn } from '../../leases/verdict.ts';
import { closeLease, dropMarked, removeEntry } from '../close-lease.ts';
import type { CommandDeps } from '../command.ts';
import { dropKeys } from '../drop-keys.ts';
import { isUnsettled, mayStillSurface } from '../leased.ts';
import type { SshConfig } from '../settings.ts';
import { type Item, verdictOnOrphan } from './plan.ts';
import { removeStray } from './strays.ts';

/** What was done about an item. */
export interface Done {
  readonly item: Item;
  readonly action: 'ended' | 'closed' | 'removed' | 'found' | 'kept' | 'to decide' | 'failed';
  readonly why: string;
  /** What went wrong, also after what was done. */
  readonly error?: DevboxError;
}

/** How long another process may take over a box of the name before it is left to that, in milliseconds. */
const patienceMilliseconds = 5_000;

/**
 * Does what was planned about an item, under the lock of its name and after another look: what another process has done
 * or extended meanwhile is left as it is.
 */
export async function carryOut(item: Item, ssh: SshConfig, deps: CommandDeps): Promise<Done> {
  const { verdict } = item;
  try {
    if (item.kind === 'lease') await noteUse(item, deps);
    if (verdict.act === 'keep') return { item, action: 'kept', why: verdict.why };
    if (verdict.act === 'ask') return { item, action: 'to decide', why: verdict.why };
    switch (item.kind) {
      case 'lease':
        return await underName(item, item.lease.name, deps, () => actOnLease(item, ssh, deps));
      case 'orphan':
        return await underName(item, item.box.name ?? item.box.id, deps, () => endOrphan(item, ssh, deps));
      case 'key':
        return (await removeKey(item, deps))
          ? { item, action: 'removed', why: verdict.why }
          : { item, action: 'kept', why: 'a lease was taken out on it' };
      case 'files':
        return (await removeStray(item.stray, ssh, deps))
          ? { item, action: 'removed', why: verdict.why }
          : { item, action: 'kept', why: 'a lease was taken out on it' };
    }
  } catch (error) {
    if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
    return { item, action: 'failed', why: error.message, error };
  }
}

type LeaseItem = Extract<Item, { kind: 'lease' }>;
type KeyItem = Extract<Item, { kind: 'key' }>;
type OrphanItem = Extract<Item, { kind: 'orphan' }>;

/** Waits for the lock of a name, but not for a launch that goes on for hours. */
async function underName(
  item: LeaseItem | OrphanItem,
  name: string,
  { leases, context }: CommandDeps,
  work: () => Promise<Done>,
): Promise<Done> {
  const { clock } = context;
  const over = new AbortController();
  const timer = new AbortController();
  const onWait = (): void => {
    clock.sleep(patienceMilliseconds, timer.signal).then(
      () => over.abort(busy),
      () => undefined,
    );
  };
  const signal = AbortSignal.any([context.signal, over.signal]);
  try {
    return await leases.withName(item.provider.name, name, work, { signal, onWait });
  } catch (error) {
    if (error === busy) return { item, action: 'kept', why: 'another devbox is at work on it' };
    throw error;
  } finally {
    timer.abort();
  }
}

const busy = new Error('another devbox is at work on it');

/** The lease as it is now decides, with a new look at its box. */
async function actOnLease(item: LeaseItem, ssh: SshConfig, deps: CommandDeps): Promise<Done> {
  const { provider } = item;
  const { clock } = deps.context;
  const kept = (why: string): Done => ({ item, action: 'kept', why });
  const closed = async (one: Lease, action: 'closed' | 'ended', why: string): Promise<Done> => {
    const error = await closeLease(one, { provider, ssh }, deps);
    return { item, action, why, ...(error ? { error } : {}) };
  };
  const lease = await deps.leases.get(item.lease.id);
  if (lease === null) return kept('another devbox has released it');
  if (lease.instanceId !== item.lease.instanceId) return kept('another devbox is at work on it');
  const mayAppear = mayStillSurface(lease, provider, clock);
  if (lease.instanceId === null) {
    if (!isUnsettled(lease) || mayAppear) return kept('it has changed meanwhile');
    return closed(lease, 'closed', item.verdict.why);
  }
  const box = await provider.get(lease.instanceId);
  const verdict = verdictOn(lease, { box, mayAppear, inUse: item.inUse, now: clock.now() });
  if (verdict.act === 'close') return closed(lease, 'closed', verdict.why);
  if (verdict.act !== 'end' || box === null) return kept(verdict.why);
  const marked = leaseNamedBy(box);
  if (marked !== null && marked !== lease.id) {
    return { item, action: 'to decide', why: `its box carries the mark of another lease, ${marked}` };
  }
  await provider.terminate(box, { purge: false });
  return closed(lease, 'ended', verdict.why);
}

async function endOrphan(item: OrphanItem, ssh: SshConfig, deps: CommandDeps): Promise<Done> {
  const { provider, marks } = item;
  const box = await provider.get(item.box.id);
  if (box === null || box.phase === 'ended' || box.phase === 'ending') {
    return { item, action: 'kept', why: 'it is gone' };
  }
  const { leases } = await deps.leases.list();
  const isKnown = leases.some(({ id, instanceId }) => id === marks?.lease || instanceId === box.id);
  const verdict = verdictOnOrphan(box, marks, provider, true, deps.context.clock.now());
  if (isKnown || verdict.act !== 'end') return { item, action: 'kept', why: 'a lease was taken out on it' };
  await provider.terminate(box, { purge: false });
  await dropMarked(box, provider, deps);
  await removeEntry(box.id, ssh, deps);
  return { item, action: 'ended', why: verdict.why };
}

/** Deletes a key that devbox made here, with its private half, unless a lease knows it by now. */
async function removeKey({ key, lease: id, provider }: KeyItem, deps: CommandDeps): Promise<boolean> {
  if (!isLeaseId(id) || (await deps.leases.get(id)) !== null) return false;
  await dropKeys({ id, sshKey: { made: true, name: key.name, publicKey: key.publicKey } }, provider, deps);
  return true;
}

/** Writes down since when a box has been found unused. */
async function noteUse({ lease, inUse }: LeaseItem, deps: CommandDeps): Promise<void> {
  if (inUse === null) return;
  const isNoted = inUse ? lease.idleSince === null : lease.idleSince !== null;
  if (isNoted) return;
  const idleSince = inUse ? null : new Date(deps.context.clock.now()).toISOString();
  const change: LeaseChange = (now: Lease) => ({ ...now, idleSince });
  await deps.leases.update(lease.id, change).catch((error: unknown) => {
    if (!(error instanceof DevboxError) || error.code !== 'leases/gone') throw error;
  });
}
