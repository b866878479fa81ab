import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { bundleServer } from './bundle.ts';
import { container, detail } from './container-shape.ts';
import { wireOf } from './wire-of.ts';
import { createWorld, exec, type World } from './world.ts';

/** What boxes are made from, held against the types that strict clients decode. */
const nullable = <T extends z.ZodMiniType>(type: T) => z.nullable(type);
const iso = z.iso.datetime();
const template = z.strictObject({
  templateUuid: z.string().check(z.regex(/^[A-Za-z0-9]{10}$/)),
  name: z.string(),
  description: z.string(),
  authorUrl: z.string(),
  authorName: z.string(),
  thumbnail: z.string(),
  notes: z.string(),
  visibility: z.enum(['public', 'private']),
  containerType: z.enum(['gpu', 'cpu']),
  volumeMountPath: z.string(),
  dockerImage: z.string(),
  exposedPorts: nullable(z.string()),
  portsArray: z.array(z.int()),
  environmentVariables: z.record(z.string(), z.string()),
  command: nullable(z.string()),
  containerDiskSize: z.int(),
  volumeDiskSize: nullable(z.int()),
  memoryLimit: nullable(z.int()),
  createdAt: iso,
  updatedAt: iso,
  devbox: z.strictObject({
    built_in: z.boolean(),
    category_id: z.int(),
    credentials_id: nullable(z.int()),
    image_pull_policy: z.string(),
  }),
});
const oneTemplate = z.strictObject({ data: template });
const templates = z.strictObject({
  data: z.array(template),
  links: z.strictObject({
    first: z.string(),
    last: z.string(),
    prev: nullable(z.string()),
    next: nullable(z.string()),
  }),
  meta: z.strictObject({
    current_page: z.int(),
    from: nullable(z.int()),
    last_page: z.int(),
    path: z.string(),
    per_page: z.int(),
    to: nullable(z.int()),
    total: z.int(),
  }),
});
const credential = z.strictObject({
  id: z.int(),
  registry: z.string(),
  username: z.string(),
  createdAt: iso,
  updatedAt: iso,
});
const sshKey = z.strictObject({ id: z.int(), name: z.string(), public_key: z.string(), created_at: iso });
const gpuKinds = z.array(
  z.strictObject({
    gpu_name: z.string(),
    gpu_total_memory: z.int(),
    gpu_price: z.number(),
    available_count: z.int(),
  }),
);
const gpusAvailable = z.strictObject({
  total_available: z.int(),
  summary: z.array(
    z.strictObject({
      count: z.int(),
      gpu_name: z.string(),
      memory_mb: z.int(),
      price: nullable(z.number()),
    }),
  ),
  gpus: z.array(z.looseObject({ gpu_uuid: z.string(), gpu_index: z.string() })),
});

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvCAc3Tgg/0BwLgdB6Ye4Mz0iQvG1rKGdW5lhO1Yp4x me@here';

let programs: string;
let world: World;

/** The stand-in for nvidia-smi says what this file has. */
const installed = (lines: readonly string[]): Promise<void> =>
  writeFile(join(programs, 'gpus.csv'), lines.map((line) => `${line}\n`).join(''));

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'devbox-nvidia-'));
  await installed([
    '0, GPU-aaaa-0, 24564, 1200, 7, 45, NVIDIA GeForce RTX 4090',
    '1, GPU-aaaa-1, 24564, 0, [N/A], [N/A], NVIDIA GeForce RTX 4090',
    '2, GPU-bbbb-2, 81559, 3, 0, 31, NVIDIA H100 80GB HBM3',
  ]);
  const program = join(programs, 'nvidia-smi');
  await writeFile(program, `#!/bin/sh\nexec cat '${programs}/gpus.csv'\n`);
  await chmod(program, 0o755);
  world = await createWorld({ packageRoot: await bundleServer('resources'), programs });
  // The server starts with the first request of a client.
  await (await world.open()).launch({
    name: 'first',
    tags: {},
    env: {},
    lease: 'dbx_000000000000',
    marks: { 'devbox-lease': 'dbx_000000000000' },
    settings: {},
  });
});
afterAll(async () => {
  expect(await world.end()).toEqual([]);
  await rm(programs, { recursive: true, force: true });
});

const { call, ok, problem } = wireOf(() => world);

const created = z.looseObject({ container_id: z.string(), server_type: z.string() });
const create = async (body: object): Promise<string> =>
  (await ok(created, call('POST', '/v1/containers', body))).container_id;
