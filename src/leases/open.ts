import type { Context } from '../base/context.ts';
import { besideOwn } from './beside.ts';
import { openFiles } from './files/index.ts';
import type { LeasesConfig } from './settings.ts';
import type { LeaseStore, StoreWork } from './store.ts';

/** Opens the store of leases that the settings name; loads and touches nothing until it is used. */
export function openLeases(settings: LeasesConfig, context: Context): LeaseStore {
  switch (settings.store) {
    case 'files':
      return openFiles(context);
    case 'dynamodb':
      return {
        place: `in the table ${settings.table}`,
        isShared: true,
        ...besideOwn(
          onceNeeded(async () => (await import('./dynamodb/index.ts')).openTable(settings, context)),
          openFiles(context),
        ),
      };
  }
}

/** A store that is opened by the first use of it. */
function onceNeeded(open: () => Promise<StoreWork>): StoreWork {
  let opened: Promise<StoreWork> | undefined;
  const store = (): Promise<StoreWork> => {
    opened ??= open();
    return opened;
  };
  return {
    create: async (lease) => (await store()).create(lease),
    list: async () => (await store()).list(),
    unfinished: async () => (await store()).unfinished(),
    get: async (id) => (await store()).get(id),
    find: async (identifier) => (await store()).find(identifier),
    update: async (id, change) => (await store()).update(id, change),
    release: async (id) => (await store()).release(id),
    withName: async (...work) => (await store()).withName(...work),
    noteReaped: async (heartbeat) => (await store()).noteReaped(heartbeat),
    lastReaped: async () => (await store()).lastReaped(),
  };
}
