import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { openTable } from '../../../src/leases/dynamodb/index.ts';
import { openLeases } from '../../../src/leases/open.ts';
import { leasesSchema } from '../../../src/leases/settings.ts';
import type { LeaseStore } from '../../../src/leases/store.ts';
import { makeLeaseTable, testCredentials, testDynamo } from '../../support/aws/lease-table.ts';
import { type Moto, startMoto, whyNoMoto } from '../../support/aws/moto.ts';
import { testContext } from '../../support/test-context.ts';
import { leaseStoreContract, wanted } from '../../unit/leases/store-contract.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: leases in DynamoDB are not tested: ${missing}`);

(missing ? describe.skip : describe)('DynamoDB', () => {
  let moto: Moto;
  /** Where what this machine keeps in files lies. */
  let home: string;
  let tables = 0;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'devbox-leases-'));
    moto = await startMoto();
    Object.assign(process.env, testCredentials);
  });
  afterAll(async () => {
    for (const name of Object.keys(testCredentials)) delete process.env[name];
    await moto?.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** As a machine of this name opens it. */
  const open = (table: string, host = 'here'): LeaseStore =>
    openLeases(
      leasesSchema.parse({ store: 'dynamodb', table, endpoint: moto.url }),
      testContext(home, { user: { name: 'me', host }, random: Math.random }),
    );
  const newTable = async (): Promise<string> => {
    tables += 1;
    const table = `leases-${tables}`;
    await makeLeaseTable(moto.url, table);
    return table;
  };

  leaseStoreContract('a table', async () => {
    const table = await newTable();
    return {
      open: () => open(table),
      remove: async () => {
        await testDynamo(moto.url).send(new DeleteTableCommand({ TableName: table }));
      },
    };
  });

  test('many leases come in many pages', async () => {
    const table = await newTable();
    const store = open(table);
    const before = Array.from({ length: 1500 }, (_, index) => `${index}`.padStart(32, '0'));
    const made = new Set<string>();
    for (let count = 0; count < 40; count++) made.add((await store.create({ ...wanted, before })).id);
    expect(new Set((await store.list()).leases.map(({ id }) => id))).toEqual(made);
  });

  test('what is no lease is told of, and the others are listed', async () => {
    const table = await newTable();
    const store = open(table);
    const { id } = await store.create(wanted);
    const client = testDynamo(moto.url);
    const put = (sk: string, attributes: Record<string, { S: string }>) =>
      client.send(
        new PutItemCommand({ TableName: table, Item: { pk: { S: 'lease' }, sk: { S: sk }, ...attributes } }),
      );
    await put('notes', {});
    await put('dbx_000000000001', { mark: { S: 'x' }, record: { S: '{' } });
    const { leases, warnings } = await store.list();
    expect(leases.map((lease) => lease.id)).toEqual([id]);
    expect(warnings).toEqual([
      expect.stringMatching(/^dbx_000000000001 .*no JSON/),
      expect.stringMatching(/^notes /),
    ]);
    const [found] = (await store.find('dbx_000000000001')).leases;
    expect(found).toBeUndefined();
  });

  test('a lock whose holder is on another machine is free once that one does not count on', async () => {
    const table = await newTable();
    let now = 0;
    const clock = {
      ...systemClock,
      monotonic: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    };
    const settings = leasesSchema.parse({ store: 'dynamodb', table, endpoint: moto.url });
    const world = { ...testContext(home, { random: Math.random }), clock };
    const client = testDynamo(moto.url);
    const other = await openTable(settings, { ...world, user: { host: 'there' } });
    const mine = await openTable(settings, { ...world, user: { host: 'here' } });
    let entered = 0;
    await other.withName('lambda', 'box', async () => {
      let beats = 1;
      const stop = new AbortController();
      const counting: typeof clock = {
        ...clock,
        // It counts on for a minute.
        sleep: async (milliseconds: number) => {
          now += milliseconds;
          if (now > 60_000) stop.abort(new Error('still held'));
          beats += 1;
          await client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { pk: { S: 'lock' }, sk: { S: (await lockKeys(table))[0] ?? '' } },
              UpdateExpression: 'SET beat = :beat',
              ExpressionAttributeValues: { ':beat': { N: String(beats) } },
            }),
          );
        },
      };
      const watching = await openTable(settings, { ...world, clock: counting, user: { host: 'here' } });
      await expect(
        watching.withName('lambda', 'box', async () => 'in', { signal: stop.signal }),
      ).rejects.toThrow('still held');
      now = 0;
      entered = await mine.withName('lambda', 'box', async () => now);
    });
    expect(entered).toBeGreaterThan(15_000);
  });

  async function lockKeys(table: string): Promise<string[]> {
    const { ScanCommand } = await import('@aws-sdk/client-dynamodb');
    const { Items = [] } = await testDynamo(moto.url).send(
      new ScanCommand({
        TableName: table,
        FilterExpression: 'pk = :lock',
        ExpressionAttributeValues: { ':lock': { S: 'lock' } },
      }),
    );
    return Items.map(({ sk }) => sk?.S ?? '');
  }

  test('a table that is not there is a card with the line that makes it', async () => {
    await expect(open('not-there').list()).rejects.toMatchObject({
      kind: 'not-found',
      code: 'leases/ResourceNotFoundException',
      hint: expect.stringContaining('aws dynamodb create-table --table-name not-there --billing-mode'),
    });
  });
});
