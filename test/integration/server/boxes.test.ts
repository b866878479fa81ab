import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Provider } from '../../../src/providers/provider.ts';
import { bundleServer } from './bundle.ts';
import { createWorld, exec, processesOf, until, type World } from './world.ts';

let packageRoot: string;
let world: World;
let provider: Provider;

beforeAll(async () => {
  packageRoot = await bundleServer('boxes');
  world = await createWorld({ packageRoot });
  provider = await world.open();
});
afterEach(async () => {
  for (const box of await provider.list()) await provider.terminate(box, { purge: true });
});
afterAll(async () => expect(await world.end()).toEqual([]));

test('a list where there was never a box starts nothing and makes nothing', async () => {
  const untouched = await createWorld({ packageRoot });
  const other = await untouched.open();
  expect(await other.list()).toEqual([]);
  expect(await other.get('some-id-of-a-box')).toBeNull();
  expect(await untouched.serverPid()).toBeUndefined();
  expect(await readdir(untouched.root)).toEqual([]);
  expect(await untouched.end()).toEqual([]);
});

describe('a box', () => {
  test('is launched, listed, found by its id, and gone after it was terminated', async () => {
    const answer = await provider.launch({
      name: 'dev',
      lease: 'dbx_000000000000',
      marks: { 'devbox-lease': 'dbx_000000000000' },
      tags: { team: 'a' },
      env: {},
      settings: {},
    });
    expect(answer).toMatchObject({ outcome: 'launched', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const [box, ...others] = await provider.list();
    expect(others).toEqual([]);
    expect(box).toMatchObject({ name: 'dev', provider: 'local', status: 'running', phase: 'ready' });
    expect(box?.reach).toEqual({ kind: 'server' });
    const extra = new Map(box?.extra.map(({ label, value }) => [label, value]));
    expect(extra.get('Home')).toBe(join(world.paths.data, 'homes', 'dev'));
    expect(extra.get('Workspace')).toBe(join(world.paths.data, 'homes', 'dev', 'workspace'));
    expect(box?.isolation).toMatch(/^(none|bubblewrap): /);
    expect(box?.tags).toMatchObject({ team: 'a' });
    if (!box) return;
    expect(await provider.get(box.id)).toMatchObject({ id: box.id, name: 'dev' });
    expect(await provider.terminate(box, { purge: false })).toMatchObject({ id: box.id, phase: 'ended' });
    expect(await provider.list()).toEqual([]);
    expect(await provider.get(box.id)).toBeNull();
  });

  test('may be terminated again', async () => {
    const box = await world.up(provider, 'twice');
    await provider.terminate(box, { purge: false });
    expect(await provider.terminate(box, { purge: false })).toMatchObject({ phase: 'ended' });
  });

  test('has an environment of its own, with nothing of the caller’s', async () => {
    const box = await world.up(provider, 'clean', { FOO: 'bar', PATH: '/bin:/mine', DEVBOX_ID: 'not-this' });
    const { stdout } = await exec(provider, box, ['env']);
    const variables = new Map(
      stdout
        .toString()
        .trim()
        .split('\n')
        .map((line): [string, string] => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]),
    );
    expect([...variables.keys()].sort()).toEqual(
      'CUDA_VISIBLE_DEVICES DEVBOX_ID DEVBOX_NAME DEVBOX_WORKSPACE FOO HOME LANG LOGNAME NVIDIA_VISIBLE_DEVICES PATH SHELL TERM USER'.split(
        ' ',
      ),
    );
    expect(variables.get('DEVBOX_ID')).toBe(box.id);
    expect(variables.get('DEVBOX_NAME')).toBe('clean');
    expect(variables.get('PATH')).toBe('/bin:/mine');
    expect(variables.get('HOME')).toBe(join(world.paths.data, 'homes', 'clean'));
    const pid = await world.serverPid();
    expect(await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).not.toContain('hush');
  });

  test('takes everything along that was started in it, wherever it went', async () => {
    const box = await world.up(provider, 'family');
    const script = 'sleep 1000 & setsid sleep 1001 & (trap "" TERM HUP; sleep 1002) & echo started';
    expect((await exec(provider, box, ['sh', '-c', script])).stdout.toString()).toBe('started\n');
    if (process.platform === 'linux') expect(await processesOf(box.id)).not.toHaveLength(1);
    await provider.terminate(box, { purge: false });
    expect(await processesOf(box.id)).toEqual([]);
  });
});

describe('a home', () => {
  test('survives its box and is there for the next one of that name', async () => {
    const first = await world.up(provider, 'keeper');
    await exec(provider, first, ['sh', '-c', 'echo hi > ~/f']);
    await provider.terminate(first, { purge: false });
    const second = await world.up(provider, 'keeper');
    expect((await exec(provider, second, ['cat', 'f'])).stdout.toString()).toBe('hi\n');
  });

  test('is deleted by purge, with what is write-protected in it and without what it links to', async () => {
    const outside = join(world.root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'precious'), 'x');
    const box = await world.up(provider, 'doomed');
    const home = join(world.paths.data, 'homes', 'doomed');
    await symlink(outside, join(home, 'link'));
    await exec(provider, box, ['sh', '-c', 'mkdir -p a/b; touch a/b/c; chmod 500 a/b a']);
    await provider.terminate(box, { purge: true });
    await expect(stat(home)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(outside)).toEqual(['precious']);
  });

  test('that is a link somewhere else is refused', async () => {
    const homes = join(world.paths.data, 'homes');
    await mkdir(join(world.root, 'elsewhere'));
    await mkdir(homes, { recursive: true });
    await symlink(join(world.root, 'elsewhere'), join(homes, 'linked'));
    const answer = await provider.launch({
      name: 'linked',
      lease: 'dbx_000000000000',
      marks: { 'devbox-lease': 'dbx_000000000000' },
      tags: {},
      env: {},
      settings: {},
    });
    expect(answer).toMatchObject({ outcome: 'refused', retry: 'no' });
    expect(await provider.list()).toEqual([]);
    expect(await readdir(join(world.root, 'elsewhere'))).toEqual([]);
  });
});

