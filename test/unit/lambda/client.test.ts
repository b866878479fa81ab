import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import nock from 'nock';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeKey } from '../../support/fake-lambda/index.ts';
import { errorOf, launchRequest, open } from './open.ts';

const host = 'https://cloud.lambda.ai';

beforeEach(() => nock.disableNetConnect());

afterEach(() => {
  const unused = nock.pendingMocks();
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(unused).toEqual([]);
});

describe('a request', () => {
  test.each(['https://cloud.lambda.ai/api/v1', 'https://cloud.lambda.ai/api/v1/'])(
    'to %s carries the key in its Authorization header alone, and a user agent',
    async (base_url) => {
      let headers: Record<string, unknown> = {};
      nock(host)
        .get('/api/v1/instances')
        .reply(200, function () {
          headers = this.req.headers;
          return { data: [] };
        });
      const { provider } = await open({ base_url });
      expect(await provider.list()).toEqual([]);
      expect([headers['authorization']].flat()).toEqual([`Bearer ${fakeKey}`]);
      expect([headers['user-agent']].flat()).toEqual(['devbox/0.0.0-test']);
      const others = Object.entries(headers).filter(([name]) => name !== 'authorization');
      expect(JSON.stringify(others)).not.toContain(fakeKey);
    },
  );

  test.each([301, 302, 303, 307, 308])(
    'that is redirected with %d goes no further, so the key does not',
    async (status) => {
      const elsewhere = nock('https://evil.example').get('/').reply(200, { data: [] });
      nock(host).get('/api/v1/instances').reply(status, '', { location: 'https://evil.example/' });
      const { provider } = await open({});
      const error = await errorOf(provider.list());
      expect(error).toMatchObject({ kind: 'failed', code: `lambda/http-${status}` });
      expect(elsewhere.isDone()).toBe(false);
      nock.cleanAll();
    },
  );

  test('is given up after the timeout of the settings, not after a fixed one', async () => {
    nock(host).get('/api/v1/instances').delay(2000).reply(200, { data: [] });
    const { provider } = await open({ timeout: 0.05 });
    expect(await errorOf(provider.list())).toMatchObject({
      kind: 'timed-out',
      code: 'lambda/timeout',
      message: 'No answer from cloud.lambda.ai within 0.1s.',
    });
  });

  test('to plain http elsewhere is never made', async () => {
    const opening = open({ base_url: 'http://cloud.lambda.ai/api/v1' });
    expect(await errorOf(opening)).toMatchObject({ kind: 'usage', code: 'lambda/base-url' });
  });

  test.each([null, '', '   '])('without a key (%j) is never made', async (api_key) => {
    expect(await errorOf(open({ api_key }))).toMatchObject({
      kind: 'unauthorised',
      code: 'lambda/no-api-key',
      hint: expect.stringContaining('export LAMBDA_API_KEY='),
    });
  });

  test('with a key that no header can carry is never made, and the key is not shown', async () => {
    const error = await errorOf(open({ api_key: 'abc def\nghi' }));
    expect(error).toMatchObject({ kind: 'unauthorised', code: 'lambda/malformed-api-key' });
    expect(JSON.stringify([error.message, error.details, error.hint])).not.toContain('ghi');
  });

  test('blanks around the key do no harm', async () => {
    nock(host, { reqheaders: { authorization: `Bearer ${fakeKey}` } })
      .get('/api/v1/instances')
      .reply(200, { data: [] });
    const { provider } = await open({ api_key: ` ${fakeKey}\n` });
    expect(await provider.list()).toEqual([]);
  });
});

describe('a read', () => {
  test.each([
    { name: 'status 500', status: 500 },
    { name: 'status 503', status: 503 },
    { name: 'status 429', status: 429 },
  ])('is repeated after $name', async ({ status }) => {
    nock(host).get('/api/v1/ssh-keys').times(2).reply(status, '');
    nock(host).get('/api/v1/ssh-keys').reply(200, { data: [] });
    const { provider } = await open({});
    expect(await provider.sshKeys?.list()).toEqual([]);
  });

  test('is repeated after a broken connection', async () => {
    nock(host)
      .get('/api/v1/ssh-keys')
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    nock(host).get('/api/v1/ssh-keys').reply(200, { data: [] });
    const { provider } = await open({});
    expect(await provider.sshKeys?.list()).toEqual([]);
  });

  test('gives up after three tries', async () => {
    nock(host).get('/api/v1/ssh-keys').times(3).reply(503, '');
    const { provider } = await open({});
    const list = provider.sshKeys?.list() ?? Promise.resolve();
    expect(await errorOf(list)).toMatchObject({ code: 'lambda/http-503' });
  });

  test.each([400, 401, 403, 404])('is not repeated after status %d', async (status) => {
    nock(host).get('/api/v1/ssh-keys').reply(status, '');
    const { provider } = await open({});
    const list = provider.sshKeys?.list() ?? Promise.resolve();
    expect(await errorOf(list)).toMatchObject({ code: `lambda/http-${status}` });
  });

  test('keeps the pace of the published limits, repetitions included', async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    const record = (status: number) => () => {
      at.push(clock.monotonic() - 1_000_000);
      return [status, { data: [] }] as const;
    };
    nock(host).get('/api/v1/instances').twice().reply(record(500));
    nock(host).get('/api/v1/instances').reply(record(200));
    nock(host).get('/api/v1/ssh-keys').reply(record(200));
    const { provider } = await open({ request_interval: 1 }, { clock });
    await clock.run(provider.list());
    await clock.run(provider.sshKeys?.list() ?? Promise.resolve([]));
    expect(at).toEqual([0, 1000, 3000, 4000]);
  });
});

describe('a change', () => {
  const path = '/api/v1/instance-operations/launch';

  test('is never repeated', async () => {
    nock(host).post(path).reply(500, '');
    const { provider } = await open({});
    expect(await provider.launch(launchRequest())).toMatchObject({ outcome: 'lost' });
  });

  test.each([
    { name: 'connection refused', code: 'ECONNREFUSED', outcome: 'refused' },
    { name: 'name not resolved', code: 'ENOTFOUND', outcome: 'refused' },
    { name: 'no trust in the certificate', code: 'SELF_SIGNED_CERT_IN_CHAIN', outcome: 'refused' },
    { name: 'connection reset', code: 'ECONNRESET', outcome: 'lost' },
    { name: 'broken pipe', code: 'EPIPE', outcome: 'lost' },
  ])('after "$name" the launch counts as $outcome', async ({ code, outcome }) => {
    nock(host)
      .post(path)
      .replyWithError(Object.assign(new Error(code), { code }));
    const { provider } = await open({});
    expect(await provider.launch(launchRequest())).toMatchObject({ outcome });
  });

  test('two launches are an interval apart, and the user is told of the wait', async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    nock(host)
      .post(path)
      .twice()
      .reply(() => {
        at.push(clock.monotonic() - 1_000_000);
        return [200, { data: { instance_ids: ['abc'] } }];
      });
    const { provider, events } = await open({ request_interval: 1, launch_interval: 12 }, { clock });
    await clock.run(provider.launch(launchRequest()));
    await clock.run(provider.launch(launchRequest()));
    expect(at).toEqual([0, 12_000]);
    expect(events).toEqual([
      {
        type: 'notice',
        level: 'info',
        message: 'Lambda Cloud takes one launch in 12.0s: the next goes out in 12.0s.',
      },
    ]);
  });
});
