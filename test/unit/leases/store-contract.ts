import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { indeterminate, isLeaseId, launched, type NewLease, ready } from '../../../src/leases/lease.ts';
import type { LeaseStore } from '../../../src/leases/store.ts';

/** A place for leases that one test has to itself. */
export interface LeasePlace {
  /** Opens a store there, as another process would. */
  open(): LeaseStore;
  remove(): Promise<void>;
}

export const wanted: NewLease = {
  name: 'work',
  provider: 'lambda',
  api: 'default',
  account: 'fp1',
  region: 'us-east-3',
  type: 'gpu_1x_gh200',
  owner: { user: 'me', host: 'laptop', directory: '/src' },
};

/** What every store of leases does, whatever it keeps them in. */
export function leaseStoreContract(kind: string, makePlace: () => Promise<LeasePlace>): void {
  describe(`leases in ${kind}`, () => {
    let place: LeasePlace;
    let store: LeaseStore;
    beforeEach(async () => {
      place = await makePlace();
      store = place.open();
    });
    afterEach(() => place.remove());
    const again = () => place.open();

    describe('the life of a lease', () => {
      test('each step is on disk when its promise resolves', async () => {
        const { id } = await store.create(wanted);
        expect(isLeaseId(id)).toBe(true);
        expect(await store.get(id)).toMatchObject({
          ...wanted,
          state: 'intended',
          instanceId: null,
          note: null,
        });
        await store.update(id, launched('i-1', 0));
        expect(await store.get(id)).toMatchObject({ state: 'launched', instanceId: 'i-1' });
        await store.update(id, ready('i-1'));
        expect((await again().list()).leases).toMatchObject([{ id, state: 'ready', instanceId: 'i-1' }]);
        expect(await store.release(id)).toMatchObject({ id, state: 'released', instanceId: 'i-1' });
        expect(await store.get(id)).toBeNull();
        expect((await store.list()).leases).toEqual([]);
      });

      test('a lost answer keeps its lease and says why', async () => {
        const { id } = await store.create(wanted);
        await store.update(id, indeterminate('the connection broke'));
        expect((await store.list()).leases).toMatchObject([
          { state: 'indeterminate', instanceId: null, note: 'the connection broke' },
        ]);
      });

      test('a change cannot move a lease to another id or another time of creation', async () => {
        const lease = await store.create(wanted);
        const other = await store.create(wanted);
        const after = await store.update(lease.id, (now) => ({
          ...now,
          id: other.id,
          createdAt: '1999-01-01T00:00:00Z',
        }));
        expect(after).toMatchObject({ id: lease.id, createdAt: lease.createdAt });
      });

      test('changing a released lease is an error, releasing it again is not', async () => {
        const { id } = await store.create(wanted);
        await store.release(id);
        await expect(store.update(id, ready('i-1'))).rejects.toMatchObject({ code: 'leases/gone' });
        expect(await store.release(id)).toBeNull();
      });

      test('one that ended with something left over is listed as unfinished until it is released', async () => {
        const { id } = await store.create(wanted);
        await store.update(id, (now) => ({ ...now, state: 'released' }));
        expect((await store.list()).leases).toEqual([]);
        expect((await again().unfinished()).map((lease) => lease.id)).toEqual([id]);
        await store.release(id);
        expect(await store.unfinished()).toEqual([]);
      });

      test('an id that is taken is not given again, and its lease stays as it is', async () => {
        const first = await store.create({ ...wanted, note: 'first' });
        const second = await again().create({ ...wanted, id: first.id, note: 'second' });
        expect(second.id).not.toBe(first.id);
        expect(second.mark).toBe(second.id);
        expect(await store.get(first.id)).toMatchObject({ note: 'first' });
      });

      test('all that a lease says comes back as it was', async () => {
        const lease = await store.create({
          ...wanted,
          name: 'bücher \u{1f4da}',
          apiSettings: { base_url: 'https://example.test', insecure: true },
          ttlSeconds: 90,
          expiresAt: '2030-01-01T00:00:00.000Z',
          sshKey: { made: true, name: 'k', publicKey: 'ssh-ed25519 AAAA k' },
          before: ['i-1', 'i-2'],
          priceCentsPerHour: 0.5,
        });
        expect(await again().get(lease.id)).toEqual(lease);
        expect((await again().list()).leases).toEqual([lease]);
      });
    });

    describe('reapers', () => {
      test('the last one is known for a day', async () => {
        expect(await store.lastReaped()).toBeNull();
        const by = { host: 'cron', user: 'me' };
        const old = new Date(Date.now() - 25 * 3_600_000).toISOString();
        await store.noteReaped({ ...by, at: old });
        expect(await store.lastReaped()).toBeNull();
        const at = new Date().toISOString();
        await store.noteReaped({ ...by, at });
        expect(await again().lastReaped()).toBe(Date.parse(at));
      });
    });

    describe('finding', () => {
      test('a lease id, then an instance id, then a name; all that match', async () => {
        const one = await store.create({ ...wanted, name: 'twin' });
        const two = await store.create({ ...wanted, name: 'twin' });
        const three = await store.create({ ...wanted, name: 'i-1' });
        await store.update(one.id, ready('i-1'));
        const found = async (identifier: string): Promise<string[]> =>
          (await store.find(identifier)).leases.map((lease) => lease.id);
        expect(await found(three.id)).toEqual([three.id]);
        expect(await found('i-1')).toEqual([one.id]);
        expect((await found('twin')).sort()).toEqual([one.id, two.id].sort());
        expect(await found('TWIN')).toEqual([]);
        expect(await found('nobody')).toEqual([]);
      });
    });

    describe('several at once', () => {
      test('no change is lost', async () => {
        const lease = await store.create({ ...wanted, note: '' });
        const add = (text: string): Promise<unknown> =>
          again().update(lease.id, (now) => ({
            ...now,
            note: `${now.note}${text}`,
          }));
        await Promise.all(['a', 'b', 'c', 'd', 'e'].map(add));
        expect([...((await store.get(lease.id))?.note ?? '')].sort().join('')).toBe('abcde');
      });

      test('work under one name is done one after the other, and the second is told', async () => {
        const log: string[] = [];
        let told = false;
        let startSecond = (): void => undefined;
        const inFirst = new Promise<void>((resolve) => {
          startSecond = resolve;
        });
        const first = store.withName('lambda', '../x', async () => {
          log.push('first in');
          startSecond();
          while (!told) await systemClock.sleep(5);
          log.push('first out');
        });
        await inFirst;
        const second = again().withName('lambda', '../x', async () => log.push('second in'), {
          onWait: () => {
            told = true;
          },
        });
        await store.withName('local', '../x', async () => log.push('other provider'));
        await Promise.all([first, second]);
        expect(log.filter((line) => line !== 'other provider')).toEqual([
          'first in',
          'first out',
          'second in',
        ]);
        expect(log.indexOf('other provider')).toBeLessThan(log.indexOf('second in'));
      });

      test('waiting ends with the signal; an error under the lock gives it back', async () => {
        const stop = new AbortController();
        const entered = store.withName('lambda', 'x', async () => {
          const waiting = store.withName('lambda', 'x', async () => undefined, {
            signal: stop.signal,
            onWait: () => stop.abort(new Error('stopped')),
          });
          await expect(waiting).rejects.toThrow('stopped');
          throw new Error('broken');
        });
        await expect(entered).rejects.toThrow('broken');
        expect(await store.withName('lambda', 'x', async () => 'in')).toBe('in');
      });
    });
  });
}
