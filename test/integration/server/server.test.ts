import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { DevboxError } from '../../../src/base/errors.ts';
import { bundleServer } from './bundle.ts';
import { createWorld, exec, processesOf, until, type World, type WorldOptions } from './world.ts';

let packageRoot: string;
const worlds: World[] = [];

beforeAll(async () => {
  packageRoot = await bundleServer('server');
});
afterEach(async () => {
  for (const world of worlds.splice(0)) expect(await world.end()).toEqual([]);
});

async function newWorld(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await createWorld({ packageRoot, ...options });
  worlds.push(world);
  return world;
}

async function killServer(world: World): Promise<number> {
  const pid = await world.serverPid();
  if (pid === undefined) throw new Error('no server runs');
  process.kill(pid, 'SIGKILL');
  await until('the server is dead', async () => (await world.serverPid()) === undefined);
  return pid;
}

const recordOf = (world: World, id: string): string => join(world.places.boxes, id, 'box.json');

describe('a server that was killed', () => {
  test('leaves its boxes running; the next one finds them, the same processes as before', async () => {
    const world = await newWorld();
    const provider = await world.open();
    const box = await world.up(provider, 'survivor');
    await exec(provider, box, ['sh', '-c', 'sleep 3003 & echo']);
    const before = await readFile(recordOf(world, box.id), 'utf8');
    const killed = await killServer(world);
    await expect(stat(world.places.socket)).resolves.toBeDefined();

    const next = await world.open();
    expect(await next.list()).toMatchObject([{ id: box.id, name: 'survivor', status: 'running' }]);
    expect(await world.serverPid()).not.toBe(killed);
    expect(await readFile(recordOf(world, box.id), 'utf8')).toBe(before);
    expect((await exec(next, box, ['echo', 'hi'])).stdout.toString()).toBe('hi\n');
    // The same provider goes on, too: its next request starts the server it needs.
    await killServer(world);
    expect(await next.list()).toHaveLength(1);
    await next.terminate(box, { purge: false });
    expect(await processesOf('sleep\u00003003')).toEqual([]);
  });

  test('takes along what clients attended, and not what was left to run', async () => {
    const world = await newWorld();
    const provider = await world.open();
    const box = await world.up(provider, 'cutoff');
    await exec(provider, box, ['sh', '-c', 'sleep 3005 & echo']);
    const attended = exec(provider, box, ['sh', '-c', 'trap "" HUP; sleep 3006 & wait']);
    // How it fails is of no matter here: its server is killed.
    const failed = attended.then(
      () => 'it ended',
      () => 'it failed',
    );
    if (process.platform !== 'linux') return console.warn('skipped: processes are looked up in /proc');
    await until('the command runs', async () => (await processesOf('sleep\u00003006')).length === 1);
    const notes = join(world.places.boxes, box.id, 'attended');
    await until('it is noted', async () => (await readdir(notes)).length === 1);
    await killServer(world);
    expect(await failed).toBe('it failed');
    const next = await world.open();
    expect(await next.list()).toHaveLength(1);
    await until('the command is gone', async () => (await processesOf('sleep\u00003006')).length === 0);
    expect(await processesOf('sleep\u00003005')).toHaveLength(1);
    expect((await exec(next, box, ['echo', 'hi'])).code).toBe(0);
    await until('no note is left', async () => (await readdir(notes)).length === 0);
  });

  test('in the middle of a creation: it is completed, and nothing runs twice', async () => {
    const world = await newWorld();
    const box = await world.up(await world.open(), 'half');
    await killServer(world);
    const record = JSON.parse(await readFile(recordOf(world, box.id), 'utf8'));
    await writeFile(recordOf(world, box.id), JSON.stringify({ ...record, made: false, main: null }));
    expect(await (await world.open()).list()).toMatchObject([{ id: box.id, status: 'running' }]);
    const idle = (await processesOf(`DEVBOX_ID=${box.id}`)).filter((line) => /\d: tail -f/.test(line));
    if (process.platform === 'linux') expect(idle).toHaveLength(1);
  });

  test('in the middle of a deletion: it is finished, the home with it if that was asked for', async () => {
    const world = await newWorld();
    const box = await world.up(await world.open(), 'dying');
    await killServer(world);
    const record = JSON.parse(await readFile(recordOf(world, box.id), 'utf8'));
    await writeFile(recordOf(world, box.id), JSON.stringify({ ...record, wanted: 'deleted-with-home' }));
    expect(await (await world.open()).list()).toEqual([]);
    expect(await readdir(world.places.boxes)).toEqual([]);
    expect(await readdir(world.places.homes)).toEqual([]);
    expect(await processesOf(box.id)).toEqual([]);
  });

  test('and the machine restarted: a pid of then is not taken for the box, which runs again', async () => {
    const world = await newWorld();
    const box = await world.up(await world.open(), 'rebooted');
    await killServer(world);
    const bystander = spawn('sleep', ['30'], { detached: true });
    try {
      const record = JSON.parse(await readFile(recordOf(world, box.id), 'utf8'));
      process.kill(record.main.pid, 'SIGKILL');
      const main = { ...record.main, pid: bystander.pid, bootId: 'another' };
      await writeFile(recordOf(world, box.id), JSON.stringify({ ...record, main }));
      const provider = await world.open();
      expect(await provider.list()).toMatchObject([{ id: box.id, status: 'running' }]);
      await provider.terminate(box, { purge: false });
      expect(bystander.exitCode).toBeNull();
      expect(bystander.signalCode).toBeNull();
    } finally {
      bystander.kill('SIGKILL');
    }
  });

  test('a record that cannot be read is reported and left alone', async () => {
    const world = await newWorld();
    const directory = join(world.places.boxes, 'broken');
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'box.json'), '{ not json');
    expect(await (await world.open()).list()).toEqual([]);
    expect(await readFile(world.places.log, 'utf8')).toContain(join(directory, 'box.json'));
    expect(await readFile(join(directory, 'box.json'), 'utf8')).toBe('{ not json');
  });
});

