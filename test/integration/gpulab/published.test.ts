import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DevboxError } from '../../../src/base/errors.ts';
import { openGpulab } from '../../../src/providers/gpulab/open.ts';
import type { Box, Provider } from '../../../src/providers/provider.ts';
import { captureStreams } from '../../support/capture-streams.ts';
import { type FakeGpulab, type FaultKind, startFakeGpulab } from '../../support/fake-gpulab/index.ts';
import { testContext } from '../../support/test-context.ts';
import { makeTree } from '../../support/tree.ts';

/** Waits are not waited for, only written down. */
const waits: number[] = [];
const clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds: number) {
    if (milliseconds > 0) waits.push(milliseconds);
    beforeLook();
  },
};
/** What happens while something is waited for, also for no time at all. */
let beforeLook = (): void => undefined;

let fake: FakeGpulab;
let provider: Provider;
const tree = makeTree({});

const open = (part: { readonly api_key?: string; readonly timeout?: number } = {}): Promise<Provider> =>
  openGpulab(
    {
      provider: 'gpulab',
      base_url: `${fake.baseUrl}/`,
      api_key: fake.apiKey,
      timeout: 10,
      insecure: false,
      ...part,
    },
    testContext(tree.path, { clock }),
    { emit: () => undefined },
  );

beforeEach(async () => {
  waits.length = 0;
  beforeLook = () => undefined;
  fake = await startFakeGpulab();
  provider = await open();
});

afterEach(async () => {
  await fake.stop();
  tree.remove();
});

const request = (name = 'dev', settings: Readonly<Record<string, unknown>> = {}) => ({
  name,
  lease: 'dbx_0123456789ab',
  marks: { 'devbox-lease': 'dbx_0123456789ab' },
  tags: { team: 'a' },
  env: { BATCH: '1' },
  settings,
});

/** A box that runs. */
async function up(name = 'dev'): Promise<Box> {
  const { uuid } = fake.addContainer({ server_name: name });
  await provider.get(uuid);
  const box = await provider.get(uuid);
  if (!box) throw new Error('the container is not there');
  return box;
}

