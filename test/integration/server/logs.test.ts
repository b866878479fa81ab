import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import type { Box, Provider } from '../../../src/providers/provider.ts';
import { readHolder } from '../../../src/server/lock.ts';
import { bundleServer } from './bundle.ts';
import { wireOf } from './wire-of.ts';
import { createWorld, exec, processesOf, until, type World } from './world.ts';

let world: World;
let provider: Provider;

beforeAll(async () => {
  world = await createWorld({ packageRoot: await bundleServer('logs') });
  provider = await world.open();
});
afterEach(async () => {
  for (const box of await provider.list()) await provider.terminate(box, { purge: true });
});
afterAll(async () => expect(await world.end()).toEqual([]));

const { call, ok } = wireOf(() => world);

const up = (name: string, startup_command: string): Promise<Box> =>
  world.up(provider, name, {}, { startup_command });

const entriesSchema = z.object({
  entries: z.array(z.object({ time: z.string(), stream: z.enum(['stdout', 'stderr']), text: z.string() })),
  cursor: z.string(),
});
type LogPage = z.infer<typeof entriesSchema>;
type LogEntry = LogPage['entries'][number];

/** The newest lines, or those behind a cursor; starts the server again where it was killed. */
async function logs(box: Box, query: Record<string, string> = {}): Promise<LogPage> {
  const path = `/v1/containers/${box.id}/logs?${new URLSearchParams({ entries: 'true', ...query })}`;
  for (let tries = 0; ; tries++) {
    const answer = await call('GET', path).catch((error: unknown) => {
      if (tries === 5) throw error;
    });
    if (answer) return ok(entriesSchema, Promise.resolve(answer));
    // Starts the server, or waits until the dead one is gone.
    await provider.list().catch(() => undefined);
  }
}

const texts = async (box: Box): Promise<string[]> => (await logs(box)).entries.map(({ text }) => text);

const statusOf = async (box: Box): Promise<string | undefined> => (await provider.get(box.id))?.status;

async function kill(pid: number | undefined, isGone: () => Promise<boolean>): Promise<void> {
  if (pid === undefined) throw new Error('it does not run');
  process.kill(pid, 'SIGKILL');
  await until('it is dead', isGone);
}

const killServer = async (): Promise<void> =>
  kill(await world.serverPid(), async () => (await world.serverPid()) === undefined);

const keeperPid = async (): Promise<number | undefined> =>
  (await readHolder(join(world.places.state, 'keeper.lock')))?.pid;

/** Writes numbered lines to both streams until a file is there, and says at the end how many there were. */
const counting = [
  'n=0',
  'while [ ! -e stop ]; do n=$((n+1)); echo "out $n"; echo "err $n" >&2; [ $((n % 10)) -gt 0 ] || sleep 0.02; done',
  'echo "$n" > count',
].join('; ');

function numbersOf(entries: readonly LogEntry[], stream: 'stdout' | 'stderr'): number[] {
  return entries
    .filter((entry) => entry.stream === stream)
    .map(({ text }) => Number(text.replace(/^(out|err) /, '')));
}

/** All lines of a box that counts, followed page by page while `meanwhile` happens. */
async function followed(box: Box, meanwhile: () => Promise<void>): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  let query: Record<string, string> = {};
  let isOver = false;
  const done = meanwhile().then(() => {
    isOver = true;
  });
  for (;;) {
    // Looked at first: what comes after it is in the page then.
    const wasOver = isOver && (await statusOf(box)) === 'stopped';
    const page: LogPage = await logs(box, query);
    entries.push(...page.entries);
    query = { after: page.cursor };
    if (wasOver && page.entries.length === 0) break;
  }
  await done;
  return entries;
}

async function expectAll(box: Box, entries: readonly LogEntry[]): Promise<void> {
  const home = join(world.places.homes, box.name ?? '');
  const count = Number(await readFile(join(home, 'count'), 'utf8'));
  expect(count).toBeGreaterThan(40);
  const expected = Array.from({ length: count }, (_, index) => index + 1);
  expect(numbersOf(entries, 'stdout')).toEqual(expected);
  expect(numbersOf(entries, 'stderr')).toEqual(expected);
  const times = entries.map(({ time }) => Date.parse(time));
  expect(times).toEqual([...times].sort((a, b) => a - b));
}

const lines = async (box: Box): Promise<number> => (await logs(box, { tail: '1' })).entries.length;
const enough = async (box: Box): Promise<void> => {
  const { cursor } = await logs(box);
  await until('more is written', async () => (await logs(box, { after: cursor })).entries.length > 100);
};
const stopCounting = async (box: Box): Promise<void> => {
  await exec(provider, box, ['touch', 'stop']);
  await until('it has ended', async () => (await statusOf(box)) === 'stopped');
};

