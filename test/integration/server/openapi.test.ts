import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as z from 'zod/mini';
import { freePort } from '../../support/sshd.ts';
import { bundleServer } from './bundle.ts';
import { type Answer, startTcpServer, type TcpServer } from './tcp-server.ts';
import { until } from './world.ts';

/** What the description says of one operation, as far as it is looked at here. */
const operationShape = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  security: z.optional(z.array(z.unknown())),
  parameters: z.array(
    z.object({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean(), schema: z.unknown() }),
  ),
  requestBody: z.optional(
    z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })), required: z.boolean() }),
  ),
  responses: z.record(z.string(), z.looseObject({ $ref: z.optional(z.string()) })),
});
const documentShape = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operationShape)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
  'x-websockets': z.array(z.looseObject({ path: z.string() })),
  'x-extensions': z.record(z.string(), z.string()),
});
type Operation = z.infer<typeof operationShape>;

let programs: string;
let server: TcpServer;
let text: string;
let document: z.infer<typeof documentShape>;
let ajv: Ajv2020;
/** `operationId status` of what was seen. */
const seen = new Set<string>();

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'devbox-openapi-'));
  const smi = join(programs, 'nvidia-smi');
  const gpus = [
    '0, GPU-aaaa-0, 24564, 1200, 7, 45, NVIDIA GeForce RTX 4090',
    '1, GPU-bbbb-1, 24564, 0, [N/A], [N/A], NVIDIA GeForce RTX 4090',
  ];
  await writeFile(smi, `#!/bin/sh\necho '${gpus.join('\n')}'\n`);
  await chmod(smi, 0o755);
  server = await startTcpServer({
    packageRoot: await bundleServer('openapi'),
    words: ['--exec-rate', '3'],
    env: { PATH: `${programs}:${process.env['PATH']}` },
  });
  text = await (await fetch(`${server.url}/openapi.json`)).text();
  document = z.parse(documentShape, JSON.parse(text));
  ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Answers may get more keys one day; today there are none that the description does not have.
  ajv.addSchema({ ...closed(JSON.parse(text)), $id: 'api:/' });
});
afterAll(async () => {
  expect(await server.end()).toEqual([]);
  await rm(programs, { recursive: true, force: true });
});

/** The description with every object of an answer closed against keys that it does not name. */
function closed(value: unknown): object {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'object' && part !== null && 'properties' in part && !('additionalProperties' in part)
      ? { ...part, additionalProperties: false }
      : part,
  );
}

/** The operation that a request means. Names in braces match anything, plain paths come first. */
function operationOf(method: string, path: string): { template: string; operation: Operation } {
  const bare = path.replace(/\?.*$/, '');
  const fits = Object.keys(document.paths)
    .filter((template) =>
      new RegExp(`^${template.replace(/\{rest\}/, '.+').replace(/\{\w+\}/g, '[^/]+')}$`).test(bare),
    )
    .sort((a, b) => a.split('{').length - b.split('{').length);
  for (const template of fits) {
    const operation = document.paths[template]?.[method.toLowerCase()];
    if (operation) return { template, operation };
  }
  throw new Error(`${method} ${path} is not described`);
}