const look = (id: string) => ok(detail, call('GET', `/v1/containers/${id}`));
const remove = async (...ids: string[]): Promise<void> => {
  for (const id of ids) await ok(z.unknown(), call('DELETE', `/v1/containers/${id}?purge=true`));
};

describe('templates', () => {
  test('a fresh server has some, on one page', async () => {
    const { data, meta } = await ok(templates, call('GET', '/v1/templates?page=1'));
    expect(data.map(({ name }) => name)).toEqual([
      'pytorch-2.1',
      'tensorflow-2.15',
      'ubuntu-22.04',
      'jupyter-minimal',
    ]);
    expect(meta).toMatchObject({ current_page: 1, last_page: 1, total: 4 });
    const named = await ok(templates, call('GET', '/v1/templates?name=PyTorch'));
    expect(named.data).toMatchObject([{ volumeMountPath: '/workspace', portsArray: [8080, 8888] }]);
  });

  test('categories are not taken for a template', async () => {
    const shape = z.strictObject({
      data: z.array(z.strictObject({ id: z.int(), name: z.string(), description: z.string() })),
    });
    expect((await ok(shape, call('GET', '/v1/templates/categories'))).data.length).toBeGreaterThan(0);
  });

  test('are made, changed in part, cleared and deleted', async () => {
    const made = await ok(
      oneTemplate,
      call('POST', '/v1/templates', {
        name: 'mine',
        docker_image: 'ghcr.io/team/image:1',
        description: 'ours',
        exposed_ports: '8000-8002,9000',
        environment_variables: { A: '1' },
        command: 'serve',
        memory_limit: 8,
        registry_username: 'me',
        registry_password: 'hush-hush',
        registry: 'ghcr.io',
      }),
    );
    expect(made.data).toMatchObject({
      visibility: 'private',
      containerType: 'gpu',
      containerDiskSize: 10,
      portsArray: [8000, 8001, 8002, 9000],
      memoryLimit: 8,
    });
    const path = `/v1/templates/${made.data.templateUuid}`;
    const edited = await ok(
      oneTemplate,
      call('PUT', path, {
        notes: 'new',
        description: '',
        command: '',
        exposed_ports: '',
        memory_limit: null,
      }),
    );
    expect(edited.data).toMatchObject({
      name: 'mine',
      notes: 'new',
      description: '',
      command: null,
      exposedPorts: null,
      memoryLimit: null,
      environmentVariables: { A: '1' },
    });
    expect(await ok(oneTemplate, call('GET', '/v1/templates/mine'))).toEqual(edited);

    // Its credential came with it, and stays as long as it is used.
    const { credentials_id: id } = made.data.devbox;
    expect(await problem(call('DELETE', `/v1/credentials/${id}`))).toMatchObject({ status: 409 });
    await ok(z.unknown(), call('DELETE', path));
    expect((await call('GET', path)).status).toBe(404);
    await ok(z.unknown(), call('DELETE', `/v1/credentials/${id}`));
  });

  const wrong: [string, 'POST' | 'PUT' | 'DELETE', string, object | undefined, number, string[]][] = [
    ['no name', 'POST', '', { docker_image: 'a' }, 422, ['name']],
    ['no image', 'POST', '', { name: 'a' }, 422, ['docker_image']],
    ['an image that is none', 'POST', '', { name: 'a', docker_image: 'a b' }, 422, ['docker_image']],
    [
      'ports that are none',
      'POST',
      '',
      { name: 'a', docker_image: 'a', exposed_ports: '0' },
      422,
      ['exposed_ports'],
    ],
    [
      'a path that climbs',
      'POST',
      '',
      { name: 'a', docker_image: 'a', volume_mount_path: '/a/..' },
      422,
      ['volume_mount_path'],
    ],
    [
      'an unknown category',
      'POST',
      '',
      { name: 'a', docker_image: 'a', category_id: 99 },
      422,
      ['category_id'],
    ],
    [
      'an unknown credential',
      'POST',
      '',
      { name: 'a', docker_image: 'a', credentials_id: 99 },
      422,
      ['credentials_id'],
    ],
    [
      'half a login',
      'POST',
      '',
      { name: 'a', docker_image: 'a', registry_username: 'u' },
      422,
      ['registry_password'],
    ],
    [
      'an unknown word',
      'POST',
      '',
      { name: 'a', docker_image: 'a', visibility: 'secret' },
      422,
      ['visibility'],
    ],
    ['a fraction', 'POST', '', { name: 'a', docker_image: 'a', memory_limit: 1.5 }, 422, ['memory_limit']],
    ['a name that is taken', 'POST', '', { name: 'PyTorch-2.1', docker_image: 'a' }, 409, ['name']],
    ['a change of a built-in one', 'PUT', '/ubuntu2204', { notes: 'x' }, 409, []],
    ['deleting a built-in one', 'DELETE', '/ubuntu-22.04', undefined, 409, []],
    ['an unknown one', 'DELETE', '/nobody', undefined, 404, []],
  ];
  test.each(wrong)('refuse %s', async (_what, method, path, body, status, fields) => {
    expect(await problem(call(method, `/v1/templates${path}`, body))).toMatchObject({ status, fields });
  });
});

