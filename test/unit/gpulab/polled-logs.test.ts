import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Connection } from '../../../src/providers/gpulab/connection.ts';
import { readLogs } from '../../../src/providers/gpulab/logs.ts';
import type { ApiRequest } from '../../../src/providers/gpulab/request.ts';
import type { LogQuery } from '../../../src/remote/access.ts';

interface Written {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly text: string;
}

/** A server that answers reads and can do nothing else. */
function published(answer: (request: ApiRequest) => string): Connection {
  const never = () => Promise.reject(new Error("this server has only GPULab's API"));
  return {
    capabilities: undefined,
    openSocket: never,
    transfer: never,
    request: async (request) => ({ status: 200, headers: {}, text: answer(request) }),
  };
}

/** A container on a server with GPULab's API alone, whose clock and log the test moves on. */
class Container {
  readonly log: Written[] = [];
  now = Date.UTC(2026, 2, 1, 10);
  status = 'running';
  readonly asked: string[] = [];

  readonly connection = published(({ path }) => {
    this.asked.push(path);
    return JSON.stringify(this.#answer(path));
  });

  write(text: string): void {
    this.log.push({ time: this.now, text });
  }

  #answer(path: string): unknown {
    if (!path.includes('/logs')) return { uuid: 'abcdef123456', status: this.status };
    const { searchParams } = new URL(path, 'http://server');
    const since = Number(searchParams.get('since') ?? 0) * 1000;
    const lines = this.log
      .filter(({ time }) => time >= since)
      .slice(-Number(searchParams.get('tail') ?? this.log.length) || this.log.length)
      .map(({ time, text }) =>
        searchParams.get('timestamps') === 'true' ? `${new Date(time).toISOString()} ${text}\n` : `${text}\n`,
      );
    return { logs: lines.join(''), timestamp: Math.floor(this.now / 1000) };
  }
}

const all: LogQuery = { tail: null, since: null, after: null, stream: null };

/** Follows a log: gives what is new at each call. */
function follow(container: Container, first: Partial<LogQuery> = {}): () => Promise<string[]> {
  let query: LogQuery = { ...all, ...first };
  return async () => {
    const page = await readLogs(container.connection, 'abcdef123456', query);
    query = { ...all, after: page.cursor };
    return page.entries.map(({ text }) => text);
  };
}

describe('following on a server that knows whole seconds', () => {
  test('shows lines of the same second once', async () => {
    const container = new Container();
    const next = follow(container);
    container.write('a');
    expect(await next()).toEqual(['a']);
    container.write('b');
    expect(await next()).toEqual(['b']);
    expect(await next()).toEqual([]);
    container.now += 2000;
    container.write('c');
    expect(await next()).toEqual(['c']);
  });

  test('shows equal lines of the same time as often as they were written', async () => {
    const container = new Container();
    const next = follow(container);
    container.write('tick');
    container.write('tick');
    expect(await next()).toEqual(['tick', 'tick']);
    container.write('tick');
    expect(await next()).toEqual(['tick']);
    expect(await next()).toEqual([]);
  });

  test('shows nothing that is older than the last lines it began with', async () => {
    const container = new Container();
    for (const text of ['old 1', 'old 2', 'old 3', 'new']) container.write(text);
    const next = follow(container, { tail: 1 });
    expect(await next()).toEqual(['new']);
    container.write('newer');
    expect(await next()).toEqual(['newer']);
  });

  const step = fc.oneof(
    fc.record({ wait: fc.integer({ min: 0, max: 2500 }) }),
    fc.record({ write: fc.constantFrom('a', 'b', 'c') }),
    fc.constant('poll' as const),
  );
  test('loses and repeats nothing, whenever it asks and whenever lines come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.option(fc.integer({ min: 1, max: 4 })),
        async (steps, tail) => {
          const container = new Container();
          const next = follow(container, { tail });
          const seen: string[] = [];
          let before: number | undefined;
          for (const each of [...steps, 'poll' as const]) {
            if (each === 'poll') {
              before ??= container.log.length;
              seen.push(...(await next()));
            } else if ('wait' in each) container.now += each.wait;
            // Behind a first page that was cut, equal lines of one moment cannot be told apart.
            else container.write(tail === null ? each.write : `${each.write}${container.log.length}`);
          }
          const begin = Math.max(0, (before ?? 0) - (tail ?? Number.POSITIVE_INFINITY));
          expect(seen).toEqual(container.log.slice(begin).map(({ text }) => text));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('ends with the container, after its last lines', async () => {
    const container = new Container();
    const first = await readLogs(container.connection, 'abcdef123456', all);
    expect(first.ended).toBe(false);
    container.write('bye');
    container.status = 'stopped';
    const last = await readLogs(container.connection, 'abcdef123456', { ...all, after: first.cursor });
    expect(last).toMatchObject({ ended: true, entries: [{ text: 'bye' }] });
  });
});

describe('what is asked of the server', () => {
  test.each([
    ['2026-03-01T10:00:00.700Z', '1772359200'],
    ['1772359200', '1772359200'],
    ['10m', '10m'],
    ['1h30m', '5400s'],
    ['2d', '172800s'],
  ])('since=%s is sent as %s', async (since, sent) => {
    const container = new Container();
    await readLogs(container.connection, 'abcdef123456', { ...all, since });
    expect(new URL(container.asked[0] ?? '', 'http://server').searchParams.get('since')).toBe(sent);
  });

  test('what the server cannot sort out finely enough is sorted out here', async () => {
    const container = new Container();
    container.write('early');
    container.now += 700;
    container.write('late');
    const since = new Date(container.now).toISOString();
    const { entries } = await readLogs(container.connection, 'abcdef123456', { ...all, since });
    expect(entries).toEqual([{ time: since, stream: null, text: 'late' }]);
  });

  test('stderr alone cannot be had', async () => {
    const { connection } = new Container();
    await expect(readLogs(connection, 'abcdef123456', { ...all, stream: 'stderr' })).rejects.toMatchObject({
      kind: 'usage',
      code: 'logs/no-streams',
    });
  });
});

test('a server that gives no times is shown as it is', async () => {
  const connection = published(() => '{"logs":"one\\n\\u001b[2Jtwo\\r\\n10%\\r20%"}');
  const { entries } = await readLogs(connection, 'abcdef123456', all);
  expect(entries).toEqual(['one', 'two', '20%'].map((text) => ({ time: null, stream: null, text })));
});
