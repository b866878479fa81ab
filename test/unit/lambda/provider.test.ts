import { afterEach, describe, expect, test } from '@jest/globals';
import { acquire } from '../../../src/acquire/launch.ts';
import { waitUntilReady } from '../../../src/acquire/wait.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { interrupted } from '../../../src/base/errors.ts';
import {
  type FakeLambda,
  type FakeLambdaOptions,
  type FaultKind,
  startFakeLambda,
} from '../../support/fake-lambda/index.ts';
import { errorOf, launchRequest, type Opened, open, type World } from './open.ts';

let fake: FakeLambda | undefined;

afterEach(async () => {
  const running = fake;
  fake = undefined;
  await running?.stop();
});

async function start(
  options: FakeLambdaOptions = {},
  api: Parameters<typeof open>[0] = {},
  world: World = {},
): Promise<Opened & { readonly server: FakeLambda }> {
  const server = await startFakeLambda(options);
  fake = server;
  return { ...(await open({ base_url: server.baseUrl, ...api }, world)), server };
}

/** Waits until the server has the first launch in hand. */
async function received(server: FakeLambda): Promise<void> {
  while (server.sent(launchKind).length === 0) await systemClock.sleep(2);
}

const launchKind = 'POST /instance-operations/launch';
const devbox = { name: 'gh200-devbox' };

describe('a whole life', () => {
  test('capacity retries, launch, waiting, termination', async () => {
    const { provider, server, events } = await start({ capacityRefusals: 2, hiddenLooks: 1 });
    const signal = new AbortController().signal;
    const emit = (event: (typeof events)[number]): unknown => events.push(event);
    const request = launchRequest({
      filesystem_name: 'devbox',
      image_id: 'e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7',
      cloud_init: { enabled: true, file: null },
    });
    const acquired = await acquire({
      provider,
      request: { ...request, tags: { team: 'ml' } },
      what: 'gpu_1x_gh200 in us-east-3',
      policy: { maxRetries: 5, initialBackoffSeconds: 0.01, maxBackoffSeconds: 1, backoffMultiplier: 1.5 },
      clock: systemClock,
      emit,
      signal,
    });
    if (acquired.outcome !== 'launched') throw acquired.error;
    const box = await waitUntilReady({
      provider,
      mayBeLate: true,
      id: acquired.id,
      name: 'gh200-devbox',
      policy: { timeoutSeconds: 10, pollIntervalSeconds: 0.01, growth: 1.5 },
      clock: systemClock,
      emit,
      signal,
    });
    expect(box).toMatchObject({ name: 'gh200-devbox', phase: 'ready', filesystems: ['devbox'] });
    expect(await provider.terminate(box, { purge: false })).toMatchObject({
      phase: 'ending',
      status: 'terminating',
    });
    expect((await provider.list()).map(({ status }) => status)).toEqual(['terminating']);
    expect((await provider.get(box.id))?.phase).toBe('ended');
    expect(await provider.get(box.id)).toBeNull();
    expect(server.sent(launchKind)).toHaveLength(3);
    expect(events.map(({ type }) => type)).toEqual([
      ...['launching', 'retrying', 'launching', 'retrying', 'launching', 'launched'],
      ...['waiting', 'waiting', 'waiting', 'ready'],
    ]);
  });

  test('every list of the account is read', async () => {
    const { provider } = await start();
    expect(await provider.list()).toEqual([]);
    expect((await provider.catalogue?.types())?.map(({ name }) => name)).toContain('gpu_1x_gh200');
    expect((await provider.catalogue?.images())?.[0]).toMatchObject({
      architecture: 'arm64',
      region: 'us-east-3',
    });
    expect(await provider.filesystems?.list()).toMatchObject([
      { name: 'devbox', mountPoint: '/lambda/nfs/devbox', inUse: false, bytesUsed: 42 * 1024 ** 3 },
      { name: 'scratch', inUse: true, bytesUsed: null, createdBy: 'ada@example.com' },
    ]);
    expect((await provider.sshKeys?.list())?.map(({ name }) => name)).toEqual(['default', 'laptop']);
    expect((await provider.firewall?.rulesets())?.[0]?.rules).toMatchObject([
      { protocol: 'tcp', ports: [22, 22] },
      { protocol: 'tcp', ports: [8000, 8100] },
      { protocol: 'icmp', ports: null },
    ]);
  });

  test('the pace satisfies a server that counts', async () => {
    const { provider } = await start(
      { limits: { requestMs: 40, launchMs: 100 } },
      { request_interval: 0.14, launch_interval: 0.3 },
    );
    for (const _ of [1, 2, 3]) await provider.list();
    for (const _ of [1, 2])
      expect(await provider.launch(launchRequest())).toMatchObject({ outcome: 'launched' });
    await provider.list();
  });
});

