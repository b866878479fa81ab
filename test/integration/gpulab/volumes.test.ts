import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { receive } from '../../../src/commands/receive-file.ts';
import { uploadSource } from '../../../src/commands/upload-source.ts';
import type { Volumes } from '../../../src/providers/facets/volumes.ts';
import { openGpulab } from '../../../src/providers/gpulab/open.ts';
import { localFile, saveFile } from '../../../src/remote/copy/local-file.ts';
import { testContext } from '../../support/test-context.ts';
import { startApp, type TestApp } from '../server/volumes-app.ts';

/** What stands between the client and the server. */
interface Between {
  readonly url: string;
  /** Breaks connections: each of the next requests whose path has this in it after so many bytes of content. */
  breakNext: { path: string; after: number } | null;
  readonly seen: string[];
  stop(): void;
}

/** @param published hides everything that the published API does not have. */
async function between(target: string, published: boolean): Promise<Between> {
  const server: Server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '';
    state.seen.push(`${incoming.method} ${path.split('?')[0]}`);
    if (published && /capabilities|files\/(raw|checksum)/.test(path)) {
      outgoing.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"not found"}');
      return;
    }
    const limit = state.breakNext && path.includes(state.breakNext.path) ? state.breakNext.after : null;
    if (limit !== null) state.breakNext = null;
    let passed = 0;
    const breaks = (bytes: Buffer): boolean => {
      passed += bytes.length;
      return limit !== null && passed > limit;
    };
    const forward = send(
      `${target}${path}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.on('data', (bytes: Buffer) => {
          if (breaks(bytes)) outgoing.destroy();
          else outgoing.write(bytes);
        });
        answer.on('end', () => outgoing.end());
        answer.on('error', () => outgoing.destroy());
      },
    );
    forward.on('error', () => outgoing.destroy());
    incoming.on('data', (bytes: Buffer) => {
      if (breaks(bytes)) {
        forward.destroy();
        incoming.destroy();
      } else if (!forward.write(bytes)) {
        incoming.pause();
        forward.once('drain', () => incoming.resume());
      }
    });
    incoming.on('end', () => forward.end());
    incoming.on('error', () => undefined);
  });
  const state: Between = {
    url: await new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        resolve(`http://127.0.0.1:${port}`);
      });
    }),
    breakNext: null,
    seen: [],
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return state;
}

let app: TestApp;
let here: string;
const ways: { [name in 'ours' | 'published']?: Between } = {};
beforeAll(async () => {
  app = await startApp();
  here = mkdtempSync(join(tmpdir(), 'devbox-volumes-test-'));
  ways.ours = await between(app.url, false);
  ways.published = await between(app.url, true);
});
afterAll(async () => {
  for (const way of Object.values(ways)) way.stop();
  await app.end();
  rmSync(here, { recursive: true, force: true });
});

/** Nothing is waited for. */
const clock = { now: () => Date.now(), monotonic: () => performance.now(), sleep: async () => undefined };
let made = 0;

