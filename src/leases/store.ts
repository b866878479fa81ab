import { createHash } from 'node:crypto';
import { DevboxError } from '../base/errors.ts';
import {
  isIdPrefix,
  isLeaseId,
  type Lease,
  type LeaseChange,
  type LeaseId,
  type NewLease,
  notAgreed,
  slugOf,
} from './lease.ts';
import type { ProviderName } from './provider-name.ts';

/** Leases, and a sentence for each file that should be one and is not. */
export interface LeaseListing {
  /** Oldest first. */
  readonly leases: readonly Lease[];
  /** Freed of control characters. Such a file is left as it is: it may be the only trace of a box. */
  readonly warnings: readonly string[];
}

/** The records of who holds which box. Every change is on disk before its promise resolves. */
export interface LeaseStore extends StoreWork {
  /** Where they are, for people: `in the table devbox-leases`. */
  readonly place: string;
  /** Whether everybody keeps leases here, so that a box without one is a box that was given up. */
  readonly isShared: boolean;
}

/** What can be done with the records. */
export interface StoreWork {
  /** Writes down that a box is about to be asked for: state `intended`. */
  create(lease: NewLease): Promise<Lease>;
  /** All leases that are not released. Costs one look at a folder where there are none. */
  list(): Promise<LeaseListing>;
  /** Released leases of which something is left at the provider, such as a key that could not be deleted. */
  unfinished(): Promise<readonly Lease[]>;
  /** @throws DevboxError `leases/damaged` where the file is there and cannot be read. */
  get(id: LeaseId): Promise<Lease | null>;
  /**
   * The leases that an identifier means: the one with exactly this lease id; failing that, those with this
   * instance id; failing that, those with this name or slug; failing that, those whose
   * instance id begins with it, where it is long enough for that. More than one means that the identifier is ambiguous.
   */
  find(identifier: string): Promise<LeaseListing>;
  /**
   * Changes a lease as it is now on disk; the store sets `updatedAt`, and keeps id and creation time.
   * @throws DevboxError `leases/gone` where it has been released meanwhile.
   */
  update(id: LeaseId, change: LeaseChange): Promise<Lease>;
  /** Ends a lease and removes its record. @returns it as it was, state `released`; null where it was gone already. */
  release(id: LeaseId): Promise<Lease | null>;
  /** Runs `work` while no other process of this user works on a box of this name. */
  withName<T>(
    provider: ProviderName,
    name: string,
    work: () => Promise<T>,
    options?: WaitOptions,
  ): Promise<T>;
  /** Writes down that a reaper was here. */
  noteReaped(heartbeat: Heartbeat): Promise<void>;
  /** When the reaper that is known was here last, in milliseconds since 1970; null where none has been for a day. */
  lastReaped(): Promise<number | null>;
}

/** How to wait for a lock that somebody else holds. */
export interface WaitOptions {
  /** Ends the waiting; never interrupts what runs under the lock. */
  readonly signal?: AbortSignal;
  /** Called once, if the lock is held by somebody else. */
  readonly onWait?: () => void;
}

/** That a reaper went over the leases of a store. */
export interface Heartbeat {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly host: string;
  readonly user: string;
}

/** A reaper that has not come by for so long, in milliseconds, is none any more. */
export const reaperPatience = 24 * 3_600_000;

/** A new lease as it is first written. @param now milliseconds since 1970, as in the other steps. */
export function intended(lease: NewLease, id: LeaseId, now: number): Lease {
  const at = new Date(now).toISOString();
  return {
    ...notAgreed,
    ...lease,
    version: 2,
    id,
    slug: slugOf(lease.name, id),
    mark: lease.mark === null ? null : id,
    state: 'intended',
    instanceId: null,
    createdAt: at,
    updatedAt: at,
  };
}

/** A lease after a change, which can neither move it to another id nor make it older. */
export function changed(before: Lease, change: LeaseChange, now: number): Lease {
  const { id, createdAt } = before;
  return { ...change(before), version: 2, id, createdAt, updatedAt: new Date(now).toISOString() };
}

/** A lease that has been ended, as it was. */
export function released(before: Lease, now: number): Lease {
  return { ...before, state: 'released', updatedAt: new Date(now).toISOString() };
}

/** Those leases of a listing that an identifier means, as `LeaseStore.find` has them. */
export function matching(identifier: string, { leases, warnings }: LeaseListing): LeaseListing {
  const matches = [
    (lease: Lease) => isLeaseId(identifier) && lease.id === identifier,
    (lease: Lease) => lease.instanceId === identifier,
    (lease: Lease) => lease.name === identifier,
    (lease: Lease) => lease.slug === identifier,
    (lease: Lease) => isIdPrefix(identifier) && lease.instanceId?.startsWith(identifier) === true,
  ];
  for (const match of matches) {
    const found = leases.filter(match);
    if (found.length > 0) return { leases: found, warnings };
  }
  return { leases: [], warnings };
}

/** What the lock of a name is called. Names are the user's; a hash of one is short and safe as a file name. */
export function lockName(provider: ProviderName, name: string): string {
  return `${provider}-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
}

/** The oldest first. */
export function byAge(a: Lease, b: Lease): number {
  return compare(a.createdAt, b.createdAt) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The error for a change of a lease that is no more. */
export function gone(id: LeaseId): DevboxError {
  return new DevboxError('failed', `the lease ${id} has been released meanwhile`, {
    code: 'leases/gone',
    title: 'Lease gone',
    hint: 'list what exists: devbox command=list',
  });
}
