import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type BinOptions, type BinResult, type Home, makeHome } from '../support/bin.ts';
import type { FakeLambdaOptions } from '../support/fake-lambda/index.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let user: LambdaUser;
let second: Home | undefined;
afterEach(async () => {
  second?.remove();
  second = undefined;
  await user.end();
});

const up = ['up', 'region=us-east-3', 'instance_type=gpu_1x_gh200', 'name=box'];
const stateOf = (home: Home, ...parts: string[]): string => join(home.path, '.local/state/devbox', ...parts);
const state = (...parts: string[]): string => stateOf(user.home, ...parts);
const inFolder = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
const live = (): string[] => user.fake.instances.filter(({ terminated }) => !terminated).map(({ id }) => id);
const launches = (): number => user.fake.sent('POST /instance-operations/launch').length;
const ends = (): unknown[] => user.fake.sent('POST /instance-operations/terminate').map(({ body }) => body);
const keys = (): string[] =>
  user.fake.sshKeys.map(({ name }) => name).filter((name) => name.startsWith('devbox-'));

async function start(options: FakeLambdaOptions = {}): Promise<void> {
  user = await lambdaUser({ statuses: ['active'], ...options });
}

/** Runs the bin as a machine of this name that has the same home, as over a network file system. */
const on = (host: string, argv: readonly string[], options: BinOptions = {}): Promise<BinResult> =>
  user.devbox(argv, { ...options, env: { DEVBOX_HOST: host, ...options.env } });

describe('two machines with one home', () => {
  it('that bring up one box at the same time get one', async () => {
    await start();
    const results = await Promise.all([
      on('a', [...up, '--json']),
      on('b', [...up, '--json']),
      on('a', [...up, '--json']),
      on('b', [...up, '--json']),
    ]);
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      results.map(({ stderr }) => ({ code: 0, stderr })),
    );
    expect([...new Set(results.map(({ stdout }) => JSON.parse(stdout).id))]).toEqual(live());
    expect(launches()).toBe(1);
  });

  it('end and clean up what the other one has brought up', async () => {
    await start();
    await on('a', up);
    const shown = await on('b', ['list']);
    expect(shown.stdout).toMatch(/Owner: {2}\S+@a\n/);
    expect(JSON.parse((await on('b', ['list', '--json'])).stdout)).toMatchObject([
      { lease: { owner: { host: 'a' } } },
    ]);
    expect(await on('b', ['down', 'box'])).toMatchObject({ code: 0 });
    expect([live(), keys(), inFolder(state('leases')), inFolder(state('ssh'))]).toEqual([[], [], [], []]);
    await on('a', [...up, 'ttl=1s']);
    let tries = 0;
    while (live().length > 0) {
      expect(await on('b', ['reap'])).toMatchObject({ code: 0 });
      tries += 1;
      expect(tries).toBeLessThan(60);
    }
    expect([keys(), inFolder(state('leases'))]).toEqual([[], []]);
  });

  it('leave alone what the other one is bringing up', async () => {
    await start({ capacityRefusals: 2 });
    // Its time is over before it is there: what decides is on disk only once the launch was accepted.
    const going = on('a', [...up, 'ttl=1s', 'initial_backoff=3.0', '--json']);
    let tries = 0;
    while (launches() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    while (launches() < 3) {
      const { stdout, code } = await on('b', ['cleanup', '--json']);
      expect(code).toBe(0);
      if (launches() === 3) break;
      expect(JSON.parse(stdout)).toMatchObject([{ action: 'kept' }]);
      const down = await on('b', ['down', 'box']);
      if (launches() < 3)
        expect(down).toMatchObject({ code: 1, stderr: expect.stringContaining('bringing box up') });
      tries += 1;
      expect(tries).toBeLessThan(200);
    }
    expect(tries).toBeGreaterThan(0);
    const { id } = JSON.parse((await going).stdout);
    expect(launches()).toBe(3);
    expect(ends().every((body) => JSON.stringify(body).includes(id))).toBe(true);
  });
});

/** Another machine that has the leases, and none of the files. */
function otherMachine(): Home {
  const home = makeHome();
  mkdirSync(stateOf(home), { recursive: true });
  for (const name of ['leases', 'locks']) symlinkSync(state(name), stateOf(home, name));
  second = home;
  return home;
}

const elsewhere = (
  argv: readonly string[],
  home: Home,
  env: Record<string, string> = {},
): Promise<BinResult> =>
  home.run([...argv, `api.base_url=${user.fake.baseUrl}`, 'api.request_interval=0.0', 'wait.ssh=false'], {
    env: { LAMBDA_API_KEY: user.fake.apiKey, DEVBOX_HOST: 'b', ...env },
  });