describe('a server with the published API', () => {
  test('deploys with the published keys alone', async () => {
    const settings = {
      gpu_type: 'RTX 4090',
      template: 'pytorch',
      ports: [8080, '9000-9010'],
      volume: 'data',
      mount_path: '/data',
      memory: 16,
      startup_command: 'sleep 1',
    };
    const answer = await provider.launch(request('dev', settings));
    expect(answer).toEqual({ outcome: 'launched', id: fake.containers[0]?.uuid });
    expect(fake.sent('POST /v1/containers')[0]?.body).toEqual({
      server_name: 'dev',
      type: 'GPU',
      gpu_type: 'RTX 4090',
      template_uuid: 'tmpl000000',
      opened_ports: '8080,9000-9010',
      network_volume_uuid: 'vol0000000',
      volume_mount_path: '/data',
      memory: 16,
      command: 'sleep 1',
      image_pull_policy: 'cached',
      environment_variables: { BATCH: '1' },
    });
  });

  test.each([
    ['a template by its id', { template: 'tmpl000003' }, { template_uuid: 'tmpl000003', type: 'CPU' }],
    ['one by the beginning of its name', { template: 'jup' }, { template_uuid: 'tmpl000002', type: 'GPU' }],
    ['one that has no GPU, with one', { template: 'debian', gpu_type: 'H100' }, { type: 'GPU' }],
  ])('is told %s', async (_what, settings, body) => {
    await provider.launch(request('dev', settings));
    expect(fake.sent('POST /v1/containers')[0]?.body).toMatchObject(body);
  });

  test.each([
    ['several templates', { template: 'pyt' }, /PyTorch \(tmpl000000\), PyTorch 2/],
    ['no template', { template: 'pytroch' }, /did you mean PyTorch\?/],
    ['no volume', { volume: 'vol0000009' }, /no volume "vol0000009"/],
  ])('is asked for nothing where a name means %s', async (_what, settings, message) => {
    const answer = await provider.launch(request('dev', settings));
    expect(answer).toMatchObject({ outcome: 'refused', retry: 'no', error: { kind: 'usage' } });
    expect(answer.outcome === 'refused' && answer.error.message).toMatch(message);
    expect(fake.sent('POST /v1/containers')).toHaveLength(0);
  });

  test('cannot run an image that no template has', async () => {
    expect(await provider.launch(request('dev', { image: 'debian:13' }))).toMatchObject({
      outcome: 'refused',
      retry: 'no',
      error: { code: 'gpulab/no-image' },
    });
    expect(fake.containers).toHaveLength(0);
  });

  test('lists boxes, finds one by its id, and knows those that are not there', async () => {
    const { uuid } = fake.addContainer({ server_name: 'dev', gpu_type: 'RTX 4090', opened_ports: '8080' });
    expect(await provider.list()).toMatchObject([
      { id: uuid, name: 'dev', phase: 'pending', type: 'RTX 4090' },
    ]);
    expect(await provider.get(uuid)).toMatchObject({
      status: 'running',
      phase: 'ready',
      reach: { kind: 'server' },
    });
    expect(await provider.get('no-such-container')).toBeNull();
    expect(await provider.get('../account')).toBeNull();
    for (const nothing of ['', '.', '..']) expect(await provider.get(nothing)).toBeNull();
  });

  test('stops, starts, restarts and redeploys', async () => {
    const box = await up();
    expect(await provider.power?.stop(box)).toMatchObject({ phase: 'stopped' });
    expect(await provider.power?.start(box)).toMatchObject({ phase: 'ready' });
    expect(await provider.restart?.restart(box)).toMatchObject({ phase: 'ready' });
    expect(await provider.redeploy?.redeploy(box)).toMatchObject({ status: 'redeploying', phase: 'pending' });
  });

  test('deletes a box, and takes one that is gone for deleted', async () => {
    const box = await up();
    expect(await provider.terminate(box, { purge: false })).toMatchObject({ phase: 'ended' });
    expect(await provider.list()).toEqual([]);
    expect(await provider.terminate(box, { purge: false })).toMatchObject({ phase: 'ended' });
  });

  test('runs commands with both streams and the exit code', async () => {
    const box = await up();
    const { streams, stdout, stderr } = captureStreams();
    const argv = ['sh', '-c', 'echo out; echo err >&2; exit 3'];
    expect(await provider.server?.access(box).exec({ argv, timeoutSeconds: 20 }, streams)).toBe(3);
    expect([stdout(), stderr()]).toEqual(['out\n', 'err\n']);
  });

  test('tells logs, the deploy log and what is used', async () => {
    const box = await up();
    fake.containers[0]?.logs.push({ at: Date.now(), text: 'hello' });
    const access = provider.server?.access(box);
    const page = await access?.logs({ tail: 10, since: null, after: null, stream: null });
    expect(page?.entries.map(({ text }) => text)).toEqual(['hello']);
    expect(await access?.deployLog()).toContain('started');
    expect(await access?.stats()).toMatchObject({ cpuPercent: 12.5, processes: 7 });
  });

  test('says whose account it is', async () => {
    expect(await provider.whoami?.read()).toEqual({
      name: 'Ada',
      email: 'ada@example.com',
      team: 'Engines',
      boxes: 0,
    });
  });
});

