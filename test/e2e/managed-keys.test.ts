import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import type { FakeLambda, FakeLambdaOptions } from '../support/fake-lambda/index.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let user: LambdaUser;
let fake: FakeLambda;
let devbox: LambdaUser['devbox'];

async function start(options?: FakeLambdaOptions): Promise<void> {
  user = await lambdaUser({ statuses: ['active'], ...options });
  ({ fake, devbox } = user);
}
afterEach(() => user.end());

const up = ['up', 'region=us-east-3', 'instance_type=gpu_1x_gh200', 'name=box'];
const state = (...parts: string[]): string => join(user.home.path, '.local/state/devbox', ...parts);
const entries = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
const leases = (): z.infer<typeof leaseFile>[] =>
  entries(state('leases')).map((name) =>
    leaseFile.parse(JSON.parse(readFileSync(state('leases', name), 'utf8'))),
  );
const entry = (): string => readFileSync(join(user.home.path, '.ssh/config.d/box'), 'utf8');

const leaseFile = z.object({
  id: z.string(),
  state: z.string(),
  sshKey: z.nullable(z.object({ made: z.boolean(), name: z.string(), publicKey: z.optional(z.string()) })),
});
const launchBody = z.object({ ssh_key_names: z.array(z.string()), user_data: z.optional(z.string()) });
const launched = (): z.infer<typeof launchBody> =>
  launchBody.parse(fake.sent('POST /instance-operations/launch').at(-1)?.body);

/** The private parts of what was made: the middle of each PEM block, line by line. */
function privateLines(text: string): string[] {
  return [...text.matchAll(/-----BEGIN OPENSSH PRIVATE KEY-----\s+([\s\S]*?)-----END/g)].flatMap(
    ([, body = '']) => body.trim().split(/\s+/).slice(1),
  );
}

describe('without an ssh_key_name', () => {
  it('a box gets a key of its own, which ends with it', async () => {
    await start();
    expect(await devbox(up)).toMatchObject({ code: 0 });
    const [lease] = leases();
    const id = lease?.id ?? '';
    const name = id.replace('dbx_', 'devbox-dbx-');
    expect(lease).toMatchObject({ state: 'ready', sshKey: { made: true, name } });
    expect(fake.sent('POST /ssh-keys').map(({ body }) => body)).toEqual([
      { name, public_key: readFileSync(state('ssh', id, 'id_ed25519.pub'), 'utf8').trim() },
    ]);
    expect(launched().ssh_key_names).toEqual([name]);
    expect(statSync(state('ssh', id, 'id_ed25519')).mode & 0o777).toBe(0o600);
    expect(statSync(state('ssh', id)).mode & 0o777).toBe(0o700);
    expect(entry()).toContain(`IdentityFile ${state('ssh', id, 'id_ed25519')}\n    IdentitiesOnly yes\n`);

    expect(await devbox(['down', 'box'])).toMatchObject({ code: 0 });
    expect(fake.sshKeys.map((key) => key.name)).not.toContain(name);
    expect(entries(state('ssh'))).toEqual([]);
    expect(leases()).toEqual([]);
  });

  it('the key is in the lease, on disk, before the provider hears of it', async () => {
    await start({ faults: [{ on: 'POST /ssh-keys', fault: { kind: 'slow', milliseconds: 30_000 } }] });
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    const run = devbox(up, { started: (send) => (kill = send) });
    await until(() => fake.sent('POST /ssh-keys').length === 1);
    kill('SIGKILL');
    await run;
    const [lease] = leases();
    expect(lease).toMatchObject({ state: 'intended', sshKey: { made: true } });
    expect(entries(state('ssh', lease?.id ?? ''))).toContain('id_ed25519');
  });

  it('a launch that is refused leaves no key behind', async () => {
    await start({ capacityRefusals: 9 });
    expect(await devbox([...up, 'max_retries=0'])).toMatchObject({ code: 5 });
    expect(fake.sent('DELETE /ssh-keys/*')).toHaveLength(0);
    expect(fake.sshKeys.filter(({ name }) => name.startsWith('devbox-'))).toEqual([]);
    expect([entries(state('ssh')), leases()]).toEqual([[], []]);
  });

  it('Ctrl-C between two tries leaves no key behind', async () => {
    await start({ capacityRefusals: 99 });
    const run = await devbox([...up, 'initial_backoff=60.0'], {
      signalAt: { text: 'retrying', signal: 'SIGINT' },
    });
    expect(run.code).toBe(130);
    expect(fake.sshKeys.filter(({ name }) => name.startsWith('devbox-'))).toEqual([]);
    expect([entries(state('ssh')), leases()]).toEqual([[], []]);
  });

  it('a key whose upload has no answer is looked for', async () => {
    await start({ faults: [{ on: 'POST /ssh-keys', fault: { kind: 'drop-after' } }] });
    expect(await devbox(up)).toMatchObject({ code: 0 });
    expect(fake.sent('POST /ssh-keys')).toHaveLength(1);
  });

  it('a key that was lost on its way is sent once more', async () => {
    await start({ faults: [{ on: 'POST /ssh-keys', fault: { kind: 'drop-before' } }] });
    expect(await devbox(up)).toMatchObject({ code: 0 });
    expect(fake.sent('POST /ssh-keys')).toHaveLength(2);
  });

  it('a key that may appear late launches nothing, and is deleted by cleanup', async () => {
    await start({ faults: [{ on: 'POST /ssh-keys', times: 2, fault: { kind: 'drop-before' } }] });
    expect(await devbox(up)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('Nothing was launched'),
    });
    expect(fake.sent('POST /instance-operations/launch')).toEqual([]);
    const [lease] = leases();
    expect(lease).toMatchObject({ state: 'released', sshKey: { made: true } });
    const { name = '', publicKey = '' } = { ...lease?.sshKey };
    fake.sshKeys.push({ id: 'late', name, public_key: publicKey });
    expect(await devbox(['cleanup'])).toMatchObject({ code: 0 });
    expect(fake.sshKeys.map(({ id }) => id)).not.toContain('late');
    expect([entries(state('ssh')), leases()]).toEqual([[], []]);
  });

  it('a key that cannot be deleted is named, and its record stays', async () => {
    await start();
    await devbox(up);
    fake.fault({
      on: 'DELETE /ssh-keys/*',
      fault: { kind: 'refuse', status: 403, code: 'global/forbidden' },
    });
    const down = await devbox(['down', 'box']);
    expect(down).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/SSH key devbox-dbx-\w+ of box could not/),
    });
    expect(leases()).toMatchObject([{ state: 'released', sshKey: { made: true } }]);
  });

  it('a key of that name and another half, which somebody put there, stays', async () => {
    await start();
    await devbox(up);
    const mine = fake.sshKeys.find(({ name }) => name.startsWith('devbox-'));
    expect(mine).toBeDefined();
    const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOtherOtherOtherOtherOtherOtherOtherOther';
    fake.sshKeys.splice(0, fake.sshKeys.length, { id: '7', name: mine?.name ?? '', public_key: other });
    expect(await devbox(['down', 'box'])).toMatchObject({ code: 0 });
    expect(fake.sshKeys).toHaveLength(1);
  });

  it('ssh.key=named wants one named', async () => {
    await start();
    const { code, stderr } = await devbox([...up, 'ssh.key=named']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('ssh_key_name') });
    expect(fake.sent('POST /instance-operations/launch')).toEqual([]);
  });
});