const pointer = (...parts: readonly string[]): string =>
  `api:/#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

/** Holds a value against the schema at a place of the description. */
function mustFit(value: unknown, ...place: readonly string[]): void {
  const validate = ajv.getSchema(pointer(...place));
  if (!validate) throw new Error(`there is no schema at ${place.join(' ')}`);
  const isValid = validate(value);
  expect({ place, value, errors: isValid ? [] : validate.errors }).toEqual({ place, value, errors: [] });
}

/** Sends a request, and holds both it and its answer against the description. */
async function call(
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { template, operation } = operationOf(method, path);
  const answer = await server.call(method, path, body, headers);
  const place = ['paths', template, method.toLowerCase()];
  if (answer.status < 300) {
    for (const [name, value] of new URL(path, 'http://any').searchParams) {
      const index = operation.parameters.findIndex((one) => one.in === 'query' && one.name === name);
      expect([name, index]).not.toEqual([name, -1]);
      mustFit(value, ...place, 'parameters', String(index), 'schema');
    }
    if (operation.requestBody?.content['application/json']) {
      mustFit(body, ...place, 'requestBody', 'content', 'application/json', 'schema');
    }
  }
  const described = operation.responses[String(answer.status)];
  expect([method, path, answer.status, described]).not.toEqual([method, path, answer.status, undefined]);
  const [, name] = /^#\/components\/responses\/(\w+)$/.exec(described?.$ref ?? '') ?? [];
  const home =
    name === undefined ? [...place, 'responses', String(answer.status)] : ['components', 'responses', name];
  if (answer.headers.get('content-type')?.startsWith('application/json')) {
    mustFit(answer.body, ...home, 'content', 'application/json', 'schema');
  }
  seen.add(`${operation.operationId} ${answer.status}`);
  return answer;
}

const created = z.looseObject({ container_id: z.string() });
const create = async (body: object): Promise<string> => {
  const answer = await call('POST', '/v1/containers', body);
  expect(answer).toMatchObject({ status: 201 });
  return z.parse(created, answer.body).container_id;
};
const statusOf = async (id: string): Promise<string> =>
  z.parse(z.looseObject({ status: z.string() }), (await call('GET', `/v1/containers/${id}`)).body).status;

describe('the description', () => {
  test('is an OpenAPI 3.1 document, which nobody needs a key for', async () => {
    const answer = await server.call('GET', '/openapi.json', undefined, {});
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/json'),
    ]);
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(text))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test('names each operation once, and says how one gets in', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      operations.filter(({ security }) => security?.length === 0).map(({ operationId }) => operationId),
    ).toEqual(['health', 'describe']);
    expect(document).toMatchObject({
      security: [{ key: [] }],
      components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'api-key' } } },
    });
  });

  test('tells of WebSockets, and of what goes beyond GPULab', async () => {
    expect(document['x-websockets'].map(({ path }) => path)).toEqual([
      '/v1/containers/{uuid}/exec/stream',
      '/terminal/{secret}/ws',
    ]);
    const { body } = await call('GET', '/v1/capabilities');
    expect(body).toMatchObject({ extensions: Object.keys(document['x-extensions']) });
  });
});

describe('answers are as described, and what was sent with success is, too', () => {
  test('the server itself', async () => {
    await call('GET', '/healthz');
    await call('GET', '/openapi.json');
    await call('GET', '/v1/account');
    await call('GET', '/v1/account', undefined, {});
    for (const [method, path] of [
      ['GET', '/v1/serverless'],
      ['POST', '/serverless/requests/x'],
      ['PUT', '/v1/serverless/x'],
    ]) {
      expect(await call(method ?? '', path ?? '')).toMatchObject({ status: 501 });
    }
  });

  test('containers in several states', async () => {
    const volume = await call('POST', '/v1/volumes', { volume_name: 'boxed', volume_space: 1, notes: 'n' });
    expect(volume.status).toBe(201);
    await call('POST', '/v1/templates', {
      name: 'mine',
      docker_image: 'some/image:1',
      exposed_ports: '8080',
    });
    const [runs, ends, fails] = [
      await create({
        server_name: 'runs',
        type: 'GPU',
        gpu_type: '4090',
        template_uuid: 'mine',
        network_volume_uuid: 'boxed',
        memory: 1,
        environment_variables: { A: 'b' },
        tags: { team: 'x' },
        command: 'trap "exit 0" TERM; echo out; echo err >&2; sleep 5011 & wait',
      }),
      await create({ server_name: 'ends', command: 'exit 0' }),
      await create({ server_name: 'fails', command: 'exit 3', opened_ports: String(await freePort()) }),
    ];
    await until('they are as they should be', async () => {
      const states = await Promise.all([runs, ends, fails].map(statusOf));
      return states.join() === 'running,stopped,failed';
    });
    const { body: list } = await call('GET', '/v1/containers');
    expect(list).toHaveLength(3);
    await call('GET', `/v1/containers/${runs}/stats`);
    await call('GET', `/v1/containers/${ends}/stats`);
    await call('GET', `/v1/containers/${runs}/logs?tail=5&timestamps=true`);
    await until('it has written', async () => {
      const { body } = await call('GET', `/v1/containers/${runs}/logs?entries=true&stream=stdout`);
      return JSON.stringify(body).includes('out');
    });
    await call('GET', `/v1/containers/${fails}/logs/deploy`);
    await call('POST', `/v1/containers/${runs}/terminal`);
    await call('POST', `/v1/containers/${ends}/terminal`);
    for (const action of ['stop', 'start', 'restart', 'redeploy']) {
      await call('POST', `/v1/containers/${runs}/${action}`);
    }
    await call('GET', '/v1/volumes');
    await call('DELETE', '/v1/volumes/boxed');
    await call('GET', '/v1/gpus/types');
    await call('GET', '/v1/gpus/available');
    await call('POST', '/v1/containers', { server_name: 'runs' });
    await call('POST', '/v1/containers', { server_name: '' });
    await call('POST', '/v1/containers', '{ nonsense', {
      'api-key': server.key,
      'content-type': 'application/json',
    });
    for (const [method, part] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/logs'],
      ['GET', '/logs/deploy'],
      ['GET', '/stats'],
      ['POST', '/stop'],
      ['POST', '/start'],
      ['POST', '/restart'],
      ['POST', '/redeploy'],
      ['POST', '/terminal'],
    ]) {
      expect(await call(method ?? '', `/v1/containers/nobody-there-1${part}`)).toMatchObject({ status: 404 });
    }
    await call('DELETE', `/v1/containers/${ends}?purge=true`);
    await call('DELETE', `/v1/containers/${ends}?purge=perhaps`);
  });

  test('commands, up to their limit', async () => {
    const id = await create({ server_name: 'busy' });
    await call('POST', `/v1/containers/${id}/exec`, { command: 'echo a; exit 3', timeout: 20 });
    await call('POST', `/v1/containers/${id}/exec`, { command: 'sleep 60', timeout: 1 });
    await call('POST', `/v1/containers/${id}/exec`, { command: '' });
    await call('POST', '/v1/containers/nobody-there-1/exec', { command: 'true' });
    await until('the limit is reached', async () => {
      const { status } = await call('POST', `/v1/containers/${id}/exec`, { command: 'true' });
      return status === 429;
    });
  });

  test('templates, credentials and SSH keys', async () => {
    const login = { registry: 'registry.example', username: 'u', password: 'hush' };
    const { body } = await call('POST', '/v1/credentials', login);
    const { data } = z.parse(z.looseObject({ data: z.looseObject({ id: z.int() }) }), body);
    await call('POST', '/v1/credentials', { username: '' });
    await call('GET', '/v1/credentials');
    await call('POST', '/v1/templates', {
      name: 'whole',
      docker_image: 'registry.example/a:1',
      visibility: 'Public',
      credentials_id: data.id,
      environment_variables: { A: 'b' },
      command: 'run',
      memory_limit: 4,
    });
    await call('POST', '/v1/templates', { name: 'whole', docker_image: 'a' });
    await call('POST', '/v1/templates', { name: 'no image' });
    await call('GET', '/v1/templates?name=who');
    await call('GET', '/v1/templates/categories');
    await call('GET', '/v1/templates/whole');
    await call('PUT', '/v1/templates/whole', { command: '', memory_limit: null });
    await call('PUT', '/v1/templates/pytorch-2.1', { command: '' });
    await call('DELETE', '/v1/templates/pytorch-2.1');
    await call('GET', '/v1/templates/none-of-that-name');
    await call('DELETE', `/v1/credentials/${data.id}`);
    await call('DELETE', '/v1/templates/whole');
    await call('DELETE', `/v1/credentials/${data.id}`);
    await call('DELETE', '/v1/credentials/none');
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvCAc3Tgg/0BwLgdB6Ye4Mz0iQvG1rKGdW5lhO1Yp4x me@here';
    await call('POST', '/v1/ssh-keys', { name: 'laptop', public_key: key });
    await call('POST', '/v1/ssh-keys', { name: 'laptop', public_key: key });
    await call('POST', '/v1/ssh-keys', { name: 'laptop', public_key: 'none' });
    await call('GET', '/v1/ssh-keys');
    await call('DELETE', '/v1/ssh-keys/1');
    await call('DELETE', '/v1/ssh-keys/1');
  });

  test('volumes and their files', async () => {
    const files = '/v1/volumes/data/files';
    await call('POST', '/v1/volumes', { volume_name: 'data', volume_space: 1 });
    await call('POST', '/v1/volumes', { volume_name: 'data', volume_space: 1 });
    await call('POST', '/v1/volumes', { volume_name: 'data', volume_space: 0 });
    await call('GET', '/v1/volumes/data');
    await call('PUT', '/v1/volumes/data', { maxSize: 2 });
    await call('PUT', '/v1/volumes/data', {});
    await call('POST', `${files}/mkdir`, { path: 'a/b', parents: true });
    await call('PUT', `${files}/content`, { path: 'a/one.txt', content: 'one' });
    await call('POST', `${files}/create-file`, { path: 'a/one.txt', content: 'one' });
    await call('POST', `${files}/create-file`, { path: 'a/two.txt', content: 'two' });
    await call('POST', `${files}/rename`, { old_path: 'a/two.txt', new_path: 'a/b/two' });
    await call('POST', `${files}/copy`, { source_path: 'a', dest_path: 'c' });
    await call('GET', files);
    await call('GET', `${files}?path=a`);
    await call('GET', `${files}/search?query=two`);
    await call('GET', `${files}/content?path=a/one.txt`);
    await call('GET', `${files}/content?path=../../etc/passwd`);
    await call('GET', `${files}/content?path=nothing`);
    await call('GET', `${files}/checksum?path=a/one.txt`);
    await call('GET', `${files}/download?path=a/one.txt`);
    const behind = { 'api-key': server.key, range: 'bytes=99-' };
    await call('GET', `${files}/download?path=a/one.txt`, undefined, behind);
    const part = { 'api-key': server.key, range: 'bytes=1-' };
    expect(await call('GET', `${files}/download?path=a/one.txt`, undefined, part)).toMatchObject({
      status: 206,
    });
    const form = new FormData();
    form.append('path', 'a');
    form.append('files[]', new Blob(['formed']), 'formed.txt');
    form.append('relative_paths[]', '');
    await call('POST', `${files}/upload`, form);
    const octets = { 'api-key': server.key, 'content-type': 'application/octet-stream' };
    await call('PUT', `${files}/raw?path=raw&upload=upload-1&offset=0&total=6`, 'abc', octets);
    await call('GET', `${files}/raw?upload=upload-1`);
    await call('PUT', `${files}/raw?path=raw&upload=upload-1&offset=3&total=6`, 'def', octets);
    await call('PUT', `${files}/raw?path=raw&sha256=${'0'.repeat(64)}`, 'abc', octets);
    await call('DELETE', `${files}/raw?upload=upload-1`);
    await call('DELETE', `${files}?path=a`);
    await call('DELETE', `${files}?path=a`);
    await call('POST', '/v1/volumes/data/duplicate', { new_volume_name: 'copy' });
    await call('DELETE', '/v1/volumes/copy');
    await call('DELETE', '/v1/volumes/copy');
  });
});

test('every operation was tried, with success where there is any', () => {
  const missing = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .filter(({ responses }) => 200 in responses || 201 in responses)
    .map(({ operationId }) => operationId)
    .filter((id) => ![200, 201].some((status) => seen.has(`${id} ${status}`)));
  expect(missing).toEqual([]);
});