describe('a launch whose answer was lost', () => {
  const lost: [string, FaultKind][] = [
    ['the connection was dropped', { kind: 'drop-after' }],
    ['the server failed after it had begun', { kind: 'status', status: 500, afterEffect: true }],
    ['a proxy gave up', { kind: 'status', status: 504, afterEffect: true }],
    ['the answer was cut off', { kind: 'truncate' }],
    ['the answer was a page', { kind: 'html' }],
    ['the answer was of another form', { kind: 'wrong-shape' }],
    ['the answer led elsewhere', { kind: 'status', status: 302, afterEffect: true }],
  ];
  test.each(lost)('is found again by its name: %s', async (_what, fault) => {
    const before = fake.addContainer({ server_name: 'dev' });
    fake.addContainer({ server_name: 'other' });
    fake.fault({ on: 'POST /v1/containers', fault });
    const answer = await provider.launch(request());
    expect(answer).toEqual({ outcome: 'launched', id: fake.containers[2]?.uuid });
    expect(answer).not.toMatchObject({ id: before.uuid });
    expect(fake.sent('POST /v1/containers')).toHaveLength(1);
  });

  test('stays unknown where nothing new is there, and is not sent again', async () => {
    fake.addContainer({ server_name: 'dev' });
    fake.fault({ on: 'POST /v1/containers', fault: { kind: 'drop-before' } });
    expect(await provider.launch(request())).toMatchObject({
      outcome: 'lost',
      error: { code: 'gpulab/dropped' },
    });
    expect(fake.sent('POST /v1/containers')).toHaveLength(1);
    expect(waits).toEqual([1000, 3000]);
  });

  test('stays unknown where more than one is new: somebody else deploys under the same name', async () => {
    fake.fault({ on: 'POST /v1/containers', fault: { kind: 'drop-after' } });
    beforeLook = () => void fake.addContainer({ server_name: 'dev' });
    expect(await provider.launch(request())).toMatchObject({ outcome: 'lost' });
    expect(fake.containers).toHaveLength(2);
  });

  test('is looked for again where the first look fails', async () => {
    fake.fault({ on: 'POST /v1/containers', fault: { kind: 'drop-after' } });
    fake.fault({ on: 'GET /v1/containers', first: 2, times: 3, fault: { kind: 'status', status: 503 } });
    expect(await provider.launch(request())).toEqual({ outcome: 'launched', id: fake.containers[0]?.uuid });
  });

  test('nothing is sent where the server refuses to say what is there', async () => {
    fake.fault({ on: 'GET /v1/containers', times: 3, fault: { kind: 'status', status: 503 } });
    expect(await provider.launch(request())).toMatchObject({ outcome: 'refused', retry: 'no' });
    expect(fake.sent('POST /v1/containers')).toHaveLength(0);
  });
});

describe('the key', () => {
  test('that is wrong is not authorised', async () => {
    const other = await open({ api_key: 'wrong' });
    await expect(other.list()).rejects.toMatchObject({ kind: 'unauthorised', message: 'Unauthenticated.' });
  });

  test('never crosses a redirect', async () => {
    const seen: unknown[] = [];
    const elsewhere = createServer((message, response) => {
      seen.push(message.headers);
      response.end('[]');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const address = elsewhere.address();
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    for (const status of [301, 302, 303, 307, 308]) {
      const headers = { location: `http://${host}/api/v1/containers` };
      fake.fault({ on: 'GET /v1/containers', fault: { kind: 'status', status, headers } });
      await expect(provider.list()).rejects.toMatchObject({
        code: 'gpulab/redirect',
        hint: expect.stringContaining(`api.base_url=http://${host}/api`),
      });
    }
    elsewhere.close();
    expect(seen).toEqual([]);
  });
});

describe('answers that nobody expected', () => {
  test('unknown words and fields are let through and shown', async () => {
    fake.addContainer({ server_name: 'dev' }, { status: 'hibernating', region: 'mars', gpus: null });
    expect(await provider.list()).toMatchObject([{ status: 'hibernating', phase: 'pending' }]);
  });

  test('a short id, and a server that says nothing of what is used, break nothing', async () => {
    const { uuid } = fake.addContainer({ server_name: 'dev' }, { uuid: 'c1', created_at: null });
    expect(await provider.list()).toMatchObject([{ id: 'c1', createdAt: null }]);
    const box = await provider.get(uuid);
    if (!box) throw new Error('the container is not there');
    fake.fault({
      on: 'GET /v1/containers/c1/stats',
      fault: { kind: 'answer', json: { success: true, stats: null } },
    });
    await expect(provider.server?.access(box).stats()).rejects.toMatchObject({ code: 'stats/unavailable' });
  });

  const wrong: [string, Readonly<Record<string, unknown>>, string][] = [
    ['a number for a status', { status: 5 }, '0.status'],
    ['no id', { uuid: null }, '0.uuid'],
    ['a text for memory', { memory: '16' }, '0.memory'],
    ['a text for GPUs', { gpus: 'none' }, '0.gpus'],
  ];
  test.each(wrong)('%s is an error that names call and field', async (_what, quirks, field) => {
    fake.addContainer({ server_name: 'dev' }, quirks);
    const error: DevboxError = await provider.list().then(
      () => Promise.reject(new Error('it was taken')),
      (reason) => reason,
    );
    expect(error).toMatchObject({
      code: 'gpulab/unexpected-answer',
      message: expect.stringContaining(field),
      details: expect.arrayContaining([{ label: 'Endpoint', value: 'GET /v1/containers' }]),
    });
  });
});
