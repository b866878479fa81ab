import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { withLock } from '../../../src/leases/files/lock.ts';

const world = { clock: systemClock, random: Math.random, host: 'here' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('between processes', () => {
  let program: string;
  beforeAll(async () => {
    const source = `
      import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
      import { systemClock } from './src/base/clock.ts';
      import { withLock } from './src/leases/files/lock.ts';
      const [folder, what, times] = process.argv.slice(2);
      const world = { clock: systemClock, random: Math.random, host: 'here' };
      for (let i = 0; i < Number(times); i++) {
        await withLock(folder, 'x', world, async () => {
          if (what === 'hang') {
            process.stdout.write('in');
            await systemClock.sleep(60_000);
          }
          const count = Number(readFileSync(what, 'utf8'));
          await systemClock.sleep(Math.random() * 3);
          writeFileSync(what, String(count + 1));
        });
      }`;
    program = join(await mkdtemp(join(tmpdir(), 'lock-program-')), 'program.mjs');
    await build({
      stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['write-file-atomic'],
    });
  });

  afterAll(() => rm(dirname(program), { recursive: true, force: true }));

  function start(what: string, times: number): ChildProcess {
    return spawn(process.execPath, [program, join(folder, 'locks'), what, String(times)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] },
    });
  }

  test('many that find the lock of a dead one get it one after the other', async () => {
    const counter = join(folder, 'counter');
    await writeFile(counter, '0');
    for (let round = 1; round <= 3; round++) {
      const dead = start('hang', 1);
      await once(dead.stdout ?? dead, 'data');
      const crowd = Array.from({ length: 6 }, () => start(counter, 10));
      dead.kill('SIGKILL');
      const codes = await Promise.all(crowd.map(async (child) => (await once(child, 'close'))[0]));
      expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
      expect(await readFile(counter, 'utf8')).toBe(String(round * 60));
    }
    expect(await readdir(join(folder, 'locks'))).toHaveLength(1);
  });
});

describe('a holder that cannot be asked after', () => {
  /** A clock on which waiting takes no time, with a look at what happens meanwhile. */
  function quickClock(atEachSleep: (seconds: number) => Promise<void>): Clock {
    let now = 0;
    return {
      now: () => now,
      monotonic: () => now,
      async sleep(milliseconds) {
        now += milliseconds;
        await atEachSleep(now / 1000);
      },
    };
  }
  const elsewhere = `${JSON.stringify({ place: 'there', pid: process.pid, began: '1' })}\n`;

  test.each([
    ['on another machine', elsewhere],
    ['whose file is empty', ''],
    ['whose file is no JSON', '{"place":'],
    ['whose file is something else', 'null'],
  ])('%s is waited for, and taken for dead after 15 seconds without a sign', async (_, content) => {
    await writeFile(join(folder, 'x.4'), content);
    let waited = 0;
    const clock = quickClock(async (seconds) => {
      waited = seconds;
    });
    expect(await withLock(folder, 'x', { ...world, clock }, async () => waited)).toBeGreaterThan(15);
    expect(await readdir(folder)).toEqual(['x.5']);
  });

  test('is alive as long as its file changes', async () => {
    const stop = new AbortController();
    let writes = 0;
    const clock = quickClock(async (seconds) => {
      if (seconds > writes * 10) await writeFile(join(folder, 'x.1'), `${' '.repeat(++writes)}${elsewhere}`);
      if (seconds > 100) stop.abort(new Error('waited long enough'));
    });
    await writeFile(join(folder, 'x.1'), elsewhere);
    const entered = withLock(folder, 'x', { ...world, clock }, async () => 'in', { signal: stop.signal });
    await expect(entered).rejects.toThrow('waited long enough');
  });
});

test('a name is not mistaken for another that begins like it', async () => {
  await withLock(folder, 'x', world, () => withLock(folder, 'x-y', world, async () => undefined));
  expect((await readdir(folder)).sort()).toEqual(['x-y.1', 'x.1']);
});