describe('the log of a command', () => {
  test('keeps the streams apart, and is all there when the command has ended', async () => {
    const before = Date.now();
    const box = await up('short', 'echo one; echo two >&2; printf "no line break"');
    await until('it has ended', async () => (await statusOf(box)) === 'stopped');
    const { entries } = await logs(box);
    expect(entries.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)).toEqual([
      'one',
      'no line break',
    ]);
    expect(entries.filter(({ stream }) => stream === 'stderr').map(({ text }) => text)).toEqual(['two']);
    for (const { time } of entries) {
      expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(time)).toBeLessThanOrEqual(Date.now());
    }
  });

  test('shows a line when it is complete', async () => {
    const box = await up(
      'slow',
      'printf "half "; until [ -e go ]; do sleep 0.02; done; echo whole; exec sleep 1000',
    );
    await until('it runs', async () => (await statusOf(box)) === 'running');
    expect(await texts(box)).toEqual([]);
    await exec(provider, box, ['touch', 'go']);
    await until('the line is there', async () => (await lines(box)) > 0);
    expect((await texts(box))[0]).toBe('half whole');
  });

  test('can be written to by name, too', async () => {
    const box = await up('named', 'echo out > /dev/stdout; echo err > /dev/stderr');
    await until('it has ended', async () => (await statusOf(box)) === 'stopped');
    expect((await texts(box)).sort()).toEqual(['err', 'out']);
  });

  test('goes on through a restart', async () => {
    const box = await up('again', 'echo begun; exec sleep 1000');
    await until('it has written', async () => (await lines(box)) > 0);
    await provider.restart?.restart(box);
    await until('it has written again', async () => (await texts(box)).length === 2);
    await provider.power?.stop(box);
    expect(await texts(box)).toEqual(['begun', 'begun']);
  });

  test('is followed without loss or repetition while it is written', async () => {
    const box = await up('follow', counting);
    await expectAll(
      box,
      await followed(box, async () => {
        await enough(box);
        await stopCounting(box);
      }),
    );
  });

  test('loses and repeats nothing where the server is killed, and what the box says meanwhile is there', async () => {
    const box = await up('outlives', counting);
    const entries = await followed(box, async () => {
      for (let kills = 0; kills < 2; kills++) {
        await enough(box);
        await killServer();
      }
      await enough(box);
      await stopCounting(box);
    });
    await expectAll(box, entries);
    expect((await logs(box)).entries).toEqual(entries);
  });

  test('loses no line where the keeper is killed while the box is quiet, and later lines come', async () => {
    const box = await up('quiet', 'echo one; until [ -e go ]; do sleep 0.02; done; echo two');
    await until('it has written', async () => (await lines(box)) > 0);
    const first = await keeperPid();
    await kill(first, async () =>
      (await processesOf('keeper.mjs')).every((line) => !line.startsWith(`${first}:`)),
    );
    await exec(provider, box, ['touch', 'go']);
    await until('it has ended', async () => (await statusOf(box)) === 'stopped');
    expect(await texts(box)).toEqual(['one', 'two']);
    expect(await keeperPid()).not.toBe(first);
  });

  test('and how it ended are known where the server was away then', async () => {
    const box = await up('alone', 'echo here; until [ -e go ]; do sleep 0.02; done; echo there; exit 3');
    await until('it has written', async () => (await lines(box)) > 0);
    const other = await up('fine', 'sleep 0.3');
    await killServer();
    const home = join(world.places.homes, 'alone');
    await writeFile(join(home, 'go'), '');
    if (process.platform !== 'linux') return console.warn('skipped: processes are looked up in /proc');
    await until('both have ended', async () => {
      const left = await Promise.all([box, other].map(({ id }) => processesOf(`DEVBOX_ID=${id}`)));
      return left.flat().every((line) => line.includes('keeper.mjs'));
    });
    expect(await statusOf(box)).toBe('failed');
    expect(await statusOf(other)).toBe('stopped');
    expect(await texts(box)).toEqual(['here', 'there']);
    expect(await provider.server?.access(box).deployLog()).toMatch(/ it ended with status 3\n$/);
  });
});

test('an idle box needs no keeper, and a keeper goes when it has nothing to keep', async () => {
  const busy = await up('busy', 'exec sleep 1000');
  expect(await keeperPid()).toBeDefined();
  await provider.terminate(busy, { purge: true });
  await until('the keeper has gone', async () => (await keeperPid()) === undefined);
  const idle = await world.up(provider, 'idle');
  expect(await keeperPid()).toBeUndefined();
  expect(await texts(idle)).toEqual([]);
  expect(await readdir(join(world.places.boxes, idle.id))).not.toContain('logs');
  expect(await provider.server?.access(idle).deployLog()).toMatch(/^\S+Z started as process \d+, .+\n$/);
});

test('where the directory of a box is gone its keeper does not bring it back', async () => {
  const box = await up('gone', 'while :; do echo line; sleep 0.01; done');
  await until('it has written', async () => (await lines(box)) > 0);
  await rm(join(world.places.boxes, box.id, 'logs'), { recursive: true });
  await provider.terminate(box, { purge: true });
  expect(await readdir(world.places.boxes)).not.toContain(box.id);
});
