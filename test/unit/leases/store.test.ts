import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { openFiles } from '../../../src/leases/files/index.ts';
import { ready } from '../../../src/leases/lease.ts';
import type { LeaseStore } from '../../../src/leases/store.ts';
import { leaseStoreContract, wanted } from './store-contract.ts';

const world = { clock: systemClock, random: Math.random, user: { host: 'here' } };

let state: string;
let store: LeaseStore;
const leases = (): string => join(state, 'leases');

beforeEach(async () => {
  state = join(await mkdtemp(join(tmpdir(), 'leases-')), 'state');
  store = openFiles({ ...world, paths: { state } });
});
afterEach(() => rm(join(state, '..'), { recursive: true, force: true }));

leaseStoreContract('files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leases-'));
  return {
    open: () => openFiles({ ...world, paths: { state: join(folder, 'state') } }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
});

describe('files', () => {
  test('an id that is taken is not drawn again', async () => {
    const draws = [0, 0.5];
    let call = 0;
    const fixed = openFiles({
      ...world,
      paths: { state },
      random: () => draws[Math.floor(call++ / 12)] ?? 0.5,
    });
    const first = await fixed.create(wanted);
    call = 0;
    const second = await fixed.create(wanted);
    expect([first.id, second.id]).toEqual(['dbx_000000000000', 'dbx_888888888888']);
  });

  test('files are the user’s alone, also where the folder was open to others', async () => {
    await mkdir(leases(), { recursive: true, mode: 0o755 });
    const { id } = await store.create(wanted);
    expect((await stat(leases())).mode & 0o777).toBe(0o700);
    expect((await stat(join(leases(), `${id}.json`))).mode & 0o777).toBe(0o600);
  });
});

describe('what lies in the folder', () => {
  test('no folder: nothing is listed and nothing is made', async () => {
    expect(await store.list()).toEqual({ leases: [], warnings: [] });
    expect((await store.find('x')).leases).toEqual([]);
    await expect(stat(state)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  const id = 'dbx_0123456789ab';
  const whole = {
    version: 1,
    id,
    ...wanted,
    state: 'ready',
    instanceId: 'i-1',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    note: null,
  };
  const rows: [string, { file?: string; text: string; warns: RegExp | null }][] = [
    ['half a file', { text: JSON.stringify(whole).slice(0, 80), warns: /no JSON/ }],
    ['an empty file', { text: '', warns: /no JSON/ }],
    ['JSON that is no object', { text: 'null', warns: /no lease/ }],
    ['a ready lease without an instance', { text: json({ instanceId: null }), warns: /instanceId/ }],
    ['a state of a newer version', { text: json({ state: 'parked' }), warns: /state/ }],
    ['another version', { text: json({ version: 3 }), warns: /version/ }],
    ['a provider nobody knows', { text: json({ provider: 'acme' }), warns: /provider/ }],
    ['a time that is none', { text: json({ createdAt: 'soon' }), warns: /createdAt/ }],
    ['the lease of another file', { text: json({ id: 'dbx_ffffffffffff' }), warns: /dbx_ffffffffffff/ }],
    ['a name that is none', { file: 'notes.txt', text: 'hello', warns: /notes\.txt/ }],
    ['control characters in a name', { file: 'a\u001b[31mb.json', text: '', warns: /leases\/ab\.json/ }],
    ['a huge file', { text: `${json({})}${' '.repeat(70_000)}`, warns: /bytes/ }],
    ['what a crashed write left', { file: `${id}.json.123456`, text: '{"ver', warns: null }],
    ['a released lease', { text: json({ state: 'released' }), warns: null }],
  ];
  function json(change: object): string {
    return JSON.stringify({ ...whole, ...change });
  }

  test.each(rows)('%s: the other leases are listed, the file stays', async (_, { file, text, warns }) => {
    const good = await store.create(wanted);
    const path = join(leases(), file ?? `${id}.json`);
    await writeFile(path, text);
    const listing = await store.list();
    expect(listing.leases.map((lease) => lease.id)).toEqual([good.id]);
    expect(listing.warnings).toEqual(warns ? [expect.stringMatching(warns)] : []);
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('a folder in the place of a lease is a warning', async () => {
    await mkdir(join(leases(), `${id}.json`), { recursive: true });
    expect((await store.list()).warnings).toHaveLength(1);
  });

  test('asking for a damaged lease by its id is an error with a way out', async () => {
    const lease = await store.create(wanted);
    await writeFile(join(leases(), `${lease.id}.json`), '{');
    await expect(store.get(lease.id)).rejects.toMatchObject({
      code: 'leases/damaged',
      hint: expect.anything(),
    });
  });

  test('fields of a newer version survive a change', async () => {
    await mkdir(leases(), { recursive: true });
    await writeFile(join(leases(), `${id}.json`), json({ ttlSeconds: 5 }));
    for (const lease of (await store.list()).leases) await store.update(lease.id, ready('i-2'));
    expect(JSON.parse(await readFile(join(leases(), `${id}.json`), 'utf8'))).toMatchObject({
      instanceId: 'i-2',
      ttlSeconds: 5,
    });
  });
});

test('what crashed writes left goes with the next lease, and nothing else does', async () => {
  await mkdir(leases(), { recursive: true });
  for (const name of ['dbx_0123456789ab.json.99', 'notes.txt', '.hidden', 'x.json.1']) {
    await writeFile(join(leases(), name), '');
  }
  const { id } = await store.create(wanted);
  expect((await readdir(leases())).sort()).toEqual(['.hidden', `${id}.json`, 'notes.txt', 'x.json.1']);
});
