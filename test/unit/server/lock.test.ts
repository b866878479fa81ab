import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
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
  test('is held by one, and free again when given back', async () => {
    const unlock = await tryLock(path);
    expect(unlock).toBeDefined();
    expect(await readHolder(path)).toEqual(await identify(process.pid));
    expect(await tryLock(path)).toBeUndefined();
    await unlock?.();
    expect(await readdir(directory)).toEqual([]);
    expect(await tryLock(path)).toBeDefined();
  });

  test('goes to exactly one of many', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => tryLock(path)));
    expect(results.filter((unlock) => unlock !== undefined)).toHaveLength(1);
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
    const results = await Promise.all(Array.from({ length: 10 }, () => tryLock(path)));
    expect(results.filter((unlock) => unlock !== undefined).length).toBeLessThanOrEqual(1);
    expect(results.some(Boolean) || (await tryLock(path)) !== undefined).toBe(true);
    expect(await readHolder(path)).toEqual(await identify(process.pid));
  });

  test('that is an ordinary file is nobody’s and taken over', async () => {
    await writeFile(path, '');
    expect(await tryLock(path)).toBeDefined();
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
