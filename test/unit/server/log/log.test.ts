import { appendFile, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LogPage, LogQuery } from '../../../../src/server/engine/engine.ts';
import { readLog } from '../../../../src/server/engine/process/log/reader.ts';
import { maxSegments, segmentBytes } from '../../../../src/server/engine/process/log/segments.ts';
import { LogWriter } from '../../../../src/server/engine/process/log/writer.ts';

let box: string;
let now: number;
let writer: LogWriter;

beforeEach(async () => {
  box = await mkdtemp(join(tmpdir(), 'devbox-log-test-'));
  now = Date.parse('2026-01-01T00:00:00Z');
  writer = newWriter();
});
afterEach(async () => {
  writer.close();
  await rm(box, { recursive: true });
});

const newWriter = (): LogWriter => new LogWriter(join(box, 'logs'), () => now);
const out = (...lines: readonly string[]): void =>
  writer.append(
    'stdout',
    lines.map((line) => Buffer.from(line)),
  );
const err = (...lines: readonly string[]): void =>
  writer.append(
    'stderr',
    lines.map((line) => Buffer.from(line)),
  );
const all: LogQuery = { tail: null, since: null, after: null, stream: null };
const read = (query: Partial<LogQuery> = {}): Promise<LogPage> => readLog(box, { ...all, ...query });
const texts = async (query: Partial<LogQuery> = {}): Promise<string[]> =>
  (await read(query)).entries.map(({ text }) => text);

describe('a log', () => {
  test('that was never written is empty, and can be followed from there', async () => {
    const empty = await read();
    expect(empty).toMatchObject({ entries: [], truncated: false });
    out('first');
    expect(await texts({ after: empty.cursor })).toEqual(['first']);
  });

  test('says when and where each line was written', async () => {
    out('one');
    now += 1500;
    err('two', 'with o 1 and \u001b[31mcolour');
    expect((await read()).entries).toEqual([
      { time: '2026-01-01T00:00:00.000Z', stream: 'stdout', text: 'one' },
      { time: '2026-01-01T00:00:01.500Z', stream: 'stderr', text: 'two' },
      { time: '2026-01-01T00:00:01.500Z', stream: 'stderr', text: 'with o 1 and \u001b[31mcolour' },
    ]);
  });

  test('gives what is asked for: of one stream, since a time, the last ones', async () => {
    for (const number of [1, 2, 3, 4]) {
      out(`o${number}`);
      err(`e${number}`);
      now += 1000;
    }
    const third = Date.parse('2026-01-01T00:00:02Z');
    expect(await texts({ stream: 'stderr' })).toEqual(['e1', 'e2', 'e3', 'e4']);
    expect(await texts({ since: third })).toEqual(['o3', 'e3', 'o4', 'e4']);
    expect(await texts({ tail: 3 })).toEqual(['e3', 'o4', 'e4']);
    expect(await texts({ tail: 2, stream: 'stdout', since: third })).toEqual(['o3', 'o4']);
    expect(await texts({ tail: 0 })).toEqual([]);
    expect(await texts({ tail: 99 })).toHaveLength(8);
  });

  test('is not shown in the middle of an entry', async () => {
    out('whole');
    const { cursor } = await read();
    await appendFile(join(box, 'logs', '1'), `${now} o half`);
    expect(await texts()).toEqual(['whole']);
    expect(await read({ after: cursor })).toMatchObject({ entries: [], cursor });
    await appendFile(join(box, 'logs', '1'), ' an entry\n');
    expect(await texts({ after: cursor })).toEqual(['half an entry']);
  });

  test('goes on in a new segment behind an entry that a killed keeper left in the middle', async () => {
    out('whole');
    writer.close();
    await appendFile(join(box, 'logs', '1'), `${now} o half`);
    const { cursor } = await read();
    writer = newWriter();
    out('next');
    expect(await texts()).toEqual(['whole', 'next']);
    expect(await texts({ after: cursor })).toEqual(['next']);
    writer.close();
    writer = newWriter();
    out('more');
    expect((await readdir(join(box, 'logs'))).sort()).toEqual(['1', '2']);
  });

  test('refuses a cursor that is none', async () => {
    await expect(read({ after: '../../etc' })).rejects.toMatchObject({ status: 422, code: 'invalid-cursor' });
  });
});

