import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BoxSpec, Engine } from '../../../src/server/engine/engine.ts';
import { openProcessEngine } from '../../../src/server/engine/process/engine.ts';
import { bundleServer } from './bundle.ts';
import { processesOf, until } from './world.ts';

let root: string;
let engine: Engine;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'devbox-process-engine-'));
  const keeper = join(await bundleServer('process-engine'), 'dist', 'keeper.mjs');
  engine = await openProcessEngine({
    boxes: join(root, 'state', 'boxes'),
    homes: join(root, 'homes'),
    // As it is where there is no bubblewrap.
    sandboxes: false,
    hidden: [],
    keeper,
    graceSeconds: 1,
    now: Date.now,
    report: (line) => console.error(line),
  });
});
afterEach(async () => {
  for (const box of await engine.list()) await engine.remove(box.id, { purge: true });
});
afterAll(async () => {
  await until('nothing is left', async () => (await processesOf(root)).length === 0);
  await rm(root, { recursive: true });
});

const spec = (name: string, more: Partial<BoxSpec> = {}): BoxSpec => ({
  ...{ name, env: {}, command: null, tags: {}, image: null, template: null, ports: [] },
  ...{ memoryGb: null, gpus: [], mounts: [], ...more },
});

async function output(id: string, argv: readonly [string, ...string[]]): Promise<string> {
  const command = await engine.exec(id, argv);
  command.stdin.end();
  const [stdout] = await Promise.all([text(command.stdout), text(command.stderr), command.exited]);
  return stdout;
}

/** A port that a program of this machine listens on. */
async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return { server, port: address.port };
}

const closed = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));

describe('a port', () => {
  test('that a program uses is refused, and had once that has gone', async () => {
    const { server, port } = await listening();
    await expect(engine.create(spec('late', { ports: [port] }))).rejects.toMatchObject({
      status: 409,
      code: 'port-unavailable',
      message: expect.stringContaining(`port ${port} cannot be opened: another program`),
    });
    expect(await engine.list()).toEqual([]);
    await closed(server);
    const box = await engine.create(spec('late', { ports: [port] }));
    expect(box.published).toEqual([{ port, hostPort: port }]);
  });

  test('that another box has is refused, also while that is stopped or made at the same moment', async () => {
    const { server, port } = await listening();
    await closed(server);
    const made = await Promise.allSettled(
      ['one', 'two', 'three'].map((name) => engine.create(spec(name, { ports: [port] }))),
    );
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const [box] = await engine.list();
    await engine.stop(box?.id ?? '');
    expect((await engine.get(box?.id ?? '')).published).toEqual([]);
    await expect(engine.create(spec('other', { ports: [port] }))).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining(`(${box?.id}) opens it`),
    });
  });
});

test('ports that only a template names are opened as far as they can be, and the rest is told', async () => {
  const { server, port } = await listening();
  const other = await listening();
  await closed(other.server);
  const first = await engine.create(spec('first', { ports: [port, other.port] }), { mayLackPorts: true });
  expect(first).toMatchObject({ spec: { ports: [other.port] }, published: [{ port: other.port }] });
  expect(await engine.deployLog(first.id)).toMatch(`port ${port} cannot be opened: another program`);
  await closed(server);
  const made = await Promise.all(
    ['second', 'third'].map((name) =>
      engine.create(spec(name, { ports: [port, other.port] }), { mayLackPorts: true }),
    ),
  );
  expect(made.map((box) => box.spec.ports).sort((a, b) => a.length - b.length)).toEqual([[], [port]]);
});

test('what a box uses is measured', async () => {
  const box = await engine.create(spec('busy', { command: 'while :; do :; done', memoryGb: 2 }));
  const stats = await engine.stats(box.id);
  expect(stats).toMatchObject({ memoryLimit: 2 * 1024 ** 3, networkReceived: null, networkSent: null });
  expect(stats.cpuPercent).toBeGreaterThan(0);
  expect(stats.cpuCores).toBeGreaterThan(0);
  expect(stats.memoryUsed).toBeGreaterThan(0);
  expect(stats.processes).toBeGreaterThan(0);
  await engine.stop(box.id);
  await expect(engine.stats(box.id)).rejects.toMatchObject({ status: 409 });
});

test('redeploying keeps the home and makes new processes', async () => {
  const box = await engine.create(spec('again'));
  await output(box.id, ['sh', '-c', 'echo kept > ~/file; sleep 7007 >/dev/null 2>&1 & echo']);
  await engine.redeploy(box.id);
  expect(await processesOf('sleep\u00007007')).toEqual([]);
  expect(await output(box.id, ['cat', 'file'])).toBe('kept\n');
  expect((await engine.get(box.id)).status).toBe('running');
});

describe('a volume without a sandbox', () => {
  const volume = (target: string) => ({ volume: 'v', source: join(root, 'volume'), target });
  beforeAll(async () => {
    await mkdir(join(root, 'volume'), { recursive: true });
    await writeFile(join(root, 'volume', 'file'), 'of the volume');
  });

  test.each(['/workspace', '/workspace/data/deep'])('at %s is a link', async (target) => {
    const box = await engine.create(spec('linked', { mounts: [volume(target)] }));
    const path = `"$DEVBOX_WORKSPACE"${target.replace('/workspace', '')}/file`;
    expect(await output(box.id, ['sh', '-c', `cat ${path}`])).toBe('of the volume');
    await engine.remove(box.id, { purge: true });
    expect(await readFile(join(root, 'volume', 'file'), 'utf8')).toBe('of the volume');
  });

  test('is not there for the next box of that name, which has a workspace of its own', async () => {
    const first = await engine.create(spec('next', { mounts: [volume('/workspace')] }));
    expect(await readlink(join(root, 'homes', 'next', 'workspace'))).toBe(join(root, 'volume'));
    await engine.remove(first.id, { purge: false });
    const second = await engine.create(spec('next'));
    expect(await output(second.id, ['sh', '-c', 'ls "$DEVBOX_WORKSPACE"'])).toBe('');
  });

  test.each(['/data', '/etc/x', '/workspace/../etc', '/'])('at %s is refused', async (target) => {
    await expect(engine.create(spec('nowhere', { mounts: [volume(target)] }))).rejects.toMatchObject({
      status: 422,
      code: 'invalid-mount',
    });
    expect(await engine.list()).toEqual([]);
  });
});

test('a card says what is not kept apart, and why', async () => {
  const { isolation } = await engine.create(spec('open'));
  expect(isolation).toBe(
    'none: runs as your own user, with access to all your files (this server makes no sandboxes)',
  );
});
