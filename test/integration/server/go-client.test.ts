import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { messageBytes } from '../../../src/server/wire/message.ts';
import { decode, type GoType } from '../../support/go-wire/decode.ts';
import * as go from '../../support/go-wire/types.ts';
import { bundleServer } from './bundle.ts';
import { type Method, wireOf } from './wire-of.ts';
import { createWorld, until, type World } from './world.ts';

/** The requests of GPULab's Go client, command by command, and the answers as it decodes them. */

let programs: string;
let world: World;
beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'devbox-nvidia-'));
  const lines = ['0, GPU-a-0, 24564, 12, 7, 45, RTX 4090', '1, GPU-a-1, [N/A], [N/A], [N/A], [N/A], Odd 1'];
  await writeFile(join(programs, 'nvidia-smi'), `#!/bin/sh\nprintf '%s\\n' '${lines.join("' '")}'\n`);
  await chmod(join(programs, 'nvidia-smi'), 0o755);
  world = await createWorld({ packageRoot: await bundleServer('go-client'), programs });
  // The server starts with the first request of a client of ours.
  await world.up(await world.open(), 'first');
});
afterAll(async () => {
  expect(await world.end()).toEqual([]);
  await rm(programs, { recursive: true, force: true });
});

const { call } = wireOf(() => world);

/** An answer as the client has it; null where it only looks at the status. */
async function ask(type: GoType | null, method: Method, path: string, body?: unknown): Promise<unknown> {
  const { status, text } = await call(method, path, body);
  expect([text, status < 400]).toEqual([text, true]);
  return type && decode(type, text);
}

/** The message that its user sees of a refusal. */
async function refused(method: Method, path: string, body?: unknown): Promise<unknown> {
  const { status, text } = await call(method, path, body);
  expect([text, status >= 400]).toEqual([text, true]);
  expect(decode(go.problem, text)).toEqual({ message: expect.stringMatching(/./) });
  return decode(go.problem, text);
}

const idOf = (answer: unknown): string =>
  z.parse(z.object({ container_id: z.string() }), answer).container_id;
const statusOf = (answer: unknown): string => z.parse(z.object({ status: z.string() }), answer).status;

async function deploy(body: object): Promise<string> {
  const sent = { type: 'GPU', image_pull_policy: 'cached', ...body };
  const id = idOf(await ask(go.created, 'POST', '/v1/containers', sent));
  expect(id.length).toBeGreaterThanOrEqual(12);
  return id;
}

const look = (id: string): Promise<unknown> => ask(go.containerDetail, 'GET', `/v1/containers/${id}`);

test('auth, gpus and templates', async () => {
  expect(await ask(go.account, 'GET', '/v1/account')).toMatchObject({ container_count: 1 });
  expect(await ask(go.gpuTypes, 'GET', '/v1/gpus/types')).toMatchObject([
    { gpu_name: 'RTX 4090', gpu_total_memory: 24_564, available_count: 1 },
    { gpu_name: 'Odd 1', gpu_total_memory: 0, available_count: 1 },
  ]);
  expect(await ask(go.gpusAvailable, 'GET', '/v1/gpus/available')).toMatchObject({ total_available: 2 });
  expect(await ask(go.templates, 'GET', '/v1/templates?page=1')).toMatchObject({ meta: { last_page: 1 } });
  await ask(go.categories, 'GET', '/v1/templates/categories');
  const env = { A: '1' };
  const made = await ask(go.template, 'POST', '/v1/templates', {
    ...{ name: 'web', docker_image: 'nginx', exposed_ports: '80-82', environment_variables: env },
    ...{ registry_username: 'me', registry_password: 'secret', container_disk_size: 20, memory_limit: 1 },
  });
  const { data } = z.parse(z.object({ data: z.object({ templateUuid: z.string() }) }), made);
  const path = `/v1/templates/${data.templateUuid}`;
  expect(await ask(go.template, 'PUT', path, { exposed_ports: '', description: 'd' })).toMatchObject({
    data: { exposedPorts: undefined, description: 'd', environmentVariables: env, memoryLimit: 1 },
  });
  await ask(go.template, 'GET', path);
  await ask(null, 'DELETE', path);
  await refused('GET', path);
});