describe('a long log', () => {
  const line = (number: number): string => `${number} ${'x'.repeat(60_000)}`;

  test('drops its oldest lines, stays within its limit, and is followed without a gap', async () => {
    const count = Math.ceil(((maxSegments + 3) * segmentBytes) / 60_000);
    let cursor = (await read()).cursor;
    const followed: number[] = [];
    for (let number = 0; number < count; number++) {
      out(line(number));
      if (number % 40 !== 0) continue;
      const page = await read({ after: cursor });
      followed.push(...page.entries.map(({ text }) => Number.parseInt(text, 10)));
      cursor = page.cursor;
    }
    const last = await read({ after: cursor });
    followed.push(...last.entries.map(({ text }) => Number.parseInt(text, 10)));
    expect(followed).toEqual(Array.from({ length: count }, (_, index) => index));
    const segments = await readdir(join(box, 'logs'));
    expect(segments).toHaveLength(maxSegments);
    const sizes = await Promise.all(segments.map(async (name) => (await stat(join(box, 'logs', name))).size));
    expect(Math.max(...sizes)).toBeLessThan(segmentBytes + 70_000);
    // Whoever stayed behind goes on with the oldest line that there is.
    const oldest = Number.parseInt((await texts({ after: '1.0' }))[0] ?? '', 10);
    expect(oldest).toBeGreaterThan(0);
    expect(await texts({ tail: 1 })).toEqual([line(count - 1)]);
  });

  test('comes in pages: the newest first, behind a cursor the oldest', async () => {
    const start = (await read()).cursor;
    const count = 400;
    for (let number = 0; number < count; number++) out(line(number));
    const newest = await read();
    expect(newest.truncated).toBe(true);
    expect(newest.entries.at(-1)?.text).toBe(line(count - 1));
    const pages: LogPage[] = [];
    for (let after = start; ; after = pages.at(-1)?.cursor ?? start) {
      const page = await read({ after });
      pages.push(page);
      if (!page.truncated) break;
    }
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flatMap(({ entries }) => entries.map(({ text }) => text))).toEqual(
      Array.from({ length: count }, (_, number) => line(number)),
    );
    expect(await read({ after: start, tail: 2 })).toMatchObject({
      entries: [{ text: line(count - 2) }, { text: line(count - 1) }],
      truncated: false,
      cursor: newest.cursor,
    });
  });
});

test('what could not be written is counted, and said as soon as it can be', async () => {
  await writeFile(join(box, 'logs'), 'a file where a directory should be');
  out('lost 1', 'lost 2');
  err('lost 3');
  await rm(join(box, 'logs'));
  out('there again');
  expect(await texts()).toEqual([
    expect.stringMatching(/^devbox: 3 lines of this log could not be written: .*ENOTDIR/),
    'there again',
  ]);
});

test('the log of an earlier version comes first, with the time of its last line', async () => {
  await writeFile(join(box, 'log'), 'old 1\nold 2\n');
  const time = new Date('2025-06-01T12:00:00Z');
  await utimes(join(box, 'log'), time, time);
  const { cursor } = await read();
  expect(await texts()).toEqual(['old 1', 'old 2']);
  out('new');
  expect((await read()).entries).toEqual([
    { time: time.toISOString(), stream: 'stdout', text: 'old 1' },
    { time: time.toISOString(), stream: 'stdout', text: 'old 2' },
    { time: new Date(now).toISOString(), stream: 'stdout', text: 'new' },
  ]);
  expect(await texts({ after: cursor })).toEqual(['new']);
});
