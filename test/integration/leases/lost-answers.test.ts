import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openLeases } from '../../../src/leases/open.ts';
import { leasesSchema } from '../../../src/leases/settings.ts';
import type { LeaseStore } from '../../../src/leases/store.ts';
import { makeLeaseTable, testCredentials } from '../../support/aws/lease-table.ts';
import { type Moto, startMoto, whyNoMoto } from '../../support/aws/moto.ts';
import { openWay, type Way } from '../../support/aws/way.ts';
import { testContext } from '../../support/test-context.ts';
import { wanted } from '../../unit/leases/store-contract.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: leases in DynamoDB are not tried: ${missing}`);

(missing ? describe.skip : describe)('a table whose answers get lost', () => {
  let moto: Moto;
  /** Where what this machine keeps in files lies. */
  let home: string;
  let way: Way;
  let table: string;
  let tables = 0;
  /** Whether the answer to this request, counted from 1, is lost after its effect. */
  let loses: (request: number) => boolean = () => false;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'devbox-leases-'));
    moto = await startMoto();
    Object.assign(process.env, testCredentials);
    way = await openWay(moto.url, (request) => (loses(request) ? 'lost-after' : 'through'));
  });
  afterAll(async () => {
    for (const name of Object.keys(testCredentials)) delete process.env[name];
    way?.close();
    await moto?.close();
    rmSync(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    loses = () => false;
    tables += 1;
    table = `lost-${tables}`;
    await makeLeaseTable(moto.url, table);
  });

  const open = (): LeaseStore =>
    openLeases(
      leasesSchema.parse({ store: 'dynamodb', table, endpoint: way.url }),
      testContext(home, { random: Math.random }),
    );

  test.each([0, 1])('every step is taken once, where every second answer is lost', async (odd) => {
    loses = (request) => request % 2 === odd;
    const store = open();
    const { id } = await store.create({ ...wanted, note: '' });
    for (const letter of 'abc') await store.update(id, (now) => ({ ...now, note: `${now.note}${letter}` }));
    expect(await store.get(id)).toMatchObject({ note: 'abc' });
    expect((await store.list()).leases.map((lease) => lease.id)).toEqual([id]);
    const log: string[] = [];
    await store.withName('lambda', 'box', async () => log.push('in'));
    await store.withName('lambda', 'box', async () => log.push('in again'));
    expect(log).toEqual(['in', 'in again']);
    expect(await store.release(id)).toMatchObject({ id, state: 'released' });
    expect(await store.release(id)).toBeNull();
  });

  test('one that answers nothing any more is a card, and nothing is said to be done', async () => {
    const store = open();
    const { id } = await store.create({ ...wanted, note: 'before' });
    loses = () => true;
    const failed = { name: 'DevboxError', code: expect.stringMatching(/^leases\//) };
    await expect(store.create(wanted)).rejects.toMatchObject(failed);
    await expect(store.update(id, (now) => now)).rejects.toMatchObject(failed);
    await expect(store.release(id)).rejects.toMatchObject(failed);
    let entered = false;
    const work = async (): Promise<void> => {
      entered = true;
    };
    await expect(store.withName('lambda', 'box', work)).rejects.toMatchObject(failed);
    expect(entered).toBe(false);
    loses = () => false;
    expect(await store.get(id)).toMatchObject({ note: 'before' });
  });
});