describe('a launch', () => {
  const rows: { name: string; fault: FaultKind; outcome: string; retry?: string; made: number }[] = [
    {
      name: 'refused for lack of capacity',
      fault: { kind: 'refuse', code: 'instance-operations/launch/insufficient-capacity' },
      outcome: 'refused',
      retry: 'capacity',
      made: 0,
    },
    {
      name: 'answered 429',
      fault: { kind: 'status', status: 429 },
      outcome: 'refused',
      retry: 'rate-limit',
      made: 0,
    },
    {
      name: 'refused by a provider behind',
      fault: { kind: 'refuse', code: 'provider/internal-unavailable', status: 503 },
      outcome: 'refused',
      retry: 'provider',
      made: 0,
    },
    {
      name: 'refused for the quota',
      fault: { kind: 'refuse', code: 'global/quota-exceeded' },
      outcome: 'refused',
      retry: 'no',
      made: 0,
    },
    {
      name: 'refused with a code nobody knows',
      fault: { kind: 'refuse', code: 'global/novel' },
      outcome: 'refused',
      retry: 'no',
      made: 0,
    },
    { name: 'redirected', fault: { kind: 'status', status: 302 }, outcome: 'refused', retry: 'no', made: 0 },
    {
      name: 'answered with an internal error of the API',
      fault: { kind: 'refuse', code: 'global/internal-error', status: 409 },
      outcome: 'lost',
      made: 0,
    },
    {
      name: 'answered 500 before it happened',
      fault: { kind: 'status', status: 500 },
      outcome: 'lost',
      made: 0,
    },
    {
      name: 'answered 503 after it happened',
      fault: { kind: 'status', status: 503, afterEffect: true },
      outcome: 'lost',
      made: 1,
    },
    { name: 'dropped before it happened', fault: { kind: 'drop-before' }, outcome: 'lost', made: 0 },
    { name: 'dropped after it happened', fault: { kind: 'drop-after' }, outcome: 'lost', made: 1 },
    { name: 'answered too late', fault: { kind: 'slow', milliseconds: 3000 }, outcome: 'lost', made: 1 },
    { name: 'answered in half', fault: { kind: 'truncate' }, outcome: 'lost', made: 1 },
    { name: 'answered with HTML', fault: { kind: 'html' }, outcome: 'lost', made: 1 },
    { name: 'answered with broken JSON', fault: { kind: 'wrong-json' }, outcome: 'lost', made: 1 },
    { name: 'answered in another shape', fault: { kind: 'wrong-shape' }, outcome: 'lost', made: 1 },
    {
      name: 'answered without an instance ID',
      fault: { kind: 'answer', json: { data: { instance_ids: [] } } },
      outcome: 'lost',
      made: 1,
    },
  ];

  test.each(rows)('that is $name is $outcome, and sent once', async ({ fault, outcome, retry, made }) => {
    const { provider, server } = await start({ faults: [{ on: launchKind, fault }] }, { timeout: 1 });
    const answer = await provider.launch(launchRequest());
    expect(answer).toMatchObject(retry === undefined ? { outcome } : { outcome, retry });
    if (answer.outcome === 'lost') expect(answer.error).toMatchObject({ kind: 'outcome-unknown' });
    expect(server.sent(launchKind)).toHaveLength(1);
    expect(server.instances).toHaveLength(made);
  });

  test('to a server that is gone made nothing', async () => {
    const { provider, server } = await start();
    await server.stop();
    expect(await provider.launch(launchRequest())).toMatchObject({
      outcome: 'refused',
      retry: 'no',
      error: { code: 'lambda/refused', message: expect.stringMatching(/^Nothing answers at 127\.0\.0\.1:/) },
    });
  });

  test('with a wrong key is refused for good', async () => {
    const { provider } = await start({}, { api_key: 'another-key-entirely' });
    expect(await provider.launch(launchRequest())).toMatchObject({
      outcome: 'refused',
      retry: 'no',
      error: {
        kind: 'unauthorised',
        code: 'global/invalid-api-key',
        suggestion: 'Make a new key and try again.',
      },
    });
  });

  test('with settings the API would refuse sends nothing', async () => {
    const { provider, server } = await start();
    const error = await errorOf(provider.launch(launchRequest({}, { tags: { My_Team: 'x' } })));
    expect(error.kind).toBe('usage');
    expect(server.requests).toHaveLength(0);
  });

  test('whose answer is on its way at Ctrl-C is still heard', async () => {
    const abort = new AbortController();
    const { provider, server, events } = await start(
      { faults: [{ on: launchKind, fault: { kind: 'slow', milliseconds: 300 } }] },
      {},
      { signal: abort.signal },
    );
    const launch = provider.launch(launchRequest());
    await received(server);
    abort.abort(interrupted('Ctrl-C'));
    expect(events).toMatchObject([{ type: 'notice', message: expect.stringContaining('Ctrl-C again') }]);
    expect(await launch).toMatchObject({ outcome: 'launched' });
    expect(await errorOf(provider.launch(launchRequest()))).toMatchObject({ kind: 'interrupted' });
  });

  test('whose answer does not come after Ctrl-C is lost, not undone', async () => {
    const abort = new AbortController();
    const clock = { ...systemClock, sleep: () => Promise.resolve() };
    const { provider, server } = await start(
      { faults: [{ on: launchKind, fault: { kind: 'slow', milliseconds: 3000 } }] },
      {},
      { signal: abort.signal, clock },
    );
    const launch = provider.launch(launchRequest());
    await received(server);
    abort.abort(interrupted('Ctrl-C'));
    expect(await launch).toMatchObject({ outcome: 'lost', error: { kind: 'interrupted' } });
    expect(server.instances).toHaveLength(1);
  });
});

