import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../support/bin.ts';
import { type Booted, bootBox } from '../support/boot.ts';
import {
  type Catalogue,
  type FakeLambda,
  type FakeLambdaOptions,
  type FaultKind,
  standardCatalogue,
  startFakeLambda,
} from '../support/fake-lambda/index.ts';
import { freePort, type Sshd, whyNoSshd } from '../support/sshd.ts';

const missing = whyNoSshd();
if (missing) console.warn(`notice: the smoke is not tried to its end: ${missing}`);

interface Smoke {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let fake: FakeLambda;
let port: number;
let tmp: string;
const servers: Sshd[] = [];

beforeEach(async () => {
  tmp = mkdtempSync(join(tmpdir(), 'devbox-smoke-test-'));
  port = await freePort();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  rmSync(tmp, { recursive: true, force: true });
  await fake.stop();
});

const optIn = { DEVBOX_LIVE: '1', DEVBOX_LIVE_PROVIDERS: 'aws,lambda' };

async function start(options?: FakeLambdaOptions): Promise<void> {
  fake = await startFakeLambda({ statuses: ['active'], address: '127.0.0.1', ...options });
  fake.addInstance({ name: 'precious' }, 9);
}

/** Runs the smoke against the fake server. */
function smoke(
  env: Record<string, string | undefined> = {},
  started?: (child: ChildProcess) => void,
): Promise<Smoke> {
  const settings = [
    ...['api.launch_interval=0.01', 'initial_backoff=0.01', 'max_backoff=0.01', 'wait.poll_interval=0.05'],
    ...['wait.ssh_timeout=60', `ssh.port=${port}`, `ssh.username=${process.env['USER'] ?? 'root'}`],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(projectRoot, 'scripts/smoke/lambda.mjs'), ...settings], {
      env: {
        ...{ PATH: process.env['PATH'], HOME: tmp, TMPDIR: tmp, LAMBDA_API_KEY: fake.apiKey },
        ...{ DEVBOX_LAMBDA_API_URL: fake.baseUrl, DEVBOX_LAMBDA_REQUEST_INTERVAL: '0.0' },
        ...{ DEVBOX_SMOKE_PAUSE_SECONDS: '0.05', DEVBOX_SMOKE_CLEANUP_SECONDS: '60' },
        ...optIn,
        ...env,
      },
    });
    started?.(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const launched = async (): Promise<void> => {
  while (fake.instances.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
};

async function boot(): Promise<Booted['box']> {
  await launched();
  const { server, box } = await bootBox(fake, port, { gpus: 0 });
  servers.push(server);
  return box;
}

const line = (classification: string, reason: RegExp): unknown =>
  expect.stringMatching(
    new RegExp(`^classification=${classification} reason=[^\\n]*${reason.source}[^\\n]*\\n$`),
  );

/** Nothing of the smoke is left, at the provider or here, and nothing else was touched. */
function expectAsBefore(): void {
  const live = fake.instances.filter(({ terminated }) => !terminated);
  expect(live.map(({ name }) => name)).toEqual(['precious']);
  expect(fake.sshKeys.map(({ name }) => name).sort()).toEqual(['default', 'laptop']);
  expect(readdirSync(tmp)).toEqual([]);
}

describe('without being asked for', () => {
  it.each(['DEVBOX_LIVE', 'DEVBOX_LIVE_PROVIDERS', 'LAMBDA_API_KEY'])(
    'by %s it asks nobody',
    async (name) => {
      await start();
      const { code, stdout } = await smoke({ [name]: undefined });
      expect({ code, stdout }).toEqual({
        code: 2,
        stdout: line('environment_blocked', new RegExp(`set ${name}=`)),
      });
      expect(fake.requests).toEqual([]);
    },
  );
});

describe('before there is a box', () => {
  it('a key that is refused, and a server that does not answer, are the environment', async () => {
    await start();
    const refused = await smoke({ LAMBDA_API_KEY: 'secret_another_key' });
    expect(refused).toMatchObject({
      code: 2,
      stdout: line('environment_blocked', /global\/invalid-api-key/),
    });
    const nowhere = await smoke({ DEVBOX_LAMBDA_API_URL: `http://127.0.0.1:${port}/api/v1` });
    expect(nowhere).toMatchObject({ code: 2, stdout: line('environment_blocked', /lambda\/refused/) });
    expect(refused.stdout + refused.stderr).not.toContain('secret_another');
    expectAsBefore();
  });

  it('no capacity anywhere stops it before anything is asked for', async () => {
    await start({ catalogue: { types: withoutCapacity(standardCatalogue.types) } });
    expect(await smoke()).toMatchObject({ code: 5, stdout: line('capacity_blocked', /no capacity/) });
    expect(fake.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each<[string, number, FaultKind, RegExp]>([
    [
      'billing_blocked',
      3,
      { kind: 'refuse', status: 403, code: 'global/invalid-address' },
      /invalid-address/,
    ],
    ['quota_blocked', 4, { kind: 'refuse', code: 'global/quota-exceeded' }, /quota-exceeded/],
    [
      'capacity_blocked',
      5,
      { kind: 'refuse', code: 'instance-operations/launch/insufficient-capacity' },
      /capacity/,
    ],
    [
      'environment_blocked',
      2,
      { kind: 'refuse', status: 500, code: 'provider/internal-unavailable' },
      /provider/,
    ],
    ['validation_failed', 1, { kind: 'refuse', code: 'global/invalid-parameters' }, /invalid-parameters/],
  ])('a launch that is refused: %s (%i) %j', async (classification, code, fault, reason) => {
    await start({ faults: [{ on: 'POST /instance-operations/launch', times: Infinity, fault }] });
    expect(await smoke()).toMatchObject({ code, stdout: line(classification, reason) });
    expectAsBefore();
  });

  it('a wish that Lambda Cloud cannot meet is found by doctor', async () => {
    await start();
    const env = { DEVBOX_LAMBDA_IMAGE_FAMILY: 'no-such-family' };
    expect(await smoke(env)).toMatchObject({
      code: 2,
      stdout: line('environment_blocked', /doctor: .*image/),
    });
    expectAsBefore();
  });
});

describe('with a box', () => {
  it('that is preempted while it boots, devbox is not excused, and the box is ended', async () => {
    await start({ statuses: ['booting', 'preempted'] });
    expect(await smoke()).toMatchObject({ code: 1, stdout: line('validation_failed', /preempted/) });
    expectAsBefore();
  });

  it('whose launch was not answered, the box is found and ended', async () => {
    await start({ faults: [{ on: 'POST /instance-operations/launch', fault: { kind: 'drop-after' } }] });
    expect(await smoke()).toMatchObject({ code: 2, stdout: line('environment_blocked', /not known/) });
    expect(fake.instances).toHaveLength(2);
    expectAsBefore();
  });

  it('Ctrl-C ends it with the box', async () => {
    await start({ statuses: ['booting'] });
    const ending = smoke({}, (child) => launched().then(() => child.kill('SIGINT')));
    expect(await ending).toMatchObject({
      code: 130,
      stdout: line('environment_blocked', /interrupted during up/),
    });
    expectAsBefore();
  });

  it('a terminal that goes away ends it with the box', async () => {
    await start({ statuses: ['booting'] });
    const ending = smoke({}, (child) =>
      launched().then(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        child.kill('SIGHUP');
      }),
    );
    expect(await ending).toMatchObject({ code: 130 });
    expectAsBefore();
  });

  it('that cannot be ended, the line says which, and what is needed to end it stays here', async () => {
    const refuse: FaultKind = { kind: 'refuse', status: 403, code: 'global/forbidden' };
    await start({
      statuses: ['booting', 'preempted'],
      faults: [{ on: 'POST /instance-operations/terminate', times: Infinity, fault: refuse }],
    });
    const { code, stdout, stderr } = await smoke({ DEVBOX_SMOKE_CLEANUP_SECONDS: '0.2' });
    const [, box] = fake.instances;
    expect({ code, stdout }).toEqual({
      code: 7,
      stdout: line(
        'cleanup_failed',
        new RegExp(`devbox-smoke-\\w+ \\(${box?.id}\\).* is left.*before that, validation_failed`),
      ),
    });
    const [kept = ''] = readdirSync(tmp);
    expect(stderr).toContain(join(tmp, kept));
    expect(existsSync(join(tmp, kept, '.local/state/devbox/leases'))).toBe(true);
  });

  it('whose key cannot be deleted, the line says which', async () => {
    const refuse: FaultKind = { kind: 'refuse', status: 403, code: 'global/forbidden' };
    await start({
      statuses: ['booting', 'preempted'],
      faults: [{ on: 'DELETE /ssh-keys/*', times: Infinity, fault: refuse }],
    });
    expect(await smoke({ DEVBOX_SMOKE_CLEANUP_SECONDS: '0.2' })).toMatchObject({
      code: 7,
      stdout: line('cleanup_failed', /the SSH key devbox-dbx-\w+ \(\w+\), is left/),
    });
  });

  it('something else that is gone afterwards is told', async () => {
    await start({ statuses: ['booting', 'preempted'] });
    const ending = smoke({ DEVBOX_SMOKE_CLEANUP_SECONDS: '0.2' });
    await launched();
    fake.sshKeys.splice(
      fake.sshKeys.findIndex(({ name }) => name === 'laptop'),
      1,
    );
    expect(await ending).toMatchObject({
      code: 7,
      stdout: line('cleanup_failed', /SSH key laptop \(\w+\), is gone/),
    });
  });
});

(missing ? describe.skip : describe)('with a box that can be entered', () => {
  it('passes, and all is as it was before', async () => {
    await start();
    const ending = smoke();
    await boot();
    const id = fake.instances.at(-1)?.id;
    const { code, stdout, stderr } = await ending;
    expect({ code, stdout, stderr }).toMatchObject({
      code: 0,
      stdout: line('passed', /cpu_4x_general in us-west-1/),
    });
    expect(stderr.match(/smoke: \w+/g)).toEqual(
      ['looking', 'doctor', 'up', 'run', 'list', 'down', 'cleanup', 'looking'].map(
        (word) => `smoke: ${word}`,
      ),
    );
    expectAsBefore();
    const ended = fake.sent('POST /instance-operations/terminate').map(({ body }) => body);
    expect(ended).toEqual([{ instance_ids: [id] }]);
    expect(stdout + stderr).not.toContain(fake.apiKey);
  });

  it('a command that fails there is devbox’s, and the box is ended', async () => {
    await start();
    const ending = smoke();
    const box = await boot();
    box.program('cat', 'exit 9');
    expect(await ending).toMatchObject({ code: 1, stdout: line('validation_failed', /run/) });
    expectAsBefore();
  });
});

function withoutCapacity(types: Catalogue['types']): Catalogue['types'] {
  return types.map((type) => ({ ...type, regions_with_capacity_available: [] }));
}
