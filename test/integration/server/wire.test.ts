import { request as send } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import type { HttpAnswer } from '../../../src/base/http.ts';
import type { Box } from '../../../src/providers/provider.ts';
import { bundleServer } from './bundle.ts';
import { container, detail } from './container-shape.ts';
import { type Method, wireOf } from './wire-of.ts';
import { createWorld, processesOf, until, type World } from './world.ts';

/**
 * What strict clients of GPULab's API accept: whole numbers without a fraction, text that is text, and the
 * envelopes of each resource. A field that is missing here would be caught as well as one that is wrong.
 */
const created = z.strictObject({
  status: z.string(),
  message: z.string(),
  container_id: z.string().check(z.minLength(12)),
  server_name: z.string(),
  server_type: z.string(),
  server_status: z.string(),
});
const execAnswer = z.strictObject({
  stdout: z.string(),
  stderr: z.string(),
  exit_code: z.int(),
  timed_out: z.boolean(),
  truncated: z.strictObject({ stdout: z.int(), stderr: z.int() }),
});
const account = z.strictObject({
  name: z.string(),
  email: z.string(),
  team: z.null(),
  container_count: z.int(),
});

let world: World;
let box: Box;

beforeAll(async () => {
  world = await createWorld({ packageRoot: await bundleServer('wire') });
  box = await world.up(await world.open(), 'wired', { A: 'b' });
});
afterAll(async () => expect(await world.end()).toEqual([]));

const { call, ok } = wireOf(() => world);

describe('answers have exactly the types that strict clients decode', () => {
  test('account', async () => {
    expect(await ok(account, call('GET', '/v1/account'))).toMatchObject({ container_count: 1 });
  });

  test('containers: a bare list, a bare object', async () => {
    const list = await ok(z.array(container), call('GET', '/v1/containers'));
    expect(list).toMatchObject([{ uuid: box.id, server_name: 'wired', environment_variables: { A: 'b' } }]);
    const one = await ok(detail, call('GET', `/v1/containers/${box.id}`));
    expect(one).toMatchObject({ uuid: box.id, logs: '' });
  });

  test('GPUs: none is a valid machine', async () => {
    expect(await ok(z.array(z.never()), call('GET', '/v1/gpus/types'))).toEqual([]);
    const available = await ok(z.unknown(), call('GET', '/v1/gpus/available'));
    expect(available).toEqual({ total_available: 0, summary: [], gpus: [] });
  });

  test('health and capabilities', async () => {
    expect(await ok(z.unknown(), call('GET', '/healthz'))).toEqual({ status: 'ok' });
    expect(await ok(z.unknown(), call('GET', '/v1/capabilities'))).toMatchObject({
      server: 'devbox',
      protocol: 1,
      extensions: [
        'exec-stream',
        'image',
        'log-entries',
        'purge',
        'tags',
        'terminal-exit',
        'terminal-resume',
        'volume-raw',
      ],
    });
  });

  test('paths may have doubled slashes', async () => {
    await ok(z.array(container), call('GET', '//v1//containers'));
  });
});

