import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { request as send } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Volume, Volumes } from '../../../src/providers/facets/volumes.ts';
import { bundleServer } from './bundle.ts';
import { createWorld, until, type World } from './world.ts';

let world: World;
let volumes: Volumes;
beforeAll(async () => {
  world = await createWorld({ packageRoot: await bundleServer('volumes-killed') });
  const provider = await world.open();
  if (!provider.volumes) throw new Error('the provider has no volumes');
  volumes = provider.volumes;
});
afterAll(async () => expect(await world.end()).toEqual([]));

const create = (name: string): Promise<Volume> =>
  volumes.create({ name, sizeGb: 1, region: null, type: null, description: null });

/** Where the server keeps volumes. */
async function directory({ id }: Volume): Promise<string> {
  const found = readdirSync(world.paths.state, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith(`volumes/${id}`),
  );
  if (!found) throw new Error('the volume is not there');
  return join(world.paths.state, found);
}

function fill(path: string): void {
  for (let d = 0; d < 40; d++) {
    mkdirSync(join(path, `d${d}`));
    for (let f = 0; f < 60; f++) writeFileSync(join(path, `d${d}`, `f${f}`), 'x'.repeat(2000));
  }
}

async function killServer(): Promise<void> {
  const pid = await world.serverPid();
  if (pid === undefined) throw new Error('there is no server');
  process.kill(pid, 'SIGKILL');
  await until('the server is gone', async () => (await world.serverPid()) === undefined);
}

test('a server killed in an upload leaves no part of it', async () => {
  const volume = await create('upload');
  const path = await directory(volume);
  const request = send({
    socketPath: world.places.socket,
    method: 'PUT',
    path: `/v1/volumes/${volume.id}/files/raw?path=half`,
    headers: { 'content-type': 'application/octet-stream', 'content-length': 1_000_000 },
  });
  request.on('error', () => undefined);
  request.write(Buffer.alloc(100_000));
  await until('a part has arrived', () => readdirSync(join(path, 'incoming')).length === 1);
  await killServer();
  expect(await volumes.list()).toMatchObject([{ id: volume.id, usedBytes: 0 }]);
  expect([readdirSync(join(path, 'incoming')), readdirSync(join(path, 'data'))]).toEqual([[], []]);
  await volumes.remove(volume.id);
});

test('a server killed in a clone leaves no copy', async () => {
  const volume = await create('source');
  const path = await directory(volume);
  fill(join(path, 'data'));
  const cloning = volumes.duplicate(volume, 'copy', null).catch(() => 'cut off');
  await until('it is being copied', () => readdirSync(join(path, '..')).some((name) => name.startsWith('.')));
  await killServer();
  expect(await cloning).toBe('cut off');
  expect((await volumes.list()).map(({ name }) => name)).toEqual(['source']);
  expect(readdirSync(join(path, '..'))).toEqual([volume.id]);
});

test('a server killed in a deletion leaves nothing of the volume', async () => {
  const [volume] = await volumes.list();
  if (!volume) throw new Error('there is no volume');
  const path = await directory(volume);
  const deleting = volumes.remove(volume.id).catch(() => undefined);
  await until('it is being deleted', () =>
    readdirSync(join(path, '..')).some((name) => name.startsWith('.')),
  );
  await killServer();
  await deleting;
  expect(await volumes.list()).toEqual([]);
  expect(readdirSync(join(path, '..'))).toEqual([]);
});