describe('names', () => {
  const unsafe = ['..', '.', '.hidden', '-flag', 'a/b', '../../etc', 'a\0b', 'a b', '', 'é', 'x'.repeat(65)];
  test.each(unsafe)('%j is refused and touches nothing', async (name) => {
    const before = await readdir(dirname(world.paths.data));
    const answer = await provider.launch({
      name,
      lease: 'dbx_000000000000',
      marks: { 'devbox-lease': 'dbx_000000000000' },
      tags: {},
      env: {},
      settings: {},
    });
    expect(answer).toMatchObject({ outcome: 'refused', retry: 'no' });
    expect(await readdir(dirname(world.paths.data))).toEqual(before);
  });

  test.each(['_u', 'a.', 'x'.repeat(64)])('%j is good', async (name) => {
    const box = await world.up(provider, name);
    expect((await exec(provider, box, ['sh', '-c', 'cd; pwd'])).code).toBe(0);
    await provider.terminate(box, { purge: true });
  });

  test('of a living box cannot be had again, in any spelling of case or with dots at the end', async () => {
    await world.up(provider, 'mine');
    for (const name of ['mine', 'MINE', 'mine.']) {
      const answer = await provider.launch({
        name,
        lease: 'dbx_000000000000',
        marks: { 'devbox-lease': 'dbx_000000000000' },
        tags: {},
        env: {},
        settings: {},
      });
      expect(answer).toMatchObject({ outcome: 'refused', retry: 'no', error: { code: 'gpulab/name-taken' } });
    }
  });

  test('asked for by many at once go to exactly one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        provider.launch({
          name: 'prize',
          lease: 'dbx_000000000000',
          marks: { 'devbox-lease': 'dbx_000000000000' },
          tags: {},
          env: {},
          settings: {},
        }),
      ),
    );
    expect(answers.filter(({ outcome }) => outcome === 'launched')).toHaveLength(1);
    expect(await provider.list()).toHaveLength(1);
  });
});

test('a box whose process is killed from outside runs again', async () => {
  const box = await world.up(provider, 'phoenix');
  const record = join(world.places.boxes, box.id, 'box.json');
  const mainPid = async (): Promise<number> => JSON.parse(await readFile(record, 'utf8')).main?.pid;
  const first = await mainPid();
  process.kill(first, 'SIGKILL');
  await until('the process is another', async () => {
    const again = await provider.get(box.id);
    return again?.status === 'running' && (await mainPid()) !== first;
  });
  expect((await exec(provider, box, ['true'])).code).toBe(0);
});