describe.each(['ours', 'published'] as const)('volumes of a server that is %s', (kind) => {
  let volumes: Volumes;
  let way: Between;
  beforeEach(async () => {
    const found = ways[kind];
    if (!found) throw new Error('there is no server');
    way = found;
    way.seen.length = 0;
    const context = testContext(here, { clock });
    const provider = await openGpulab(
      { provider: 'gpulab', base_url: way.url, api_key: 'some-key', timeout: 20, insecure: false },
      context,
      { emit: () => undefined },
    );
    if (!provider.volumes) throw new Error('the provider has no volumes');
    volumes = provider.volumes;
  });
  const create = () =>
    volumes.create({ name: `${kind}-${++made}`, sizeGb: 3, region: null, type: null, description: null });

  test('are made, listed, resized, copied and deleted', async () => {
    const volume = await create();
    expect(volume).toMatchObject({ id: expect.stringMatching(/^\w{10}$/), sizeGb: 3, usedBytes: 0 });
    expect(await volumes.list()).toContainEqual(volume);
    expect((await volumes.resize(volume.id, 5)).sizeGb).toBe(5);
    const copy = await volumes.duplicate(await volumes.get(volume.id), `${volume.name}-copy`, null);
    expect(copy.sizeGb).toBe(5);
    await volumes.remove(copy.id);
    await expect(volumes.get(copy.id)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('have files that go there and back', async () => {
    const files = volumes.files((await create()).id);
    const bytes = randomBytes(300_000);
    const source = join(here, 'a b.bin');
    writeFileSync(source, bytes, { mode: 0o600 });
    const told: number[] = [];
    await files.upload(
      'x/é/a b.bin',
      uploadSource(await localFile(source), 't', (done) => told.push(done)),
    );
    expect(told.at(-1)).toBe(bytes.length);
    expect((await files.list('/x/é')).files).toMatchObject([
      { path: 'x/é/a b.bin', kind: 'file', size: bytes.length, isText: false },
    ]);
    expect((await files.search('A B', '')).files).toHaveLength(1);
    const target = join(here, `back-${kind}`);
    const received = await saveFile(target, (file) =>
      receive(files, '/x/é/a b.bin', file, () => undefined, clock, new AbortController().signal),
    );
    expect(received).toEqual({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(readFileSync(target).equals(bytes)).toBe(true);
    await files.makeDirectory('d');
    await files.copy('x', 'd/x');
    await files.rename('x', 'y');
    await files.remove('d');
    expect((await files.list('')).files.map(({ path }) => path)).toEqual(['y']);
    await expect(files.list('nowhere')).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('go on with a download whose connection broke', async () => {
    const files = volumes.files((await create()).id);
    const bytes = randomBytes(5_000_000);
    const source = join(here, 'large');
    writeFileSync(source, bytes);
    await files.upload(
      'large',
      uploadSource(await localFile(source), 't', () => undefined),
    );
    way.breakNext = { path: '/files/download', after: 2_000_000 };
    const target = join(here, `large-${kind}`);
    await saveFile(target, (file) =>
      receive(files, 'large', file, () => undefined, clock, new AbortController().signal),
    );
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(way.seen.filter((call) => call.endsWith('/files/download'))).toHaveLength(2);
    expect(readdirSync(here).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

test('an upload whose connection broke goes on where it was, and keeps mode and time', async () => {
  const way = ways.ours;
  if (!way) throw new Error('there is no server');
  const provider = await openGpulab(
    { provider: 'gpulab', base_url: way.url, api_key: 'some-key', timeout: 20, insecure: false },
    testContext(here, {
      clock: { ...clock, sleep: () => new Promise((resolve) => setTimeout(resolve, 50)) },
    }),
    { emit: () => undefined },
  );
  const volume = await provider.volumes?.create({
    name: 'resumed',
    sizeGb: 1,
    region: null,
    type: null,
    description: null,
  });
  const bytes = randomBytes(8_000_000);
  const local = await localFile(join(here, 'large'));
  const read: number[] = [];
  way.breakNext = { path: '/files/raw', after: 4_000_000 };
  // The question for the state comes first, and has no content.
  const source = {
    ...uploadSource(local, 'resumed', () => undefined),
    bytes: bytes.length,
    mode: 0o640,
    mtime: 1_500_000_000_000,
    sha256: async () => createHash('sha256').update(bytes).digest('hex'),
    open: (offset: number) => {
      if (offset === 0) way.breakNext = { path: '/files/raw', after: 4_000_000 };
      read.push(offset);
      return Readable.from(pieces(bytes.subarray(offset)));
    },
  };
  await provider.volumes?.files(volume?.id ?? '').upload('f', source);
  const file = join(app.state, 'volumes', volume?.id ?? '', 'data', 'f');
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(statSync(file).mtimeMs).toBe(1_500_000_000_000);
  // More than one other try where the server had not noticed the end of the first yet.
  expect(read[0]).toBe(0);
  expect(Math.min(...read.slice(1))).toBeGreaterThan(0);
});

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}