describe('a container with a command', () => {
  const create = async (body: object): Promise<string> =>
    (await ok(created, call('POST', '/v1/containers', body))).container_id;
  const status = async (id: string): Promise<string> =>
    (await ok(detail, call('GET', `/v1/containers/${id}`))).devbox.status;

  test('runs it, logs it, stops, starts, restarts and goes', async () => {
    const id = await create({
      server_name: 'worker',
      type: 'GPU',
      gpu_type: '',
      image_pull_policy: 'cached',
      opened_ports: '8080,8888',
      memory: 4,
      environment_variables: { GREETING: 'hello' },
      command: 'echo $GREETING out; echo err >&2; exec sleep 5005',
    });
    const logs = async (query: string): Promise<unknown> =>
      (
        await ok(
          z.strictObject({ logs: z.string(), timestamp: z.int() }),
          call('GET', `/v1/containers/${id}/logs${query}`),
        )
      ).logs;
    await until('it has written', async () => (await logs('')) === 'hello out\nerr\n');
    expect(await logs('?tail=1')).toBe('err\n');
    expect(await ok(detail, call('GET', `/v1/containers/${id}`))).toMatchObject({
      opened_ports: '8080,8888',
      memory: 4,
      command: expect.stringContaining('sleep 5005'),
    });
    // Actions have no body, and some clients announce one all the same.
    await ok(z.unknown(), call('POST', `/v1/containers/${id}/stop`));
    expect(await status(id)).toBe('stopped');
    expect(await processesOf('sleep\u00005005')).toEqual([]);
    expect((await call('POST', `/v1/containers/${id}/exec`, { command: 'true', timeout: 5 })).status).toBe(
      409,
    );
    for (const action of ['start', 'restart', 'redeploy']) {
      await ok(z.unknown(), call('POST', `/v1/containers/${id}/${action}`));
      expect(await status(id)).toBe('running');
    }
    await ok(z.unknown(), call('DELETE', `/v1/containers/${id}`));
    expect((await call('GET', `/v1/containers/${id}`)).status).toBe(404);
  });

  test('that ends is stopped, or failed if it ended badly', async () => {
    const [good, bad] = [
      await create({ server_name: 'good', command: 'exit 0' }),
      await create({ server_name: 'bad', command: 'exit 3' }),
    ];
    await until(
      'both have ended',
      async () => (await status(good)) === 'stopped' && (await status(bad)) === 'failed',
    );
    for (const id of [good, bad]) await ok(z.unknown(), call('DELETE', `/v1/containers/${id}?purge=true`));
  });
});

describe('the buffered exec', () => {
  const run = (body: unknown): Promise<HttpAnswer> => call('POST', `/v1/containers/${box.id}/exec`, body);

  test('runs a line in a shell and answers both outputs and the code', async () => {
    const answer = await ok(
      execAnswer,
      run({ command: 'echo a | tr a b; echo é >&2; cat; exit 300', timeout: 5 }),
    );
    expect(answer).toMatchObject({ stdout: 'b\n', stderr: 'é\n', exit_code: 44, timed_out: false });
  });

  test('is valid text whatever the command writes', async () => {
    expect(await ok(execAnswer, run({ command: "printf 'a\\377b'" }))).toMatchObject({ stdout: 'a\ufffdb' });
  });

  test('kills the whole process group when the time is over', async () => {
    const answer = await ok(execAnswer, run({ command: 'echo before; sleep 6006 & sleep 6006', timeout: 1 }));
    expect(answer).toMatchObject({ stdout: 'before\n', exit_code: 124, timed_out: true });
    expect(answer.stderr).toContain('killed after 1 s');
    await until('all are gone', async () => (await processesOf('sleep\u00006006')).length === 0);
  });

  test('says how much it left out', async () => {
    const megabytes = 9;
    const { stdout, truncated } = await ok(
      execAnswer,
      run({ command: `head -c ${megabytes}000000 /dev/zero | tr '\\0' x` }),
    );
    expect(truncated.stderr).toBe(0);
    expect(truncated.stdout).toBe(megabytes * 1_000_000 - stdout.indexOf('\n'));
    expect(stdout).toMatch(new RegExp(`^x+\\n\\[devbox: ${truncated.stdout} more bytes left out\\]\\n$`));
  });

  test('ends the command when nobody waits for the answer any more', async () => {
    const outgoing = send({
      socketPath: world.places.socket,
      method: 'POST',
      path: `/v1/containers/${box.id}/exec`,
      headers: { 'content-type': 'application/json' },
    });
    outgoing.on('error', () => undefined);
    outgoing.end(JSON.stringify({ command: 'sleep 7007', timeout: 60 }));
    if (process.platform === 'linux')
      await until('it runs', async () => (await processesOf('sleep\u00007007')).length > 0);
    outgoing.destroy();
    await until('it is gone', async () => (await processesOf('sleep\u00007007')).length === 0);
  });

  const wrong: [string, unknown, string][] = [
    ['no command', { timeout: 5 }, 'command'],
    ['an empty command', { command: '', timeout: 5 }, 'command'],
    ['a timeout of zero', { command: 'true', timeout: 0 }, 'timeout'],
    ['a timeout above 300', { command: 'true', timeout: 301 }, 'timeout'],
    ['a timeout with a fraction', { command: 'true', timeout: 1.5 }, 'timeout'],
    ['a timeout as text', { command: 'true', timeout: '5' }, 'timeout'],
  ];
  test.each(wrong)('refuses %s', async (_what, body, field) => {
    const { status, text } = await run(body);
    const problem = JSON.parse(text);
    expect([status, typeof problem.message, Object.keys(problem.errors)]).toEqual([422, 'string', [field]]);
  });
});

