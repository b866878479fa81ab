import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BinResult } from '../support/bin.ts';
import { bootBox } from '../support/boot.ts';
import type { CloudBox } from '../support/cloud-box.ts';
import type { FakeLambda, FakeLambdaOptions } from '../support/fake-lambda/index.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';
import { freePort, type Sshd, startSshd, whyNoSshd } from '../support/sshd.ts';

const missing = whyNoSshd();
if (missing) console.warn(`notice: nobody waits for a box to become usable: ${missing}`);

let user: LambdaUser;
let fake: FakeLambda;
let port: number;
const servers: Sshd[] = [];

/** A user whose boxes are this machine; each test brings its SSH server up when it likes. */
async function start(options?: FakeLambdaOptions): Promise<void> {
  user = await lambdaUser({ statuses: ['active'], address: '127.0.0.1', ...options });
  ({ fake } = user);
}
beforeEach(async () => {
  port = await freePort();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  await user.end();
});

const userName = (): string => process.env['USER'] ?? 'root';
const quick = (): string[] => [
  ...[`api.base_url=${fake.baseUrl}`, 'api.request_interval=0.0', 'api.launch_interval=0.01'],
  ...['wait.poll_interval=0.1', `ssh.port=${port}`, `ssh.username=${userName()}`],
];
const devbox = (...argv: string[]): Promise<BinResult> => {
  const end = argv.indexOf('--');
  const [own, rest] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end)];
  return user.home.run([...own, ...quick(), ...rest], { env: { LAMBDA_API_KEY: fake.apiKey } });
};
const up = ['up', 'region=us-east-3', 'instance_type=gpu_1x_gh200', 'name=box'];

/** Boots the box: an SSH server with what the launch gave it. */
async function boot(hostKey?: string): Promise<CloudBox> {
  const { server, box } = await bootBox(fake, port, { hostKey });
  servers.push(server);
  return box;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

(missing ? describe.skip : describe)('a box on Lambda Cloud', () => {
  it('is entered with its own key, its host key verified at the first connection', async () => {
    await start();
    await devbox(...up);
    await boot();
    expect(await devbox('exec', 'box', '--', 'echo', 'hello')).toEqual({
      code: 0,
      stdout: 'hello\n',
      stderr: '',
    });
    // Nothing was learnt on the way: the key was known.
    expect(existsSync(join(user.home.path, '.local/state/devbox/known_hosts'))).toBe(false);
  });

  it('with another host key is refused, on a card that says which', async () => {
    await start();
    await devbox(...up);
    servers.push(await startSshd({ port, authorizedKey: fake.sshKeys.at(-1)?.public_key ?? '' }));
    const { code, stdout, stderr } = await devbox('exec', 'box', '--', 'echo', 'hello');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/Host Key Changed/);
    expect(stderr.match(/(Expected|Shown): +ssh-ed25519 SHA256:\S+/g)).toHaveLength(2);
    expect(stderr).toMatch(/rm \S+known_hosts/);
    const waited = await devbox('wait', 'box', 'wait.ssh_timeout=0.2');
    expect(waited).toMatchObject({ code: 1, stderr: expect.stringContaining('Host Key Changed') });
  });

  it('is waited for until it can be entered, cloud-init is over and its GPUs answer', async () => {
    await start({ statuses: ['booting', 'active'] });
    const waiting = devbox(...up, 'wait_after_launch=true');
    await until(() => fake.requests.filter(({ path }) => path.startsWith('/instances/')).length > 4);
    const box = await boot();
    box.cloudInit('running');
    box.gpus(0);
    const looks = (): number => fake.requests.length;
    const before = looks();
    await until(() => looks() > before + 2);
    box.cloudInit('done');
    await until(() => looks() > before + 5);
    box.gpus(1);
    const { code, stderr } = await waiting;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/SSH: .*Connection refused[\s\S]*✓ box: SSH answers\n[\s\S]*cloud-init: running/);
    expect(stderr).toMatch(
      /✓ box: cloud-init is done\n[\s\S]*GPUs: [\s\S]*✓ box: 1 GPU answers\n[\s\S]*✓ box is ready/,
    );
  });

  it.each([
    ['keep', true],
    ['terminate', false],
  ])('whose cloud-init failed is not ready, and on_failure=%s decides', async (on_failure, stays) => {
    await start();
    const waiting = devbox(...up, 'wait_after_launch=true', `on_failure=${on_failure}`);
    await until(() => fake.instances.length > 0);
    const box = await boot();
    box.cloudInit('error', 1);
    const { code, stderr } = await waiting;
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cloud-init: {2}status: error/),
    });
    expect(stderr).toMatch(/Price: +\$1\.49 per hour/);
    expect(stderr.includes('command=down')).toBe(stays);
    expect(fake.instances.every(({ terminated }) => !terminated)).toBe(stays);
  });

  it('that could be used before is not ended, whatever on_failure says', async () => {
    await start();
    expect((await devbox(...up)).code).toBe(0);
    const again = await devbox(
      ...up,
      ...['wait_after_launch=true', 'on_failure=terminate', 'wait.ssh_timeout=0.2'],
    );
    expect(again).toMatchObject({ code: 6, stderr: expect.stringContaining('command=down') });
    expect(fake.instances.map(({ terminated }) => terminated)).toEqual([false]);
  });

  it('that cannot be entered in time goes on, and the card says what it costs and how to end it', async () => {
    await start();
    await devbox(...up);
    const { code, stderr } = await devbox('wait', 'box', 'wait.ssh_timeout=0.3');
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringMatching(/refused/) });
    expect(stderr).toMatch(/Price: +\$1\.49 per hour[\s\S]*could not be entered over SSH[\s\S]*command=down/);
  });

  it('with fewer GPUs than its type has is not ready', async () => {
    await start();
    await devbox(...up);
    (await boot()).gpus(0);
    const { code, stderr } = await devbox('wait', 'box', 'wait.gpus_timeout=0.3');
    expect({ code, stderr }).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/GPUs of box did not answer/),
    });
    expect((await devbox('wait', 'box', 'wait.gpus=false')).code).toBe(0);
  });

  it('that ends while it is looked at ends the wait at once', async () => {
    await start({ statuses: ['active', 'active', 'active', 'active', 'preempted'] });
    await devbox(...up);
    const { code, stderr } = await devbox('wait', 'box');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/it is preempted/) });
  });
});
