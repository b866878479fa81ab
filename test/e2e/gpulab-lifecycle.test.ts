import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinOptions, type Home, makeHome, projectRoot } from '../support/bin.ts';
import { type FakeGpulab, type FakeGpulabOptions, startFakeGpulab } from '../support/fake-gpulab/index.ts';
import { volumes } from '../support/fake-gpulab/resources.ts';
import { openTerminal } from '../support/terminal.ts';

// The life of boxes on a server that has GPULab's published API and nothing of devbox serve.
let home: Home;
let fake: FakeGpulab;
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  home.remove();
  await fake.stop();
});

const start = async (options: FakeGpulabOptions = {}): Promise<void> => {
  fake = await startFakeGpulab(options);
};
const environment = (): Record<string, string> => ({
  GPULAB_API_URL: fake.baseUrl,
  GPULAB_API_KEY: fake.apiKey,
});
const devbox = (argv: readonly string[], options: BinOptions = {}) =>
  home.run(argv, { ...options, env: { ...environment(), ...options.env } });
const deploy = (...argv: string[]) =>
  devbox(['deploy', 'name=train', 'wait.poll_interval=0.02', 'initial_backoff=0.02', ...argv]);

const creates = () => fake.sent('POST /v1/containers');

describe('deploy', () => {
  it('sends GPULab’s own keys, and waits until the container runs', async () => {
    await start({ statuses: ['deploying', 'pulling', 'starting', 'running'] });
    const { code, stdout, stderr } = await deploy(
      ...['--gpu-type', 'RTX 4090', '--ports', '8080:80,8888/tcp,8888', '--env', 'BATCH_SIZE=32'],
      ...['--memory', '32', '--wait', '--json', '--', 'python', 'train.py', '--name', 'a b'],
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const box = JSON.parse(stdout);
    expect(box).toMatchObject({ name: 'train', provider: 'gpulab', status: 'running', phase: 'ready' });
    expect(box.container_id).toBe(box.id);
    expect(creates()).toHaveLength(1);
    expect(creates()[0]?.body).toEqual({
      server_name: 'train',
      type: 'GPU',
      gpu_type: 'RTX 4090',
      opened_ports: '80,8888',
      environment_variables: { BATCH_SIZE: '32' },
      memory: 32,
      command: "python train.py --name 'a b'",
      image_pull_policy: 'cached',
    });
  });

  it('looks up templates and volumes by name, and sends their ids', async () => {
    await start();
    const named = await deploy('template=pytorch', 'volume=models', 'mount_path=/data');
    expect(named).toMatchObject({ code: 0 });
    expect(creates()[0]?.body).toMatchObject({
      template_uuid: 'tmpl000000',
      network_volume_uuid: volumes[1]?.['volumeUuid'],
      volume_mount_path: '/data',
    });
    const several = await devbox(['deploy', 'name=other', 'template=py']);
    expect(several).toMatchObject({ code: 2, stderr: expect.stringContaining('tmpl000001') });
    for (const wrong of ['template=nonsense', 'volume=nonsense']) {
      const missing = await devbox(['deploy', 'name=other', wrong]);
      expect(missing).toMatchObject({ code: 4, stderr: expect.stringMatching(/nonsense[\s\S]*Next:/) });
    }
    expect(creates()).toHaveLength(1);
  });

  it('prints only the id with --quiet', async () => {
    await start();
    const { stdout } = await deploy('-q');
    expect(stdout).toBe(`${fake.containers[0]?.uuid}\n`);
  });

  it('ends at once with the reason where the container fails', async () => {
    await start({ statuses: ['deploying', 'pulling', 'failed'] });
    const { code, stderr } = await deploy('--wait', '--json');
    expect(code).toBe(1);
    const { error } = JSON.parse(stderr);
    expect(error).toMatchObject({ code: 'wait/failed', status: 'failed', id: fake.containers[0]?.uuid });
    expect(error.deploy_log).toMatch(/\S/);
    expect(error.hint).toContain('command=down');
  });

  it.each(['timeout', 'stopped'])('ends at once where the container is %s', async (status) => {
    await start({ statuses: ['deploying', status] });
    expect((await deploy('--wait')).code).toBe(1);
  });

  it('ends where the container is gone, and where the key is refused', async () => {
    await start({
      statuses: ['deploying'],
      faults: [
        {
          on: 'GET /v1/containers/*',
          first: 3,
          fault: { kind: 'status', status: 404, body: '{"message":"no"}' },
        },
      ],
    });
    expect(await deploy('--wait')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('train is gone'),
    });
    fake.fault({
      on: 'GET /v1/containers/*',
      fault: { kind: 'status', status: 401, body: '{"message":"no"}' },
    });
    expect((await devbox(['wait', 'train'])).code).toBe(3);
  });

  it('goes on waiting where a look has no answer', async () => {
    await start({
      statuses: ['deploying', 'deploying', 'deploying', 'deploying', 'running'],
      faults: [{ on: 'GET /v1/containers/*', first: 2, times: 3, fault: { kind: 'drop-before' } }],
    });
    expect((await deploy('--wait')).code).toBe(0);
  });

  it('gives up after wait.timeout, and says that the box exists', async () => {
    await start({ statuses: ['deploying'] });
    const { code, stderr } = await deploy('--wait', 'wait.timeout=0.2');
    expect(code).toBe(6);
    expect(stderr).toMatch(/It still exists/);
  });

  it('asks for nothing where a setting is wrong', async () => {
    await start();
    for (const wrong of ['memory=0', 'ports=[0]', 'env_file=none', 'mount_path=x', 'pull_policy=never']) {
      expect({ wrong, ...(await deploy(wrong)) }).toMatchObject({ wrong, code: 2, stdout: '' });
    }
    expect(fake.requests).toEqual([]);
  });

  it('finds a container again whose create request was not answered, and makes no second one', async () => {
    await start({ faults: [{ on: 'POST /v1/containers', fault: { kind: 'drop-after' } }] });
    await deploy();
    const { code, stdout } = await deploy('-q');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${fake.containers[0]?.uuid}\n` });
    expect(creates()).toHaveLength(1);
  });
});

describe('a box of a foreign server', () => {
  const foreign = {
    uptime: '2h 15m',
    opened_ports: '8080',
    public_urls: 'https://x-8080.proxy.example',
    web_terminal: { terminal_url: 'https://x-terminal.proxy.example' },
    environment_variables: { TOKEN: 'hush-hush' },
    memory: 32,
    allocated_cpu_cores: 12,
    volume_mount_path: '/workspace',
    status: 'running',
  };

  it('is listed and shown with all that it says of itself', async () => {
    await start({ statuses: ['running'] });
    fake.addContainer({ server_name: 'theirs', template_uuid: 'pytorch', gpu_type: 'RTX 4090' }, foreign);
    const listed = JSON.parse((await devbox(['ls', 'api=gpulab', '--json'])).stdout);
    expect(listed).toMatchObject([
      { name: 'theirs', uptime: 8100, ports: { 8080: 'https://x-8080.proxy.example' }, status: 'running' },
    ]);
    const { stdout } = await devbox(['inspect', 'theirs', 'api=gpulab']);
    expect(stdout).toMatch(/Uptime: {2}2h 15m\n +Ports: {2}8080 → https:\/\/x-8080\.proxy\.example\n/);
    expect(stdout).toMatch(/Memory: {2}32 GB\n +CPU Cores: {2}12\n/);
    expect(stdout).toMatch(/Template: {2}pytorch\n/);
    expect(stdout).toMatch(/Environment: {2}TOKEN\n/);
    expect(stdout).toMatch(/Terminal: {2}https:\/\/x-terminal\.proxy\.example\n/);
    expect(stdout).not.toContain('hush-hush');
  });

  it('goes through stop, start, restart, redeploy and rm', async () => {
    await start({ statuses: ['running'] });
    const { uuid } = fake.addContainer({ server_name: 'theirs' });
    const at = (argv: string[]) => devbox([...argv, 'api=gpulab']);
    expect((await at(['stop', 'theirs'])).stdout).toMatch(/Status: {2}stopped/);
    expect((await at(['start', 'theirs'])).stdout).toMatch(/Status: {2}running/);
    expect((await at(['restart', uuid.slice(0, 8)])).code).toBe(0);
    expect((await at(['redeploy', 'theirs'])).stdout).toMatch(
      /Status: {2}redeploying[\s\S]*Wait: +devbox wait/,
    );
    expect((await at(['wait', 'theirs', 'wait.poll_interval=0.02'])).code).toBe(0);
    expect((await at(['rm', 'theirs'])).code).toBe(0);
    expect(fake.containers).toEqual([]);
  });

  it('is ambiguous with another one of its name, and nothing is done', async () => {
    await start({ statuses: ['running'] });
    for (const name of ['same', 'same']) fake.addContainer({ server_name: name });
    const { code, stderr } = await devbox(['rm', 'same', 'api=gpulab']);
    expect(code).toBe(2);
    for (const { uuid } of fake.containers) expect(stderr).toContain(uuid);
    expect(stderr).toContain('same, running');
    expect(fake.containers).toHaveLength(2);
  });

  it('is asked about on a terminal, its whole name or not', async () => {
    await start({ statuses: ['running'] });
    fake.addContainer({ server_name: 'theirs' });
    const terminal = openTerminal(
      [process.execPath, join(projectRoot, 'dist', 'main.js'), 'rm', 'theirs', 'api=gpulab'],
      {
        columns: 80,
        cwd: home.path,
        env: { PATH: process.env['PATH'] ?? '', HOME: home.path, TERM: 'xterm-256color', ...environment() },
      },
    );
    await terminal.until(({ text }) => text.replace(/\s+/g, ' ').includes('? [y/N]'));
    terminal.type('\n');
    expect(await terminal.exited).toBe(1);
    expect(fake.containers).toHaveLength(1);
  });
});
