import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../support/bin.ts';
import { fakeKey } from '../support/fake-gpulab/index.ts';
import { type GpulabUser, gpulabUser } from '../support/gpulab-user.ts';
import { openTerminal } from '../support/terminal.ts';

let user: GpulabUser;
beforeEach(async () => {
  user = await gpulabUser();
});
afterEach(() => user.end());

/** The open leases. */
function leases(): Record<string, unknown>[] {
  const folder = join(user.home.path, '.local/state/devbox/leases');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

test('login, deploy, logs, exec, stop, rm', async () => {
  const { keyless, fake } = user;
  expect(await keyless(['auth', 'login', '--api-key', '-'], { input: fakeKey })).toMatchObject({ code: 0 });
  const deployed = await keyless(['deploy', '--name', 'train', '--template', 'pytorch', '--wait', '--json']);
  expect(deployed.code).toBe(0);
  const { container_id } = JSON.parse(deployed.stdout);
  expect(container_id).toBe(fake.containers[0]?.uuid);
  fake.containers[0]?.logs.push({ at: Date.now(), text: 'epoch 1' });
  expect(await keyless(['logs', 'train', 'api=gpulab'])).toMatchObject({ code: 0, stdout: 'epoch 1\n' });
  const run = await keyless(['exec', 'train', '--', 'sh', '-c', 'echo out; echo err >&2; exit 5']);
  expect(run).toEqual({ code: 5, stdout: 'out\n', stderr: 'err\n' });
  expect(await keyless(['stop', container_id.slice(0, 8)])).toMatchObject({ code: 0 });
  expect(await keyless(['rm', 'train'])).toMatchObject({ code: 0 });
  expect(fake.containers).toHaveLength(0);
  expect(leases()).toEqual([]);
});

describe('what goes wrong', () => {
  test.each([
    ['an invalid key', { GPULAB_API_KEY: 'wrong' }, 3, 'Unauthenticated.'],
    [
      'a server that is away',
      { GPULAB_API_URL: 'http://127.0.0.1:9' },
      1,
      'nothing answers at http://127.0.0.1:9',
    ],
    [
      'an address that would give the key away',
      { GPULAB_API_URL: 'http://gpu.example/api' },
      2,
      'insecure=true',
    ],
  ])('%s', async (_what, env, code, says) => {
    const result = await user.devbox(['exec', 'train', 'api=gpulab', '--', 'true'], { env });
    expect(result.code).toBe(code);
    expect(result.stderr.replace(/\s+/g, ' ')).toContain(says);
  });

  test('a container that is not there', async () => {
    user.fake.addContainer({ server_name: 'train' });
    const result = await user.devbox(['exec', 'trian', 'api=gpulab', '--', 'true']);
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('train') });
  });
});

describe('a deploy whose answer is lost', () => {
  const deploy = ['deploy', '--name', 'train', '--template', 'pytorch'];

  test('finds its container again', async () => {
    user.fake.fault({ on: 'POST /v1/containers', fault: { kind: 'drop-after' } });
    const result = await user.devbox([...deploy, '-q']);
    expect(result).toMatchObject({ code: 0, stdout: `${user.fake.containers[0]?.uuid}\n` });
    expect(leases()).toMatchObject([{ instanceId: user.fake.containers[0]?.uuid }]);
  });

  test('leaves a lease where it finds none; what comes late without a mark is shown, and its own only when told so', async () => {
    user.fake.fault({ on: 'POST /v1/containers', fault: { kind: 'drop-before' } });
    const result = await user.devbox(deploy);
    expect(result).toMatchObject({ code: 7, stdout: '' });
    expect(result.stderr).toContain('it is not known whether train exists');
    expect(leases()).toMatchObject([{ state: 'indeterminate', instanceId: null }]);
    const late = user.fake.addContainer({ server_name: 'train' });
    const again = await user.devbox([...deploy, '-q']);
    expect(again).toMatchObject({ code: 0, stdout: `${late.uuid}\n` });
    expect(again.stderr).toContain(`devbox lease adopt ${late.uuid} lease=dbx_`);
    expect(user.fake.containers).toHaveLength(1);
    expect(leases()).toMatchObject([{ instanceId: null }]);
    const [, lease = ''] = /lease=(dbx_\w+)/.exec(again.stderr) ?? [];
    expect(await user.devbox(['lease', 'adopt', 'train', `lease=${lease}`])).toMatchObject({ code: 0 });
    expect(leases()).toMatchObject([{ instanceId: late.uuid }]);
  });
});

test('ssh speaks to the terminal’s own host, which gets no key', async () => {
  user.fake.addContainer({ server_name: 'train' }).statuses = ['running'];
  const argv = [
    process.execPath,
    join(projectRoot, 'dist', 'main.js'),
    'ssh',
    'train',
    'api=gpulab',
  ] as const;
  const terminal = openTerminal([...argv], {
    columns: 80,
    cwd: user.home.path,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: user.home.path,
      TERM: 'xterm-256color',
      GPULAB_API_KEY: fakeKey,
      ...user.address,
    },
  });
  await terminal.until(({ text }) => text.includes('$'));
  terminal.type('hello');
  await terminal.until(({ text }) => text.includes('hello'));
  terminal.type('q');
  expect(await terminal.exited).toBe(0);
  expect(user.fake.terminals.opened).toHaveLength(1);
  expect(user.fake.terminals.opened[0]).toMatchObject({ 'sec-websocket-protocol': 'tty' });
  expect(user.fake.terminals.opened[0]).not.toHaveProperty('api-key');
});
