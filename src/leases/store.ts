import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Paths } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import { hasCode, syncFolder, writeDurably } from '../base/files.ts';
import {
  drawLeaseId,
  isIdPrefix,
  isLeaseId,
  type Lease,
  type LeaseChange,
  type LeaseId,
  type NewLease,
  notAgreed,
  slugOf,
} from './lease.ts';
import { type WaitOptions, withLock } from './lock.ts';
import type { ProviderName } from './provider-name.ts';
import { isDebris, leaseFileName, readLease } from './read.ts';

/** Leases, and a sentence for each file that should be one and is not. */
export interface LeaseListing {
  /** Oldest first. */
  readonly leases: readonly Lease[];
  /** Freed of control characters. Such a file is left as it is: it may be the only trace of a box. */
  readonly warnings: readonly string[];
}

/** The records of who holds which box. Every change is on disk before its promise resolves. */
export interface LeaseStore {
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
}

/**
 * Opens the store in the state folder; touches nothing until it is used.
 * @param random a number from 0 up to but not including 1.
 */
export function openLeases(paths: Pick<Paths, 'state'>, clock: Clock, random: () => number): LeaseStore {
  const folder = join(paths.state, 'leases');
  const locks = join(paths.state, 'locks');
  const fileOf = (id: LeaseId): string => join(folder, leaseFileName(id));
  const changing = <T>(work: () => Promise<T>): Promise<T> =>
    withLock(locks, 'leases', { clock, random }, work);

  const get = async (id: LeaseId): Promise<Lease | null> => {
    const found = await readLease(folder, leaseFileName(id));
    if (found === null || !('problem' in found)) return found;
    throw new DevboxError('failed', found.problem, {
      code: 'leases/damaged',
      title: 'Damaged lease',
      details: [{ label: 'File', value: fileOf(id) }],
      hint: 'look at the provider whether its box still exists, then remove the file',
    });
  };

  const write = async (lease: Lease): Promise<Lease> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await writeDurably(fileOf(lease.id), `${JSON.stringify(lease, null, 2)}\n`);
    return lease;
  };

  const all = async (): Promise<LeaseListing> => {
    const leases: Lease[] = [];
    const warnings: string[] = [];
    for (const name of await namesIn(folder)) {
      const found = await readLease(folder, name);
      if (found === null) continue;
      if ('problem' in found) warnings.push(found.problem);
      else leases.push(found);
    }
    leases.sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
    return { leases, warnings };
  };

  const list = async (): Promise<LeaseListing> => {
    const { leases, warnings } = await all();
    return { leases: leases.filter(({ state }) => state !== 'released'), warnings };
  };

  return {
    get,
    list,
    unfinished: async () => (await all()).leases.filter(({ state }) => state === 'released'),

    create: (lease) =>
      changing(async () => {
        let id = lease.id ?? drawLeaseId(random);
        const taken = new Set(await namesIn(folder));
        // Under the lock nobody is writing, so these are what crashes left.
        for (const name of taken) if (isDebris(name)) await rm(join(folder, name), { force: true });
        while (taken.has(leaseFileName(id))) id = drawLeaseId(random);
        const now = new Date(clock.now()).toISOString();
        return write({
          ...notAgreed,
          ...lease,
          version: 2,
          id,
          slug: slugOf(lease.name, id),
          mark: lease.mark === null ? null : id,
          state: 'intended',
          instanceId: null,
          createdAt: now,
          updatedAt: now,
        });
      }),

    async find(identifier) {
      const { leases, warnings } = await list();
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
    },

    update: (id, change) =>
      changing(async () => {
        const before = await get(id);
        if (before === null) throw gone(id);
        const updatedAt = new Date(clock.now()).toISOString();
        return write({ ...change(before), version: 2, id, createdAt: before.createdAt, updatedAt });
      }),

    release: (id) =>
      changing(async () => {
        const before = await get(id);
        if (before === null) return null;
        await unlink(fileOf(id));
        await syncFolder(folder);
        return { ...before, state: 'released', updatedAt: new Date(clock.now()).toISOString() };
      }),

    withName: (provider, name, work, options) =>
      withLock(locks, nameLock(provider, name), { clock, random }, work, options),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Names are the user's; a hash of one is always safe as a file name. */
function nameLock(provider: ProviderName, name: string): string {
  return `${provider}-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function gone(id: LeaseId): DevboxError {
  return new DevboxError('failed', `the lease ${id} has been released meanwhile`, {
    code: 'leases/gone',
    title: 'Lease gone',
    hint: 'list what exists: devbox command=list',
  });
}