describe('containers', () => {
  let id: string;

  test('deploy, and again from the same template', async () => {
    const body = { gpu_type: '4090', template_uuid: 'pytorch', memory: 1 };
    id = await deploy({ server_name: 'one', ...body, command: 'echo out; echo err >&2; exec sleep 1000' });
    await until('it runs', async () => statusOf(await look(id)) === 'running');
    expect(await look(id)).toMatchObject({
      ...{ type: 'GPU', gpu_count: 1, memory: 1, gpus: [{ gpu_index: '0', type: { gpu_name: 'RTX 4090' } }] },
      template: { name: 'pytorch-2.1', docker_image: expect.stringContaining('pytorch') },
    });
    expect(await refused('POST', '/v1/containers', { server_name: 'two', type: 'GPU', ...body })).toEqual({
      message: expect.stringContaining('one has GPU 0'),
    });
    // The ports of the template are the first's.
    const second = await deploy({ server_name: 'two', ...body, gpu_type: 'odd' });
    expect(await look(second)).toMatchObject({ opened_ports: undefined, gpus: [{ total_memory: '' }] });
    expect(await ask(go.deployLogs, 'GET', `/v1/containers/${second}/logs/deploy`)).toEqual({
      logs: expect.stringMatching(/port 8080 cannot be opened: container one/),
    });
    await ask(null, 'DELETE', `/v1/containers/${second}`);
  });

  test('ls, logs, exec and stats', async () => {
    const path = `/v1/containers/${id}`;
    expect(await ask(go.containers, 'GET', '/v1/containers')).toMatchObject([{}, { uuid: id }]);
    await until('both lines are there', async () => {
      const answer = await ask(go.logs, 'GET', `${path}/logs?tail=100`);
      return z.parse(z.object({ logs: z.string() }), answer).logs.split('\n').length === 3;
    });
    for (const query of ['since=10m', 'since=1700000000&tail=1', `since=${Math.floor(Date.now() / 1000)}`]) {
      await ask(go.logs, 'GET', `${path}/logs?${query}&timestamps=true`);
    }
    expect(await refused('GET', `${path}/logs?since=yesterday`)).toEqual({
      message: expect.stringContaining('such as 10m'),
    });
    const run = (command: string, timeout = 30): Promise<unknown> =>
      ask(go.exec, 'POST', `${path}/exec`, { command, timeout });
    expect(await run("sh -c 'echo '\\''a  b'\\''; echo no >&2; exit 3'")).toEqual({
      ...{ stdout: 'a  b\n', stderr: 'no\n', exit_code: 3 },
    });
    expect(await run('sleep 1000', 1)).toMatchObject({ exit_code: 124 });
    expect(await ask(go.stats, 'GET', `${path}/stats`)).toMatchObject({ success: true });
  });

  test('ssh', async () => {
    const answer = await ask(go.terminal, 'POST', `/v1/containers/${id}/terminal`);
    const form = z.object({ terminal: z.object({ terminal_url: z.url(), container_uuid: z.literal(id) }) });
    const { terminal_url } = z.parse(form, answer).terminal;
    // It takes another scheme and appends `/ws`; it offers no subprotocol, and sends no hello and no key.
    const socket = new WebSocket(`${terminal_url.replace('http://', 'ws://')}/ws`, {
      createConnection: () => connect(world.places.socket),
    });
    let shown = '';
    socket.on('message', (data) => {
      const bytes = messageBytes(data);
      if (bytes[0] === 0x30) shown += bytes.subarray(1).toString('utf8');
    });
    const closed = once(socket, 'close');
    await once(socket, 'open');
    socket.send('1{"columns":97,"rows":31}');
    socket.send(Buffer.from('0stty size; exit\r'));
    const [code] = await closed;
    expect([code, shown]).toEqual([1000, expect.stringContaining('31 97')]);
  });

  test('stop, start, restart, redeploy, rm', async () => {
    const path = `/v1/containers/${id}`;
    for (let times = 0; times < 2; times++) await ask(null, 'POST', `${path}/stop`);
    expect(await look(id)).toMatchObject({ status: 'stopped', uptime: undefined, public_urls: undefined });
    await ask(go.logs, 'GET', `${path}/logs?tail=100`);
    for (const [method, what] of [
      ['GET', 'stats'],
      ['POST', 'exec'],
      ['POST', 'terminal'],
    ] as const) {
      const body = what === 'exec' ? { command: 'true', timeout: 30 } : undefined;
      expect(await refused(method, `${path}/${what}`, body)).toEqual({
        message: expect.stringContaining('stopped'),
      });
    }
    for (const action of ['start', 'restart', 'redeploy']) await ask(null, 'POST', `${path}/${action}`);
    expect(await look(id)).toMatchObject({ status: 'running' });
    await ask(null, 'DELETE', path);
    await refused('GET', path);
    expect(await ask(go.containers, 'GET', '/v1/containers')).toHaveLength(1);
  });

  test('a box whose command ends well was seen running, one whose ends badly failed', async () => {
    const [well, badly] = [
      await deploy({ server_name: 'well', gpu_type: 'cpu', command: 'echo done' }),
      await deploy({ server_name: 'badly', gpu_type: 'cpu', command: 'exit 3' }),
    ];
    expect(await look(well)).toMatchObject({ status: 'running', type: 'CPU', gpu_count: 0, gpus: [] });
    await until('it failed', async () => statusOf(await look(badly)) === 'failed');
    expect(await ask(go.deployLogs, 'GET', `/v1/containers/${badly}/logs/deploy`)).toEqual({
      logs: expect.stringMatching(/it ended with status 3\n$/),
    });
    for (const id of [well, badly]) await ask(null, 'DELETE', `/v1/containers/${id}`);
  });
});