describe('a look at one box', () => {
  test('finds nothing under an ID that there is not', async () => {
    const { provider } = await start();
    expect(await provider.get('0'.repeat(32))).toBeNull();
  });

  test.each(['', '.', '..', '...'])('makes no other request of the ID %j', async (id) => {
    const { provider, server } = await start();
    expect(await provider.get(id)).toBeNull();
    expect(server.sent('GET /instances')).toHaveLength(0);
  });

  test('a slash in an ID stays in the ID', async () => {
    const { provider, server } = await start();
    expect(await provider.get('../ssh-keys')).toBeNull();
    expect(server.requests[0]?.path).toBe('/instances/..%2Fssh-keys');
  });

  test('a 404 from something in between does not make a box gone', async () => {
    const { provider, server } = await start({
      faults: [
        { on: 'GET /instances/*', fault: { kind: 'status', status: 404, body: '<h1>Not Found</h1>' } },
      ],
    });
    const { id } = server.addInstance(devbox);
    expect(await errorOf(provider.get(id))).toMatchObject({ kind: 'failed' });
  });

  test('a wait survives everything that passes', async () => {
    const kinds: FaultKind[] = [
      { kind: 'status', status: 429 },
      { kind: 'status', status: 503 },
      { kind: 'drop-before' },
      { kind: 'truncate' },
      { kind: 'html' },
      { kind: 'wrong-json' },
      { kind: 'wrong-shape' },
    ];
    const { provider, server } = await start({
      faults: kinds.map((fault) => ({ on: 'GET /instances/*', fault })),
      statuses: ['booting', 'active'],
    });
    const { id } = server.addInstance(devbox);
    const box = await waitUntilReady({
      provider,
      mayBeLate: true,
      id,
      name: 'gh200-devbox',
      policy: { timeoutSeconds: 10, pollIntervalSeconds: 0.01, growth: 1 },
      clock: systemClock,
      emit: () => undefined,
      signal: new AbortController().signal,
    });
    expect(box.phase).toBe('ready');
  });
});

describe('a termination', () => {
  const kind = 'POST /instance-operations/terminate';

  test.each<{ name: string; fault: FaultKind; error: string }>([
    { name: 'lost on the way', fault: { kind: 'drop-after' }, error: 'outcome-unknown' },
    { name: 'answered 500', fault: { kind: 'status', status: 500 }, error: 'outcome-unknown' },
    {
      name: 'answered without the box',
      fault: { kind: 'answer', json: { data: { terminated_instances: [] } } },
      error: 'outcome-unknown',
    },
    {
      name: 'refused',
      fault: { kind: 'refuse', code: 'global/forbidden', status: 403 },
      error: 'unauthorised',
    },
  ])('that is $name ends in $error and is not repeated', async ({ fault, error }) => {
    const { provider, server } = await start({ faults: [{ on: kind, fault }] });
    server.addInstance(devbox, 5);
    const [box] = await provider.list();
    if (box === undefined) throw new Error('no box');
    expect(await errorOf(provider.terminate(box, { purge: false }))).toMatchObject({ kind: error });
    expect(server.sent(kind)).toHaveLength(1);
  });

  test('of a box that is gone says so', async () => {
    const { provider, server } = await start();
    server.addInstance(devbox, 5);
    const [box] = await provider.list();
    if (box === undefined) throw new Error('no box');
    const error = await errorOf(provider.terminate({ ...box, id: '0'.repeat(32) }, { purge: false }));
    expect(error).toMatchObject({ kind: 'not-found' });
  });

  test('goes by ID, so boxes of the same name are safe', async () => {
    const { provider, server } = await start();
    const first = server.addInstance(devbox, 5);
    server.addInstance(devbox, 5);
    const box = await provider.get(first.id);
    if (box === null) throw new Error('no box');
    await provider.terminate(box, { purge: false });
    expect(server.instances.map(({ terminated }) => terminated)).toEqual([true, false]);
  });
});

test('the account is told apart by a fingerprint that reveals nothing', async () => {
  const [one, same, other] = await Promise.all(
    ['key-number-one', 'key-number-one', 'key-number-two'].map((api_key) => open({ api_key })),
  );
  expect(one?.provider.account).toMatch(/^[0-9a-f]{12}$/);
  expect(same?.provider.account).toBe(one?.provider.account);
  expect(other?.provider.account).not.toBe(one?.provider.account);
});
