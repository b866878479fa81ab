import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { bootId, identify, isRunning } from '../../../src/server/identity.ts';
import { readHolder, tryLock } from '../../../src/server/lock.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'devbox-lock-test-'));
  path = join(directory, 'the.lock');
});
afterEach(() => rm(directory, { recursive: true }));

describe('the lock', () => {
  const left = JSON.stringify({ pid: 1, startTime: '1', bootId: 'another', socket: null });

  test.each([
    ['a minute ago', -60],
    ['before the clock was set back', 3600],
  ])('of a dead holder is free, also where its clearing was cut off %s', async (_when, seconds) => {
    await symlink(left, path);
    const guard = `${path}.clearing`;
    await mkdir(guard);
    const when = Date.now() / 1000 + seconds;
    await utimes(guard, when, when);
    await tryLock(path, null);
    expect(await tryLock(path, null)).toBeDefined();
    expect(await readdir(directory)).toEqual(['the.lock']);
  });

  test('waits for a clearing that has only begun', async () => {
    await symlink(left, path);
    await mkdir(`${path}.clearing`);
    expect(await tryLock(path, null)).toBeUndefined();
    expect((await readdir(directory)).sort()).toEqual(['the.lock', 'the.lock.clearing']);
  });

  test('is held by one, and free again when given back', async () => {
    const lock = await tryLock(path, '/run/its.sock');
    expect(await lock?.isHeld()).toBe(true);
    const own = await identify(process.pid);
    expect(await readHolder(path)).toEqual({ ...own, socket: '/run/its.sock' });
    expect(await tryLock(path, null)).toBeUndefined();
    await lock?.giveBack();
    expect(await readdir(directory)).toEqual([]);
    expect(await tryLock(path, null)).toBeDefined();
    expect(await readHolder(path)).toEqual({ ...own, socket: null });
  });

  test('that went with its directory is not held, and another holder’s there is not given back', async () => {
    const lock = await tryLock(path, '/run/one.sock');
    await rm(path);
    expect(await lock?.isHeld()).toBe(false);
    await lock?.giveBack();
    const next = await tryLock(path, '/run/two.sock');
    await lock?.giveBack();
    expect(await next?.isHeld()).toBe(true);
  });

  test('goes to exactly one of many', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => tryLock(path, null)));
    expect(results.filter((lock) => lock !== undefined)).toHaveLength(1);
  });

  const dead: [string, () => Promise<string>][] = [
    [
      'a process that has ended',
      async () => JSON.stringify({ ...(await identify(process.pid)), pid: await endedPid() }),
    ],
    [
      'another process of the same pid',
      async () => JSON.stringify({ ...(await identify(process.pid)), startTime: '0' }),
    ],
    [
      'a process before the machine restarted',
      async () => JSON.stringify({ ...(await identify(process.pid)), bootId: 'x' }),
    ],
    ['nobody who can be made out', async () => 'nonsense'],
  ];
  test.each(dead)('of %s is taken over at once', async (_who, holder) => {
    await symlink(await holder(), path);
    const results = await Promise.all(Array.from({ length: 10 }, () => tryLock(path, null)));
    expect(results.filter((lock) => lock !== undefined).length).toBeLessThanOrEqual(1);
    expect(results.some(Boolean) || (await tryLock(path, null)) !== undefined).toBe(true);
    expect(await readHolder(path)).toMatchObject((await identify(process.pid)) ?? {});
  });

  test('that is an ordinary file is nobody’s and taken over', async () => {
    await writeFile(path, '');
    expect(await tryLock(path, null)).toBeDefined();
  });
});

test('an identity is of one process in one boot', async () => {
  const own = await identify(process.pid);
  expect(own).toMatchObject({ pid: process.pid, bootId: await bootId() });
  if (!own) return;
  expect(await isRunning(own)).toBe(true);
  expect(await isRunning({ ...own, startTime: 'other' })).toBe(false);
  expect(await identify(await endedPid())).toBeUndefined();
});

function endedPid(): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('true');
    child.once('exit', () => resolve(child.pid ?? 0));
  });
}
