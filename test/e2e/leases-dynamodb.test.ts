import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeLeaseTable, testCredentials } from '../support/aws/lease-table.ts';
import { type Moto, startMoto, whyNoMoto } from '../support/aws/moto.ts';
import { type BinOptions, type BinResult, type Home, makeHome } from '../support/bin.ts';
import { type FakeLambda, type FakeLambdaOptions, startFakeLambda } from '../support/fake-lambda/index.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: leases in DynamoDB are not tried: ${missing}`);

const up = ['up', 'region=us-east-3', 'instance_type=gpu_1x_gh200', 'name=box', '--json'];

(missing ? describe.skip : describe)('two machines with homes of their own and one table of leases', () => {
  let moto: Moto;
  let fake: FakeLambda;
  let homes: Readonly<Record<'a' | 'b', Home>>;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.close());
  beforeEach(async () => {
    await moto.reset();
    await makeLeaseTable(moto.url, 'team');
    homes = { a: makeHome(), b: makeHome() };
  });
  afterEach(async () => {
    for (const home of Object.values(homes)) home.remove();
    await fake.stop();
  });

  const start = async (options: FakeLambdaOptions = {}): Promise<void> => {
    fake = await startFakeLambda({ statuses: ['active'], ...options });
  };
  const environment = (host: string): Record<string, string> => ({
    ...testCredentials,
    DEVBOX_HOST: host,
    DEVBOX_LEASES_STORE: 'dynamodb',
    DEVBOX_LEASES_TABLE: 'team',
    DEVBOX_LEASES_ENDPOINT: moto.url,
    DEVBOX_LAMBDA_API_URL: fake.baseUrl,
    LAMBDA_API_KEY: fake.apiKey,
  });
  const on = (host: 'a' | 'b', argv: readonly string[], options: BinOptions = {}): Promise<BinResult> => {
    const settings = ['api.request_interval=0.0', 'api.launch_interval=0.01', 'wait.ssh=false'];
    return homes[host].run([...argv, ...settings], {
      ...options,
      env: { ...environment(host), ...options.env },
    });
  };
  const json = async (host: 'a' | 'b', ...argv: string[]) =>
    JSON.parse((await on(host, [...argv, '--json'])).stdout);
  const live = (): string[] => fake.instances.filter(({ terminated }) => !terminated).map(({ id }) => id);
  const launches = (): number => fake.sent('POST /instance-operations/launch').length;
  const keys = (): string[] =>
    fake.sshKeys.map(({ name }) => name).filter((name) => name.startsWith('devbox-'));

  it('get one box where all of them want one', async () => {
    await start();
    const results = await Promise.all((['a', 'b', 'a', 'b', 'a', 'b'] as const).map((host) => on(host, up)));
    for (const { code, stderr } of results) expect({ code, stderr }).toEqual({ code: 0, stderr });
    expect([...new Set(results.map(({ stdout }) => JSON.parse(stdout).id))]).toEqual(live());
    expect(launches()).toBe(1);
    expect(await json('b', 'lease', 'list')).toMatchObject([{ name: 'box', instance_id: live()[0] }]);
    for (const home of Object.values(homes)) {
      expect(existsSync(join(home.path, '.local/state/devbox/leases'))).toBe(false);
    }
  });

  it('know of each other’s boxes and reapers, and end them', async () => {
    await start();
    await on('a', [...up, 'ttl=1h']);
    const [lease] = await json('b', 'lease', 'list');
    expect(lease).toMatchObject({ owner: { host: 'a' }, reaped_at: null, ttl_seconds: 3600 });
    expect(await on('b', ['reap'])).toMatchObject({ code: 0 });
    expect(await json('a', 'list')).toMatchObject([{ lease: { reaped_at: expect.stringMatching(/^20/) } }]);
    expect(await json('b', 'lease', 'touch', 'box', 'ttl=2h')).toMatchObject({ ttl_seconds: 7200 });
    expect((await on('b', ['ssh', 'box'])).stderr).toContain('devbox made it on a');
    expect(await on('b', ['down', 'box'])).toMatchObject({ code: 0 });
    expect([live(), keys(), await json('a', 'lease', 'list')]).toEqual([[], [], []]);
    expect(readdirSync(join(homes.a.path, '.local/state/devbox/ssh'))).toHaveLength(1);
    expect(await on('a', ['cleanup'])).toMatchObject({ code: 0 });
    expect(readdirSync(join(homes.a.path, '.local/state/devbox/ssh'))).toEqual([]);
  });

  it('launch nothing in the place of what may have been launched by one that was killed', async () => {
    await start({
      faults: [{ on: 'POST /instance-operations/launch', fault: { kind: 'slow', milliseconds: 2_000 } }],
    });
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    // By the same name, so that nobody waits until its lock has aged.
    const host = { env: { DEVBOX_HOST: 'one' } };
    const killed = on('a', up, { ...host, started: (send) => (kill = send) });
    while (launches() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    kill('SIGKILL');
    await killed;
    const second = await on('b', up, host);
    expect(launches()).toBe(1);
    expect([0, 7]).toContain(second.code);
    // Whether it was launched shows in the end, and its lease is bound to it.
    let tries = 0;
    while (live().length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      tries += 1;
      expect(tries).toBeLessThan(200);
    }
    expect(await on('b', ['reconcile'], host)).toMatchObject({ code: 0 });
    expect(await json('b', 'lease', 'list')).toMatchObject([{ instance_id: live()[0] }]);
    expect(await on('b', ['down', 'box'], host)).toMatchObject({ code: 0 });
    expect([live(), keys(), await json('a', 'lease', 'list')]).toEqual([[], [], []]);
  });

  it('keep the boxes of this machine, and leases of before, to themselves', async () => {
    await start();
    const files = { env: { DEVBOX_LEASES_STORE: 'files' } };
    await on('a', up, files);
    const local = (...argv: string[]) => homes.a.run([...argv, 'api=local'], { env: environment('a') });
    expect(await local('up', 'name=here', 'api.idle_timeout=0.2')).toMatchObject({ code: 0 });
    const names = async (host: 'a' | 'b') =>
      (await json(host, 'lease', 'list')).map(({ name }: { name: string }) => name).sort();
    try {
      expect(await names('a')).toEqual(['box', 'here']);
      expect(await names('b')).toEqual([]);
      expect(await on('b', ['cleanup'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Nothing to clean up'),
      });
      expect(await names('a')).toEqual(['box', 'here']);
      expect(await json('a', 'lease', 'touch', 'box', 'ttl=2h')).toMatchObject({ ttl_seconds: 7200 });
      expect(await on('a', ['down', 'box'])).toMatchObject({ code: 0 });
    } finally {
      await local('down', 'here');
    }
    expect(await names('a')).toEqual([]);
  });

  it('end no box that was given up, whatever its tags say', async () => {
    await start();
    await on('a', [...up, 'ttl=1s']);
    await on('a', ['lease', 'release', 'box']);
    const rows = async () => JSON.parse((await on('b', ['cleanup', 'orphans=true', '--json'])).stdout);
    let tries = 0;
    while ((await rows())[0]?.action !== 'to_decide') {
      tries += 1;
      expect(tries).toBeLessThan(60);
    }
    expect((await on('b', ['reap', 'orphans=true'])).stderr).toContain('orphans=true ends nothing here');
    expect(live()).toHaveLength(1);
  });

  it('launch nothing where the table cannot be written', async () => {
    await start();
    const gone = { env: { DEVBOX_LEASES_TABLE: 'elsewhere' } };
    const result = await on('a', up, gone);
    expect(result).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('leases/ResourceNotFoundException'),
    });
    const stderr = (await on('a', ['lease', 'list'], gone)).stderr;
    expect(stderr).toContain('aws dynamodb create-table --table-name elsewhere');
    expect(fake.requests).toEqual([]);
  });

  it('ask no table that only a project names which nobody trusts', async () => {
    await start();
    const project = join(homes.a.path, 'project');
    mkdirSync(project);
    writeFileSync(
      join(project, '.devboxrc.yaml'),
      `overrides: [leases.store=dynamodb, leases.table=theirs, leases.endpoint="${moto.url}/x"]\n`,
    );
    const env = {
      DEVBOX_LEASES_STORE: 'files',
      DEVBOX_LEASES_TABLE: 'devbox-leases',
      DEVBOX_LEASES_ENDPOINT: '',
    };
    for (const argv of [
      ['down', 'box'],
      ['lease', 'list'],
    ]) {
      const result = await on('a', [...argv, '--json'], { cwd: project, env });
      expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('config/untrusted') });
    }
  });
});
