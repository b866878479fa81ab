import { randomUUID } from 'node:crypto';
import { connectAws } from '../../base/aws/connection.ts';
import { tracedClient } from '../../base/aws/trace.ts';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import { drawLeaseId, type Lease, type LeaseId } from '../lease.ts';
import { parseLease } from '../schema.ts';
import type { LeasesConfig } from '../settings.ts';
import {
  byAge,
  changed,
  gone,
  intended,
  type LeaseListing,
  lockName,
  matching,
  reaperPatience,
  released,
  type StoreWork,
} from '../store.ts';
import { asking } from './errors.ts';
import { withTableLock } from './lock.ts';
import { type Attributes, type Condition, type Table, tableNamed } from './table.ts';

/** What a store in a table needs of the world. */
export type TableWorld = Pick<Context, 'clock' | 'random' | 'env' | 'trace'> & {
  readonly user: Pick<Context['user'], 'host'>;
};

/** Longest time for one request, in seconds, and how often AWS' library makes it at most. */
const [timeoutSeconds, attempts] = [10, 4];

/** Opens the store in a DynamoDB table that several people and machines share; makes no request. */
export async function openTable(settings: LeasesConfig, world: TableWorld): Promise<StoreWork> {
  const { table, region, profile, endpoint } = settings;
  const ask = asking(settings);
  const client = await ask('Could not connect to the table of leases', async () => {
    const aws = await connectAws({ region, profile, endpoint, timeoutSeconds, attempts }, world.env);
    return aws.dynamo();
  });
  return storeIn(tableNamed(table, tracedClient(world)(client), ask), table, world);
}

/** A lease as it is in the table. */
interface Found {
  readonly lease: Lease;
  /** The item must still be as it was read for a change of it to be written. */
  readonly asRead: Condition;
}

/**
 * The store over a table. A lease is one item: its record as the file of a lease has it, and a mark that each write makes anew,
 * by which a write knows that nobody was faster, and that an answer which was lost was its own.
 */
function storeIn(table: Table, name: string, { clock, random, user: { host } }: TableWorld): StoreWork {
  const read = async (id: LeaseId): Promise<Found | null> => {
    const item = await table.get('lease', id);
    if (item === null) return null;
    const found = leaseIn(id, item);
    if ('problem' in found) throw damaged(id, found.problem, name);
    return found;
  };

  /** @returns whether it was written now. */
  const write = async (lease: Lease, condition: Condition): Promise<boolean> => {
    const mark = randomUUID();
    const item = { mark, state: lease.state, record: JSON.stringify(lease) };
    if (await table.put('lease', lease.id, item, condition)) return true;
    // AWS' library repeats what had no answer, and then finds its own first try.
    return (await table.get('lease', lease.id))?.['mark'] === mark;
  };

  const all = async (): Promise<LeaseListing> => {
    const leases: Lease[] = [];
    const warnings: string[] = [];
    for (const [id, item] of await table.all('lease')) {
      const found = leaseIn(id, item);
      if ('problem' in found) warnings.push(unreadable(id, found.problem, name));
      else leases.push(found.lease);
    }
    return { leases: leases.sort(byAge), warnings };
  };

  const list = async (): Promise<LeaseListing> => {
    const { leases, warnings } = await all();
    return { leases: leases.filter(({ state }) => state !== 'released'), warnings };
  };

  return {
    list,
    get: async (id) => (await read(id))?.lease ?? null,
    unfinished: async () => (await all()).leases.filter(({ state }) => state === 'released'),
    find: async (identifier) => matching(identifier, await list()),

    async create(wanted) {
      for (let id = wanted.id ?? drawLeaseId(random); ; id = drawLeaseId(random)) {
        const lease = intended(wanted, id, clock.now());
        if (await write(lease, null)) return lease;
      }
    },

    async update(id, change) {
      for (;;) {
        const before = await read(id);
        if (before === null) throw gone(id);
        const after = changed(before.lease, change, clock.now());
        if (await write(after, before.asRead)) return after;
      }
    },

    async release(id) {
      for (;;) {
        const before = await read(id);
        if (before === null) return null;
        const isDone = await table.remove('lease', id, before.asRead);
        if (isDone || (await table.get('lease', id)) === null) return released(before.lease, clock.now());
      }
    },

    withName: (provider, boxName, work, options) =>
      withTableLock(table, lockName(provider, boxName), { clock, random, host }, work, options),

    noteReaped: async (heartbeat) => {
      await table.put('reaper', 'last', { ...heartbeat });
    },
    async lastReaped() {
      const at = Date.parse(String((await table.get('reaper', 'last'))?.['at']));
      return clock.now() - at < reaperPatience ? at : null;
    },
  };
}

function leaseIn(id: string, { record, mark }: Attributes): Found | { readonly problem: string } {
  if (typeof record !== 'string' || typeof mark !== 'string') return { problem: 'it has no record' };
  const found = parseLease(record);
  if ('problem' in found) return found;
  if (found.id !== id) return { problem: `it holds the lease ${found.id}` };
  return { lease: found, asRead: { mark } };
}

function unreadable(id: string, problem: string, table: string): string {
  return cleanLine(`${id} in the table ${table} is not a lease that this devbox can read: ${problem}`, 500);
}

function damaged(id: LeaseId, problem: string, table: string): DevboxError {
  return new DevboxError('failed', unreadable(id, problem, table), {
    code: 'leases/damaged',
    title: 'Damaged lease',
    details: [{ label: 'Table', value: table }],
    hint: 'Look at the provider whether its box still exists, then remove the item from the table.',
  });
}