describe('every error has a status from 400 and a message', () => {
  const cases: [string, Method, string, unknown, number][] = [
    ['an unknown container', 'GET', '/v1/containers/nobody-there-1', undefined, 404],
    ['deleting an unknown container', 'DELETE', '/v1/containers/nobody-there-1', undefined, 404],
    ['exec in an unknown container', 'POST', '/v1/containers/nobody-there-1/exec', { command: 'true' }, 404],
    ['a terminal in an unknown container', 'POST', '/v1/containers/nobody-there-1/terminal', undefined, 404],
    ['a container path that climbs', 'GET', '/v1/containers/..%2F..%2Fetc', undefined, 404],
    ['an unknown route', 'GET', '/v1/nothing', undefined, 404],
    ['an unknown method', 'PUT', '/v1/containers', {}, 404],
    ['a name that is taken', 'POST', '/v1/containers', { server_name: 'wired' }, 409],
    ['no name', 'POST', '/v1/containers', {}, 422],
    ['a body that is no object', 'POST', '/v1/containers', [], 422],
    ['no body', 'POST', '/v1/containers', undefined, 422],
    ['a GPU where there is none', 'POST', '/v1/containers', { server_name: 'g', gpu_type: 'RTX 4090' }, 422],
    [
      'a template where there is none',
      'POST',
      '/v1/containers',
      { server_name: 'g', template_uuid: 'nobody-made-it' },
      422,
    ],
    [
      'an environment that is no map',
      'POST',
      '/v1/containers',
      { server_name: 'g', environment_variables: ['A=b'] },
      422,
    ],
    [
      'a variable with a bad name',
      'POST',
      '/v1/containers',
      { server_name: 'g', environment_variables: { 'A=B': 'c' } },
      422,
    ],
    ['a cursor that is none', 'GET', '/v1/containers/BOX/logs?after=x', undefined, 422],
    ['a time that is none', 'GET', '/v1/containers/BOX/logs?since=yesterday', undefined, 422],
    ['lines that are no number', 'GET', '/v1/containers/BOX/logs?tail=-1', undefined, 422],
    ['a stream that is none', 'GET', '/v1/containers/BOX/logs?stream=stdin', undefined, 422],
    ['a query twice', 'GET', '/v1/containers/BOX/logs?tail=1&tail=2', undefined, 422],
    ['the logs of no container', 'GET', '/v1/containers/nothing/logs', undefined, 404],
    ['the figures of no container', 'GET', '/v1/containers/nothing/stats', undefined, 404],
  ];
  test.each(cases)('%s', async (_what, method, path, body, expected) => {
    const { status, headers, text } = await call(method, path.replace('BOX', box.id), body);
    expect([status, typeof JSON.parse(text).message]).toEqual([expected, 'string']);
    expect(JSON.parse(text).message).not.toBe('');
    expect(headers['content-type']).toMatch(/^application\/json/);
  });

  test('a body that is not JSON', async () => {
    const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const outgoing = send(
        { socketPath: world.places.socket, method: 'POST', path: '/v1/containers', headers },
        (incoming) => {
          let text = '';
          incoming.on('data', (bytes: Buffer) => {
            text += bytes.toString();
          });
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end('{ nonsense');
    });
    expect([answer.status, JSON.parse(answer.text).message]).toEqual([400, 'the body is not JSON']);
  });
});