describe('a machine that shares the leases and not the files', () => {
  it('says where the key of a box is, and ends the box without it', async () => {
    await start();
    await on('laptop', up);
    const [lease = ''] = inFolder(state('ssh'));
    const home = otherMachine();
    for (const argv of [
      ['ssh', 'box'],
      ['exec', 'box', '--', 'true'],
      ['logs', 'box'],
    ]) {
      const { code, stderr } = await elsewhere(argv, home);
      expect({ argv, code }).toEqual({ argv, code: 1 });
      expect(stderr).toContain('the private key of box is on another machine: devbox made it on laptop');
      expect(stderr.replace(/\s+/g, ' ')).toContain(`@laptop:.local/state/devbox/ssh/${lease}/*`);
      expect(stderr).toContain('ssh.identity_file=PATH');
    }
    // The host key is in the lease.
    expect(readFileSync(stateOf(home, 'ssh', lease, 'known_hosts'), 'utf8')).toBe(
      readFileSync(state('ssh', lease, 'known_hosts'), 'utf8'),
    );
    const own = await elsewhere(['ssh', 'box', 'print=true', 'ssh.identity_file=/key'], home);
    expect(own).toMatchObject({ code: 0 });
    expect(readFileSync(join(home.path, '.ssh/config.d/box'), 'utf8')).toMatch(
      /IdentityFile \/key\n[\s\S]*StrictHostKeyChecking yes/,
    );
    expect(await elsewhere(['wait', 'box'], home)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('made it on laptop'),
    });
    expect(await elsewhere(['list'], home)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('@laptop'),
    });
    expect(await elsewhere(['down', 'box'], home)).toMatchObject({ code: 0 });
    expect([live(), keys()]).toEqual([[], []]);

    // What is left on the first machine goes with its next cleanup, and nothing else does.
    const folder = join(user.home.path, '.ssh/config.d');
    writeFileSync(join(folder, 'mine'), 'Host mine\n');
    expect(inFolder(folder).sort()).toEqual(['box', 'mine']);
    const dry = JSON.parse((await on('laptop', ['cleanup', 'dry_run=true', '--json'])).stdout);
    expect(dry).toMatchObject([
      { kind: 'ssh_entry', action: 'removed', dry_run: true, path: join(folder, 'box') },
      { kind: 'ssh_keys', lease, action: 'removed' },
    ]);
    expect((await on('laptop', ['cleanup', 'dry_run=true'])).stdout).toMatch(/box .*would remove/);
    expect(inFolder(state('ssh'))).toEqual([lease]);
    const done = await on('laptop', ['cleanup']);
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 leftovers removed'),
    });
    expect([inFolder(state('ssh')), inFolder(folder)]).toEqual([[], ['mine']]);
    expect((await on('laptop', ['cleanup'])).stdout).toBe('Nothing to clean up\n');
  });
});

