import { byAge, type LeaseListing, type LeaseStore, matching, type StoreWork } from './store.ts';

/**
 * A shared store with one of this machine's own beside it. The boxes of this machine are nobody else's matter, so their leases are
 * in the own one; what else is in there, from before there was a shared one, stays there until it is released.
 */
export function besideOwn(shared: StoreWork, own: LeaseStore): StoreWork {
  const both = async <T>(ask: (store: StoreWork) => Promise<T>): Promise<[T, T]> =>
    Promise.all([ask(shared), ask(own)]);
  const homeOf = async (id: Parameters<StoreWork['get']>[0]): Promise<StoreWork> =>
    (await own.get(id)) === null ? shared : own;
  const isOwn = (provider: string): boolean => provider === 'local';
  const list = async (): Promise<LeaseListing> => {
    const listings = await both((store) => store.list());
    return {
      leases: listings.flatMap(({ leases }) => leases).sort(byAge),
      warnings: listings.flatMap(({ warnings }) => warnings),
    };
  };
  return {
    list,
    find: async (identifier) => matching(identifier, await list()),
    unfinished: async () => (await both((store) => store.unfinished())).flat(),
    create: (lease) => (isOwn(lease.provider) ? own : shared).create(lease),
    get: async (id) => (await homeOf(id)).get(id),
    update: async (id, change) => (await homeOf(id)).update(id, change),
    release: async (id) => (await homeOf(id)).release(id),
    withName: (provider, ...work) => (isOwn(provider) ? own : shared).withName(provider, ...work),
    noteReaped: async (heartbeat) => {
      await both((store) => store.noteReaped(heartbeat));
    },
    lastReaped: () => shared.lastReaped(),
  };
}