test('volumes, their files, credentials; no serverless', async () => {
  const made = await ask(go.volume, 'POST', '/v1/volumes', { volume_name: 'data', volume_space: 5 });
  const id = z.parse(z.object({ data: z.object({ volumeUuid: z.string() }) }), made).data.volumeUuid;
  expect(id).toMatch(/^[A-Za-z0-9]{10}$/);
  expect(await ask(go.volumes, 'GET', '/v1/volumes?page=1')).toMatchObject({ data: [{ volumeUuid: id }] });
  for (const name of [id, 'data']) await ask(go.volume, 'GET', `/v1/volumes/${name}`);
  const copy = { new_volume_name: 'copy', volume_space: 5 };
  await ask(go.volume, 'POST', `/v1/volumes/${id}/duplicate`, copy);
  const files = `/v1/volumes/${id}/files`;
  await ask(null, 'PUT', `${files}/content`, { path: 'a b.txt', content: 'é' });
  await ask(null, 'POST', `${files}/mkdir`, { path: 'sub' });
  await ask(null, 'POST', `${files}/rename`, { old_path: 'a b.txt', new_path: 'sub/c.txt' });
  await ask(null, 'POST', `${files}/copy`, { source_path: 'sub', dest_path: 'sub2' });
  expect(await ask(go.content, 'GET', `${files}/content?path=sub%2Fc.txt`)).toMatchObject({ content: 'é' });
  expect(await ask(go.files, 'GET', files)).toMatchObject({ info: { directories: 2, files: 0 } });
  const found = { items: [{ is_text: true, size: 2, extension: 'txt' }, {}] };
  expect(await ask(go.files, 'GET', `${files}/search?query=C`)).toMatchObject(found);
  await ask(null, 'DELETE', `${files}?path=sub2`);
  await refused('GET', `${files}?path=sub2`);
  for (const volume of [id, 'copy']) await ask(null, 'DELETE', `/v1/volumes/${volume}`);
  const registry = { registry: 'ghcr.io', username: 'me', password: 'secret' };
  const added = await ask(go.credential, 'POST', '/v1/credentials', registry);
  expect(JSON.stringify(await ask(go.credentials, 'GET', '/v1/credentials'))).not.toContain('secret');
  const { data } = z.parse(z.object({ data: z.object({ id: z.int() }) }), added);
  await ask(null, 'DELETE', `/v1/credentials/${data.id}`);
  for (const path of ['/v1/serverless', '/v1/serverless/options', '/serverless/requests/x'])
    await refused('GET', path);
});