describe('credentials', () => {
  test('come in with a password that never goes out, into a file that is private', async () => {
    const shape = z.strictObject({ data: credential });
    const add = (registry?: string) =>
      ok(shape, call('POST', '/v1/credentials', { registry, username: 'me', password: 'very-secret' }));
    const { data } = await add();
    expect(data).toMatchObject({ registry: 'docker.io', username: 'me' });
    const list = await call('GET', '/v1/credentials');
    expect(z.parse(z.strictObject({ data: z.array(credential) }), JSON.parse(list.text)).data).toEqual([
      data,
    ]);
    expect(list.text).not.toContain('very-secret');
    const file = join(world.places.state, 'credentials.json');
    expect(await readFile(file, 'utf8')).toContain('very-secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await ok(z.unknown(), call('DELETE', `/v1/credentials/${data.id}`));
    // A number means one credential for ever: boxes remember it.
    const next = await add('ghcr.io');
    expect(next.data.id).toBeGreaterThan(data.id);
    await ok(z.unknown(), call('DELETE', `/v1/credentials/${next.data.id}`));
  });

  test.each([
    ['POST', '', { username: 'me' }, 422, ['password']],
    ['POST', '', { password: 'x' }, 422, ['username']],
    ['DELETE', '/4711', undefined, 404, []],
    ['DELETE', '/x', undefined, 404, []],
  ] as const)('%s %s %j', async (method, path, body, status, fields) => {
    expect(await problem(call(method, `/v1/credentials${path}`, body))).toMatchObject({ status, fields });
  });
});

describe('SSH keys', () => {
  test('are told to new boxes', async () => {
    const { data } = await ok(
      z.strictObject({ data: sshKey }),
      call('POST', '/v1/ssh-keys', { name: 'laptop', public_key: `${key}\n` }),
    );
    expect(data).toMatchObject({ name: 'laptop', public_key: key });
    const list = await ok(z.strictObject({ data: z.array(sshKey) }), call('GET', '/v1/ssh-keys'));
    expect(list.data).toEqual([data]);
    expect(await problem(call('POST', '/v1/ssh-keys', { name: 'laptop', public_key: key }))).toMatchObject({
      status: 409,
    });
    const id = await create({ server_name: 'keyed', environment_variables: { A: 'b' } });
    expect(await look(id)).toMatchObject({ environment_variables: { A: 'b', PUBLIC_KEY: key } });
    await remove(id);
    await ok(z.unknown(), call('DELETE', `/v1/ssh-keys/${data.id}`));
    expect((await call('DELETE', `/v1/ssh-keys/${data.id}`)).status).toBe(404);
  });

  test.each([
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['two keys', `${key}\n${key}`],
    ['no key', 'hello'],
    ['a kind that is not its own', key.replace('ssh-ed25519', 'ssh-rsa')],
  ])('refuse %s', async (_what, public_key) => {
    expect(await problem(call('POST', '/v1/ssh-keys', { name: 'n', public_key }))).toMatchObject({
      status: 422,
      fields: ['public_key'],
    });
  });
});

describe('GPUs', () => {
  test('are counted by kind, and belong to one box at a time until that is deleted', async () => {
    const free = async (): Promise<[string, number][]> =>
      (await ok(gpuKinds, call('GET', '/v1/gpus/types'))).map((kind) => [
        kind.gpu_name,
        kind.available_count,
      ]);
    expect(await free()).toEqual([
      ['NVIDIA GeForce RTX 4090', 2],
      ['NVIDIA H100 80GB HBM3', 1],
    ]);
    // Four at once want one of two.
    const answers = await Promise.all(
      ['g1', 'g2', 'g3', 'g4'].map((server_name) =>
        call('POST', '/v1/containers', { server_name, type: 'GPU', gpu_type: 'rtx 4090' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(JSON.parse(refused?.text ?? '').message).toMatch(
      /^no NVIDIA GeForce RTX 4090 is free: g\d has GPU 0, g\d has GPU 1$/,
    );
    const ids = answers.flatMap(({ status, text }) =>
      status === 201 ? [JSON.parse(text).container_id] : [],
    );
    const boxes = await Promise.all(ids.map(look));
    expect(boxes.flatMap(({ gpus }) => gpus.map(({ gpu_uuid }) => gpu_uuid)).sort()).toEqual([
      'GPU-aaaa-0',
      'GPU-aaaa-1',
    ]);
    const first = boxes.find(({ gpus }) => gpus[0]?.gpu_index === '0');
    expect(first).toMatchObject({
      type: 'GPU',
      gpu_count: 1,
      gpu_type: { gpu_name: 'NVIDIA GeForce RTX 4090', gpu_total_memory: 24_564 },
      gpus: [{ gpu_temperature: '45', memory_used: 1200, total_memory: 24_564 }],
    });
    const available = await ok(gpusAvailable, call('GET', '/v1/gpus/available'));
    expect(available).toMatchObject({
      total_available: 1,
      summary: [{ count: 1, gpu_name: 'NVIDIA H100 80GB HBM3', memory_mb: 81_559 }],
      gpus: [{ gpu_uuid: 'GPU-bbbb-2' }],
    });

    const provider = await world.open();
    const box = await provider.get(first?.uuid ?? '');
    if (!box) throw new Error('the box is not there');
    const { stdout } = await exec(provider, box, ['sh', '-c', 'echo $CUDA_VISIBLE_DEVICES']);
    expect(stdout.toString()).toBe('GPU-aaaa-0\n');

    // What is given away is known from the boxes, so a server that was killed knows it too.
    process.kill((await world.serverPid()) ?? 0, 'SIGKILL');
    expect((await (await world.open()).list()).length).toBeGreaterThan(2);
    expect((await call('POST', '/v1/containers', { server_name: 'g5', gpu_type: 'RTX 4090' })).status).toBe(
      409,
    );
    await remove(...ids);
    expect(await free()).toEqual([
      ['NVIDIA GeForce RTX 4090', 2],
      ['NVIDIA H100 80GB HBM3', 1],
    ]);
  });

  test.each([
    [
      'nothing like it',
      'A100',
      /there is no GPU "A100": this server has NVIDIA GeForce RTX 4090, NVIDIA H100/,
    ],
    ['several kinds', 'nvidia', /gpu_type "nvidia" could be NVIDIA GeForce RTX 4090, NVIDIA H100 80GB HBM3/],
  ])('refuse %s', async (_what, gpu_type, message) => {
    const answer = await problem(call('POST', '/v1/containers', { server_name: 'no', gpu_type }));
    expect(answer).toEqual({ status: 422, message: expect.stringMatching(message), fields: ['gpu_type'] });
  });

  test('are none for those who say so, and cannot be seen then', async () => {
    const id = await create({ server_name: 'without', type: 'GPU', gpu_type: 'cpu' });
    expect(await look(id)).toMatchObject({ type: 'CPU', gpu_count: 0, gpu_type: null });
    const provider = await world.open();
    const box = await provider.get(id);
    if (!box) throw new Error('the box is not there');
    const { stdout } = await exec(provider, box, ['sh', '-c', 'echo "[$CUDA_VISIBLE_DEVICES]"']);
    expect(stdout.toString()).toBe('[]\n');
    await remove(id);
  });
});

describe('a create request', () => {
  test('takes from its template what it does not say, and lays its environment over it', async () => {
    const { data } = await ok(
      oneTemplate,
      call('POST', '/v1/templates', {
        name: 'base',
        docker_image: 'quay.io/team/base:2',
        exposed_ports: '8080',
        environment_variables: { A: 'template', B: 'template' },
        command: 'exec sleep 8008',
        memory_limit: 3,
        volume_mount_path: '/data',
        image_pull_policy: 'latest',
      }),
    );
    const volume = await ok(
      z.looseObject({ data: z.looseObject({ volumeUuid: z.string() }) }),
      call('POST', '/v1/volumes', { volume_name: 'work', volume_space: 1 }),
    );
    const id = await create({
      server_name: 'from-template',
      template_uuid: 'BAS',
      network_volume_uuid: 'work',
      environment_variables: { B: 'request' },
      image_pull_policy: 'cached',
    });
    const box = await look(id);
    expect(box).toMatchObject({
      environment_variables: { A: 'template', B: 'request' },
      command: 'exec sleep 8008',
      memory: 3,
      opened_ports: '8080',
      volume_mount_path: '/data',
      template: { template_uuid: data.templateUuid, name: 'base', docker_image: 'quay.io/team/base:2' },
      network_volume: { volume_uuid: volume.data.volumeUuid, volume_name: 'work' },
      public_urls: '8080=http://localhost:8080',
      devbox: {
        image: 'quay.io/team/base:2',
        ports: { '8080': 'http://localhost:8080' },
        volume: { id: volume.data.volumeUuid, name: 'work', mount_path: '/data' },
      },
    });
    expect(await ok(z.array(container), call('GET', '/v1/containers'))).toContainEqual(
      expect.objectContaining({ uuid: id, opened_ports: '8080' }),
    );
    await remove(id);
    await ok(z.unknown(), call('DELETE', `/v1/templates/${data.templateUuid}`));
    await ok(z.unknown(), call('DELETE', '/v1/volumes/work'));
  });

  test('opens ports in all the forms that clients write', async () => {
    const id = await create({ server_name: 'ports', opened_ports: '8080, 9000-9002,80:8081/tcp,8080' });
    expect(await look(id)).toMatchObject({ opened_ports: '8080,9000,9001,9002,8081' });
    await remove(id);
  });

  const wrong: [string, object, string][] = [
    ['no such template', { template_uuid: 'pytorhc-2.1' }, 'template_uuid'],
    ['no such volume', { network_volume_uuid: 'nowhere' }, 'network_volume_uuid'],
    ['port 0', { opened_ports: '0' }, 'opened_ports'],
    ['a port above 65535', { opened_ports: '65536' }, 'opened_ports'],
    ['a range that goes down', { opened_ports: '9-8' }, 'opened_ports'],
    ['too many ports', { opened_ports: '1-60000' }, 'opened_ports'],
    ['UDP', { opened_ports: '53/udp' }, 'opened_ports'],
    ['a relative mount path', { volume_mount_path: 'data' }, 'volume_mount_path'],
    ['a mount path that climbs', { volume_mount_path: '/data/../etc' }, 'volume_mount_path'],
    ['a mount over everything', { volume_mount_path: '/' }, 'volume_mount_path'],
    ['an unknown pull policy', { docker_image: 'a', image_pull_policy: 'never' }, 'image_pull_policy'],
    ['a digest that is not there', { docker_image: 'a', image_pull_policy: 'digest' }, 'image_pull_policy'],
    ['an image that is none', { docker_image: '-v /:/host' }, 'docker_image'],
    ['an unknown credential', { docker_image: 'a', credentials_id: 99 }, 'credentials_id'],
    ['a GPU for a box without', { type: 'CPU', gpu_type: 'H100' }, 'gpu_type'],
    ['memory of nothing', { memory: 0 }, 'memory'],
  ];
  test.each(wrong)('refuses %s', async (_what, body, field) => {
    const answer = await problem(call('POST', '/v1/containers', { server_name: 'wrong', ...body }));
    expect(answer).toMatchObject({ status: 422, fields: [field] });
  });

  test('says what a name could mean, and what is near to a wrong one', async () => {
    for (const name of ['amb-1', 'amb-2']) {
      await ok(oneTemplate, call('POST', '/v1/templates', { name, docker_image: 'a' }));
    }
    const ask = (template_uuid: string) =>
      problem(call('POST', '/v1/containers', { server_name: 'wrong', template_uuid }));
    expect((await ask('amb')).message).toMatch(
      /^template "amb" could be amb-1 \(\w{10}\), amb-2 \(\w{10}\)$/,
    );
    expect((await ask('pytorhc-2.1')).message).toContain('did you mean pytorch-2.1?');
    for (const name of ['amb-1', 'amb-2']) await ok(z.unknown(), call('DELETE', `/v1/templates/${name}`));
  });
});

test.each([
  ['GET', '/v1/serverless'],
  ['GET', '/v1/serverless/options'],
  ['POST', '/v1/serverless'],
  ['PUT', '/v1/serverless/abc'],
  ['DELETE', '/v1/serverless/requests/abc'],
  ['POST', '/v1/serverless/autoscaling-policies/validate'],
  ['POST', '/v1/serverless/abc/replicas/def/restart'],
  ['GET', '/serverless/requests/abc'],
] as const)('%s %s is not implemented', async (method, path) => {
  expect(await problem(call(method, path))).toMatchObject({ status: 501 });
});

test('stopping twice and starting twice are fine', async () => {
  const id = await create({ server_name: 'twice' });
  for (const action of ['stop', 'stop', 'start', 'start']) {
    await ok(z.unknown(), call('POST', `/v1/containers/${id}/${action}`));
  }
  await remove(id);
});