describe('what is left for ssh', () => {
  it('stays while its box is there, though its lease was given up', async () => {
    await start();
    await user.devbox(up);
    const [lease = ''] = inFolder(state('ssh'));
    await user.devbox(['lease', 'release', lease]);
    expect((await user.devbox(['cleanup'])).stdout).not.toContain('remove');
    expect(inFolder(state('ssh'))).toEqual([lease]);
    expect((await user.devbox(['ssh', 'box', 'print=true'])).code).toBe(0);
    expect(readFileSync(join(user.home.path, '.ssh/config.d/box'), 'utf8')).toContain(
      state('ssh', lease, 'id_ed25519'),
    );
  });

  it('goes with its box, though its lease was given up', async () => {
    await start();
    await user.devbox(up);
    await user.devbox(['lease', 'release', 'box']);
    expect(keys()).toHaveLength(1);
    expect(await user.devbox(['down', 'box'])).toMatchObject({ code: 0 });
    expect([live(), keys(), inFolder(state('ssh'))]).toEqual([[], [], []]);
  });

  it('goes after its box, though its lease was given up, where it was made here', async () => {
    await start();
    await user.devbox(up);
    await user.devbox(['lease', 'release', 'box']);
    second = makeHome();
    expect(await elsewhere(['down', live()[0] ?? ''], second)).toMatchObject({ code: 0 });
    expect(keys()).toHaveLength(1);
    // For that machine it may be of another one.
    while (JSON.parse((await elsewhere(['list', '--json'], second)).stdout).length > 0);
    expect((await elsewhere(['cleanup'], second)).stdout).toMatch(/devbox-dbx-\w+ .*to decide/);
    expect(keys()).toHaveLength(1);
    expect((await user.devbox(['cleanup', 'dry_run=true'])).stdout).toMatch(/devbox-dbx-\w+ .*would remove/);
    expect(keys()).toHaveLength(1);
    expect(await user.devbox(['cleanup'])).toMatchObject({ code: 0 });
    expect([keys(), inFolder(state('ssh'))]).toEqual([[], []]);
  });

  it('stays where it is of another account, of another devbox, or of a lease that cannot be read', async () => {
    await start();
    await user.devbox(up);
    const [lease = ''] = inFolder(state('ssh'));
    const entry = join(user.home.path, '.ssh/config.d/box');
    const copy = readFileSync(entry, 'utf8');
    await user.devbox(['down', 'box']);
    cpSync(state(), `${state()}.old`, { recursive: true });
    writeFileSync(entry, copy.replace(/^# Account: .*$/m, '# Account: another'));
    mkdirSync(state('ssh', lease), { recursive: true });
    writeFileSync(state('ssh', lease, 'origin'), 'lambda another\n');
    mkdirSync(state('ssh', 'dbx_000000000001'));
    expect((await user.devbox(['cleanup'])).stdout).toBe('Nothing to clean up\n');
    writeFileSync(entry, copy);
    writeFileSync(state('leases', 'dbx_000000000002.json'), '{');
    expect((await user.devbox(['cleanup'])).stdout).toBe('Nothing to clean up\n');
    rmSync(state('leases', 'dbx_000000000002.json'));
    writeFileSync(entry, copy.replace(/^# Account: .*$/m, '# Account: -'));
    const shown = await user.devbox(['cleanup']);
    expect(shown.stdout).toMatch(/box .*to decide/);
    expect(shown.stdout).toContain(`rm ${entry}`);
    expect(existsSync(entry)).toBe(true);
  });

  it('goes where it is the host key of a box that nobody has', async () => {
    await start();
    mkdirSync(state('known_hosts'), { recursive: true });
    const there = user.fake.addInstance({ name: 'theirs' }, 9);
    for (const id of [there.id, 'f'.repeat(32)]) writeFileSync(state('known_hosts', id), 'x');
    expect(JSON.parse((await user.devbox(['cleanup', '--json'])).stdout)).toMatchObject([
      { kind: 'host_key', id: 'f'.repeat(32), action: 'removed' },
    ]);
    expect(inFolder(state('known_hosts'))).toEqual([there.id]);
  });
});

describe('a lease of another account', () => {
  const foreign = (change: Record<string, unknown>): void => {
    const [name = ''] = inFolder(state('leases'));
    const file = state('leases', name);
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
  };

  it('is told of and left; what it names is not looked for elsewhere', async () => {
    await start();
    await user.devbox([...up, 'ssh_key_name=default']);
    foreign({ account: 'another', instanceId: 'e'.repeat(32), name: 'theirs' });
    for (const argv of [['list'], ['ls'], ['cleanup']]) {
      const { code, stderr } = await user.home.run([...argv, 'api.request_interval=0.0'], {
        env: { LAMBDA_API_KEY: user.fake.apiKey, DEVBOX_LAMBDA_API_URL: user.fake.baseUrl },
      });
      expect({ argv, code }).toEqual({ argv, code: 0 });
      expect(stderr).toMatch(/The lease dbx_\w+ of theirs was not looked at: it is of another account/);
    }
    expect(await user.devbox(['down', 'theirs', '--json'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('lease/other-account'),
    });
    foreign({ expiresAt: '2020-01-01T00:00:00.000Z' });
    const over = await user.home.run(['reap', 'api.request_interval=0.0'], {
      env: { LAMBDA_API_KEY: user.fake.apiKey, DEVBOX_LAMBDA_API_URL: user.fake.baseUrl },
    });
    expect(over).toMatchObject({ code: 3, stderr: expect.stringContaining('theirs is past its time') });
    expect([ends(), live().length]).toEqual([[], 1]);
  });

  it('is this one’s where this key shows its box: a new key of an account looks like another account', async () => {
    await start();
    await user.devbox([...up, 'ssh_key_name=default']);
    foreign({ account: 'the key of before' });
    expect(await user.devbox(['down', 'box'])).toMatchObject({ code: 0 });
    expect([live(), inFolder(state('leases'))]).toEqual([[], []]);
  });
});
