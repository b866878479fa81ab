import { chmod, mkdir, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { namesIn, syncFolder, writeDurably } from '../../base/files.ts';
import { drawLeaseId, type Lease, type LeaseId } from '../lease.ts';
import {
  byAge,
  changed,
  gone,
  intended,
  type LeaseListing,
  type LeaseStore,
  lockName,
  matching,
  released,
} from '../store.ts';
import { lastReaped, writeHeartbeat } from './heartbeat.ts';
import { withLock } from './lock.ts';
import { isDebris, leaseFileName, readLease } from './read.ts';

/** What a store in files needs of the world. */
export type FilesWorld = Pick<Context, 'clock' | 'random'> & {
  readonly paths: Pick<Context['paths'], 'state'>;
  readonly user: Pick<Context['user'], 'host'>;
};

/** Opens the store in the state folder; touches nothing until it is used. */
export function openFiles({ paths, clock, random, user: { host } }: FilesWorld): LeaseStore {
  const world = { clock, random, host };
  const folder = join(paths.state, 'leases');
  const locks = join(paths.state, 'locks');
  const fileOf = (id: LeaseId): string => join(folder, leaseFileName(id));
  const changing = <T>(work: () => Promise<T>): Promise<T> => withLock(locks, 'leases', world, work);

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
    return { leases: leases.sort(byAge), warnings };
  };

  const list = async (): Promise<LeaseListing> => {
    const { leases, warnings } = await all();
    return { leases: leases.filter(({ state }) => state !== 'released'), warnings };
  };

  return {
    place: `in ${folder}`,
    isShared: false,
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
        return write(intended(lease, id, clock.now()));
      }),

    find: async (identifier) => matching(identifier, await list()),

    update: (id, change) =>
      changing(async () => {
        const before = await get(id);
        if (before === null) throw gone(id);
        return write(changed(before, change, clock.now()));
      }),

    release: (id) =>
      changing(async () => {
        const before = await get(id);
        if (before === null) return null;
        await unlink(fileOf(id));
        await syncFolder(folder);
        return released(before, clock.now());
      }),

    withName: (provider, name, work, options) =>
      withLock(
        locks,
        lockName(provider, name),
        world,
        async () => {
          await lookAnew(folder);
          return work();
        },
        options,
      ),

    noteReaped: (heartbeat) => writeHeartbeat(paths, heartbeat),
    lastReaped: () => lastReaped(paths, clock.now()),
  };
}

/**
 * A network file system may show the names in a folder as they were half a minute ago, until something is made in it. Whoever
 * has got a lock must see what its last holder has written.
 */
async function lookAnew(folder: string): Promise<void> {
  const path = join(folder, `.look.${process.pid}`);
  await writeFile(path, '', { mode: 0o600 })
    .then(() => unlink(path))
    .catch(() => undefined);
}