describe('one server', () => {
  test('is what twenty programs get that need one at the same moment', async () => {
    const world = await newWorld();
    const program = join(packageRoot, 'starter.mjs');
    await build({
      entryPoints: [join(here(), 'starter.ts')],
      outfile: program,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
    });
    const starters = Array.from({ length: 20 }, () => runStarter(program, world));
    const pids = new Set(await Promise.all(starters));
    expect([...pids]).toEqual([String(await world.serverPid())]);
    const log = await readFile(world.places.log, 'utf8');
    expect(log.match(/serving 0 boxes/g)).toHaveLength(1);
  });

  test('stops when it has been without boxes and callers, and leaves nothing behind', async () => {
    const world = await newWorld({ idleSeconds: 0.3 });
    const provider = await world.open();
    const box = await world.up(provider, 'short');
    await provider.terminate(box, { purge: true });
    await until('the server has stopped', async () => (await world.serverPid()) === undefined);
    await expect(stat(world.places.socket)).rejects.toMatchObject({ code: 'ENOENT' });
    const left = (await readdir(world.places.state)).sort();
    expect(left.filter((name) => name !== 'terminals' && name !== 'volumes')).toEqual([
      'boxes',
      'server.log',
    ]);
  });

  test('stays while it has a box, and stops without it when told to', async () => {
    const world = await newWorld({ idleSeconds: 0 });
    const provider = await world.open();
    const box = await world.up(provider, 'resident');
    const pid = await world.serverPid();
    await exec(provider, box, ['sleep', '1']);
    expect(await world.serverPid()).toBe(pid);
    process.kill(pid ?? 0, 'SIGTERM');
    await until('the server has stopped', async () => (await world.serverPid()) === undefined);
    expect(await (await world.open()).list()).toMatchObject([{ id: box.id, status: 'running' }]);
  });
});

test('a server is found where it was started, whatever the runtime directory is now', async () => {
  const world = await newWorld();
  const box = await world.up(await world.open(), 'desktop');
  const pid = await world.serverPid();
  const elsewhere = await world.openWith({ runtime: join(world.root, 'other') });
  expect(await elsewhere.list()).toMatchObject([{ id: box.id, status: 'running' }]);
  expect((await exec(elsewhere, box, ['echo', 'hi'])).stdout.toString()).toBe('hi\n');
  expect(await world.serverPid()).toBe(pid);
  // Where it is gone, the next one is wherever it is started, and is found from the first place.
  await killServer(world);
  expect(await elsewhere.list()).toHaveLength(1);
  expect((await exec(await world.open(), box, ['echo', 'hi'])).stdout.toString()).toBe('hi\n');
});

test('the account does not change with the name of the machine', async () => {
  const world = await newWorld();
  const [one, other] = [await world.open(), await world.openWith({ host: 'elsewhere' })];
  expect(other.account).toBe(one.account);
});

test('a server whose state directory was deleted ends, and what kept its boxes alive with it', async () => {
  const world = await newWorld();
  await world.up(await world.open(), 'forgotten');
  const pid = await world.serverPid();
  await rm(world.paths.state, { recursive: true });
  await until('the server has ended', () => !isThere(pid ?? 0));
  expect(await processesOf(world.root)).toEqual([]);
});