describe('a named key', () => {
  it('is used as it is, and stays', async () => {
    await start();
    expect(await devbox([...up, 'ssh_key_name=default'])).toMatchObject({ code: 0 });
    expect(launched().ssh_key_names).toEqual(['default']);
    expect(leases()).toMatchObject([{ sshKey: { made: false, name: 'default' } }]);
    expect(entry()).not.toContain('IdentityFile');
    await devbox(['down', 'box']);
    expect(fake.sent('POST /ssh-keys')).toEqual([]);
    expect(fake.sshKeys.map(({ name }) => name)).toContain('default');
  });
});

describe('the host key', () => {
  it('is given to the box and known from the start', async () => {
    await start();
    await devbox(up);
    const [lease] = leases();
    const known = readFileSync(state('ssh', lease?.id ?? '', 'known_hosts'), 'utf8').trim();
    const [alias, kind, blob] = known.split(' ');
    expect(launched().user_data).toContain(`ed25519_public: ${kind} ${blob}`);
    expect(entry()).toContain(`HostKeyAlias ${alias}\n    StrictHostKeyChecking yes\n`);
  });

  it.each([
    ['a cloud-init file of the user’s own', ['cloud_init.file=own.yaml'], /file of your own/],
    ['none', ['cloud_init.enabled=false'], /without cloud-init/],
  ])('is the first that ssh meets with %s, which is said once', async (_, settings, why) => {
    await start();
    writeFileSync(join(user.home.path, 'own.yaml'), '#cloud-config\nruncmd: []\n');
    const { code, stderr } = await devbox([...up, ...settings]);
    expect({ code, told: stderr.match(new RegExp(why, 'g'))?.length }).toEqual({ code: 0, told: 1 });
    expect(entry()).toContain('StrictHostKeyChecking accept-new\n');
    expect((await devbox(['wait', 'box'])).stderr).not.toMatch(why);
  });

  it('keeps its private half to itself: no log, no record, no --debug, no error repeats it', async () => {
    await start({
      faults: [{ on: 'POST /instance-operations/launch', fault: { kind: 'echo' } }],
    });
    const run = await devbox([...up, '--debug']);
    const secrets = privateLines(launched().user_data ?? '');
    expect(secrets.length).toBeGreaterThan(3);
    const identity = leases()
      .map(({ id }) => state('ssh', id, 'id_ed25519'))
      .filter(existsSync);
    const seen = [run.stdout, run.stderr, ...filesBelow(user.home.path, identity)].join('\n');
    for (const secret of secrets) expect(seen).not.toContain(secret);
  });
});

function filesBelow(folder: string, except: readonly string[]): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter((path) => !except.includes(path))
    .map((path) => readFileSync(path, 'latin1'));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
