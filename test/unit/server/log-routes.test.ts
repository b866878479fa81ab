import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import type { BoxStatus, EngineBox, LogPage, LogQuery } from '../../../src/server/engine/engine.ts';
import { logRoutes } from '../../../src/server/routes/logs.ts';

const now = Date.UTC(2026, 2, 1, 12) + 999;
const box: EngineBox = {
  id: 'abcdef123456',
  spec: {
    name: 'dev',
    env: {},
    command: null,
    tags: {},
    image: null,
    template: null,
    ports: [],
    memoryGb: null,
    gpus: [],
    mounts: [],
  },
  status: 'running',
  failure: null,
  createdAt: 0,
  updatedAt: 0,
  startedAt: 0,
  endedAt: null,
  home: null,
  workspace: null,
  isolation: '',
  published: [],
};
const page: LogPage = {
  entries: [
    { time: '2026-03-01T11:59:59.100Z', stream: 'stdout', text: 'one' },
    { time: '2026-03-01T11:59:59.200Z', stream: 'stderr', text: 'two' },
  ],
  cursor: '7',
  truncated: false,
};

const queries: LogQuery[] = [];
let status: BoxStatus;
let failure: string | null;
const app = fastify();
logRoutes(app, {
  engine: {
    get: async () => ({ ...box, status, failure }),
    logs: async (_id, query) => {
      queries.push(query);
      return page;
    },
    deployLog: async () => 'made\n',
  },
  now: () => now,
});
beforeEach(() => {
  queries.length = 0;
  status = 'running';
  failure = null;
});
afterAll(() => app.close());

const get = async (query = ''): Promise<unknown> =>
  (await app.inject(`/v1/containers/abcdef123456/logs${query}`)).json();

describe('the logs of a container', () => {
  test('are for clients of GPULab exactly a text and whole seconds', async () => {
    const timestamp = Math.floor(now / 1000);
    expect(await get()).toEqual({ logs: 'one\ntwo\n', timestamp });
    expect(await get('?timestamps=true&tail=2')).toEqual({
      logs: '2026-03-01T11:59:59.100Z one\n2026-03-01T11:59:59.200Z two\n',
      timestamp,
    });
    expect(await get('/deploy')).toEqual({ logs: 'made\n' });
  });

  test('of its making end with why it failed, once', async () => {
    failure = 'it ended with status 3';
    expect(await get('/deploy')).toEqual({ logs: 'made\n1970-01-01T00:00:00.000Z it ended with status 3\n' });
    failure = 'made';
    expect(await get('/deploy')).toEqual({ logs: 'made\n' });
  });

  const all: LogQuery = { tail: null, since: null, after: null, stream: null };
  test.each<[string, Partial<LogQuery>]>([
    ['', {}],
    ['?tail=0', {}],
    ['?tail=all', {}],
    ['?tail=5&stream=stderr', { tail: 5, stream: 'stderr' }],
    ['?since=1772359200', { since: Date.UTC(2026, 2, 1, 10) }],
    ['?since=2026-03-01T11:00:00%2B01:00', { since: Date.UTC(2026, 2, 1, 10) }],
    ['?since=10m', { since: now - 600_000 }],
    ['?since=1h&after=7&tail=1', { since: now - 3_600_000, after: '7', tail: 1 }],
  ])('with %j are those of %j', async (query, wanted) => {
    await get(query);
    expect(queries).toEqual([{ ...all, ...wanted }]);
  });

  test.each<[BoxStatus, boolean]>([
    ['pulling', false],
    ['creating', false],
    ['running', false],
    ['stopped', true],
    ['failed', true],
    ['deleting', true],
  ])('of one that is %s end: %s', async (given, ended) => {
    status = given;
    expect(await get('?entries=true')).toEqual({
      logs: '',
      timestamp: Math.floor(now / 1000),
      entries: page.entries,
      cursor: '7',
      truncated: false,
      ended,
    });
  });
});