describe('the socket', () => {
  test('and everything around it is for its owner only', async () => {
    const world = await newWorld();
    await world.up(await world.open(), 'private');
    const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
    expect(await mode(world.places.socket)).toBe('600');
    expect(await mode(dirname(world.places.socket))).toBe('700');
    expect(await mode(world.places.state)).toBe('700');
    expect(await mode(world.places.log)).toBe('600');
    expect(await mode(join(world.places.homes, 'private'))).toBe('700');
  });

  test('moves to a short path where its own would be too long', async () => {
    const world = await newWorld({ runtimeSuffix: 'long-'.repeat(20) });
    expect(Buffer.byteLength(world.places.socket)).toBeLessThanOrEqual(103);
    await world.up(await world.open(), 'far');
    expect((await stat(world.places.socket)).isSocket()).toBe(true);
  });

  test('in a directory that others can write to is refused', async () => {
    const world = await newWorld();
    const directory = dirname(world.places.socket);
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o777);
    const answer = await (await world.open()).launch({
      name: 'x',
      lease: 'dbx_000000000000',
      marks: { 'devbox-lease': 'dbx_000000000000' },
      tags: {},
      env: {},
      settings: {},
    });
    expect(answer).toMatchObject({
      outcome: 'refused',
      retry: 'no',
      error: { code: 'local/unsafe-directory' },
    });
    await chmod(directory, 0o700);
  });
});

test('a server of a version that does not fit is named, with what to do', async () => {
  const world = await newWorld();
  await mkdir(dirname(world.places.socket), { recursive: true, mode: 0o700 });
  await mkdir(join(world.places.boxes, 'any'), { recursive: true });
  const body = {
    server: 'devbox',
    version: '9.9.9',
    protocol: 99,
    extensions: [],
    engine: 'process',
    pid: 4711,
  };
  const other = createServer((_request, response) => response.end(JSON.stringify(body)));
  await new Promise<void>((resolve) => other.listen(world.places.socket, resolve));
  await expect((await world.open()).list()).rejects.toMatchObject({
    code: 'local/server-version',
    hint: expect.stringContaining('kill 4711'),
  });
  await new Promise((resolve) => other.close(resolve));
});

test('a server that cannot start says why', async () => {
  const world = await newWorld();
  await mkdir(dirname(world.places.homes), { recursive: true });
  await mkdir(world.places.state, { recursive: true });
  await writeFile(world.places.boxes, 'a file where a directory should be');
  const answer = await (await world.open()).launch({
    name: 'x',
    lease: 'dbx_000000000000',
    marks: { 'devbox-lease': 'dbx_000000000000' },
    tags: {},
    env: {},
    settings: {},
  });
  expect(answer).toMatchObject({ outcome: 'refused', error: { code: 'local/server-not-started' } });
  expect(await readdir(world.places.state)).toEqual(['boxes', 'server.log']);
});

describe('a server that is killed while it starts', () => {
  /** A package whose server is the real one after it was killed so many times. */
  async function packageKilling(times: number): Promise<string> {
    const directory = join(packageRoot, `killed-${times}`);
    await mkdir(join(directory, 'dist'), { recursive: true });
    const program = `
      import { existsSync, writeFileSync } from 'node:fs';
      const state = process.argv[process.argv.indexOf('--state') + 1];
      const marks = Array.from({ length: ${times} }, (_, index) => state + '/killed-' + index);
      const mark = marks.find((path) => !existsSync(path));
      if (mark) {
        writeFileSync(mark, '');
        process.kill(process.pid, 'SIGKILL');
      }
      await import(${JSON.stringify(join(packageRoot, 'dist', 'server.mjs'))});`;
    await writeFile(join(directory, 'dist', 'server.mjs'), program);
    return directory;
  }

  test('is started once more', async () => {
    const world = await newWorld({ packageRoot: await packageKilling(1) });
    expect(await world.up(await world.open(), 'second')).toMatchObject({ status: 'running' });
  });

  test('again and again is reported as such, not with what an earlier one wrote', async () => {
    const world = await newWorld({ packageRoot: await packageKilling(2) });
    await mkdir(world.places.state, { recursive: true });
    await writeFile(world.places.log, '2020-01-01T00:00:00.000Z [1] serving 1 boxes on /old\n');
    const answer = await (await world.open()).launch({
      name: 'x',
      lease: 'dbx_000000000000',
      marks: { 'devbox-lease': 'dbx_000000000000' },
      tags: {},
      env: {},
      settings: {},
    });
    const [reason] =
      answer.outcome === 'refused' && answer.error instanceof DevboxError ? answer.error.details : [];
    expect(reason).toEqual({ label: 'Reason', value: 'it was ended by SIGKILL' });
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function here(): string {
  return new URL('.', import.meta.url).pathname;
}

/** Runs a program that needs the server. @returns the pid of the server that it met. */
function runStarter(program: string, world: World): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(world.paths)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      err += bytes.toString();
    });
    child.once('close', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(err))));
  });
}
