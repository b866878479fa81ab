import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Home } from '../support/bin.ts';
import type { FakeLambda, FakeLambdaOptions } from '../support/fake-lambda/index.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let home: Home;
let fake: FakeLambda;
let devbox: LambdaUser['devbox'];
let end: LambdaUser['end'];

async function start(options?: FakeLambdaOptions): Promise<void> {
  ({ home, fake, devbox, end } = await lambdaUser(options));
}
afterEach(() => end());

const up = ['up', 'region=us-east-3', 'instance_type=gpu_1x_gh200', 'ssh_key_name=default', 'name=box'];
const launches = (): number => fake.sent('POST /instance-operations/launch').length;
const folder = (): string => join(home.path, '.local/state/devbox/leases');
const leaseFiles = (): string[] => (existsSync(folder()) ? readdirSync(folder()) : []);

/** Changes the one lease that there is. */
function changeLease(change: Readonly<Record<string, unknown>>): void {
  const [name = ''] = leaseFiles();
  const file = join(folder(), name);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
}

const longAgo = { updatedAt: '2020-01-01T00:00:00.000Z' };

describe('a box that the provider accepted and does not list yet', () => {
  it('is not launched again, by nobody', async () => {
    await start({ hiddenLooks: 1000 });
    expect(await devbox(up)).toMatchObject({ code: 0 });
    expect(await devbox(up)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^box\n[\s\S]*launched/),
    });
    const all = await Promise.all([devbox(up), devbox(up), devbox(up)]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(launches()).toBe(1);
  });

  it('can be ended by name', async () => {
    await start({ hiddenLooks: 1000 });
    await devbox(up);
    expect((await devbox(['down', 'box'])).code).toBe(0);
    expect(fake.sent('POST /instance-operations/terminate')).toHaveLength(1);
    expect(leaseFiles()).toEqual([]);
  });

  it('is given up after the time in which it could appear', async () => {
    await start({ hiddenLooks: 1000 });
    await devbox(up);
    changeLease(longAgo);
    expect((await devbox(up)).code).toBe(0);
    expect(launches()).toBe(2);
  });
});

describe('a launch whose answer was lost', () => {
  const lost: FakeLambdaOptions = {
    hiddenLooks: 1000,
    faults: [{ on: 'POST /instance-operations/launch', fault: { kind: 'drop-after' } }],
  };

  it('is listed beside the boxes, and the way out says from when it works', async () => {
    await start(lost);
    const first = await devbox(up);
    expect(first.stderr).toMatch(/From \d\d:\d\d on[\s\S]*command=down/);
    const listed = await devbox(['list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'box', id: null, phase: 'unknown' }]);
    expect((await devbox(['list'])).stdout).toMatch(/1 launch without an answer so far/);
  });

  it('is not repeated with another key of the account', async () => {
    await start(lost);
    expect((await devbox(up)).code).toBe(7);
    changeLease({ account: 'another-key' });
    expect((await devbox(up)).code).toBe(7);
    expect(launches()).toBe(1);
  });

  it('is not repeated when its record was damaged', async () => {
    await start(lost);
    await devbox(up);
    const [name = ''] = leaseFiles();
    writeFileSync(join(folder(), name), '{"version":1,');
    const again = await devbox(up);
    expect(again.code).toBe(7);
    expect(again.stderr).toContain(name);
    expect(launches()).toBe(1);
  });

  it('is settled by down: at once where its box is listed', async () => {
    await start({ faults: lost.faults ?? [] });
    expect((await devbox(up)).code).toBe(7);
    expect((await devbox(['down', 'box'])).code).toBe(0);
    expect(leaseFiles()).toEqual([]);
    expect((await devbox(up)).code).toBe(0);
  });

  it('is settled by down: after a while where it never appeared', async () => {
    await start(lost);
    await devbox(up);
    expect((await devbox(['down', 'box'])).code).toBe(7);
    changeLease(longAgo);
    expect(await devbox(['down', 'box'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('never appeared'),
    });
    expect(leaseFiles()).toEqual([]);
  });
});

describe('two at once', () => {
  it('a second up says whom it waits for, and Ctrl-C ends the waiting', async () => {
    await start({ capacityRefusals: 99 });
    const first = devbox([...up, 'initial_backoff=60.0'], {
      signalAt: { text: 'retrying', signal: 'SIGTERM' },
      signalAfter: 1500,
    });
    await until(() => leaseFiles().length > 0);
    const second = await devbox(up, {
      signalAt: { text: 'Another devbox is bringing box up', signal: 'SIGINT' },
    });
    expect(second.code).toBe(130);
    await first;
    expect(launches()).toBe(1);
  });

  it('down does not close the lease of an up that is under way', async () => {
    await start({ capacityRefusals: 99 });
    const first = devbox([...up, 'initial_backoff=60.0'], {
      signalAt: { text: 'retrying', signal: 'SIGTERM' },
      signalAfter: 1500,
    });
    await until(() => launches() > 0);
    changeLease(longAgo);
    const down = await devbox(['down', 'box']);
    expect(down.code).toBe(1);
    expect(down.stderr).toContain('another devbox is bringing box up');
    await first;
  });
});

it('a box that is up already is shown with what it is, where something else was asked for', async () => {
  await start({ statuses: ['active'] });
  await devbox(up);
  const other = await devbox([
    'up',
    'region=us-west-1',
    'instance_type=gpu_1x_a10',
    'ssh_key_name=default',
    'name=box',
  ]);
  expect(other.code).toBe(0);
  expect(other.stderr).toContain('box is up already; nothing was launched');
  expect(other.stderr).toContain('It is gpu_1x_gh200 in us-east-3, not gpu_1x_a10 in us-west-1');
  expect(launches()).toBe(1);
});

describe('names', () => {
  it('mean the box that stays where another one of that name is ending', async () => {
    await start({ statuses: ['active'] });
    fake.addInstance({ name: 'box' }, 9);
    await devbox(['down', 'box']);
    await devbox(up);
    expect((await devbox(['wait', 'box'])).code).toBe(0);
    expect((await devbox(['down', 'box'])).code).toBe(0);
    expect(fake.instances.every(({ terminated }) => terminated)).toBe(true);
  });

  it('have to be exact for taking down', async () => {
    await start();
    fake.addInstance({ name: 'Box' }, 9);
    const down = await devbox(['down', 'box']);
    expect(down).toMatchObject({ code: 4, stderr: expect.stringContaining('Did you mean Box?') });
  });
});

describe('trouble with files never hides a box', () => {
  it('where ~/.ssh is a file', async () => {
    await start({ statuses: ['active'] });
    writeFileSync(join(home.path, '.ssh'), 'not a folder');
    const result = await devbox(up);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/^box\n[\s\S]*SSH: {2}ssh -o/) });
  });

  it('where a pipe stands among the leases', async () => {
    await start({ statuses: ['active'] });
    mkdirSync(folder(), { recursive: true });
    execFileSync('mkfifo', [join(folder(), 'dbx_000000000002.json')]);
    fake.addInstance({ name: 'box' }, 9);
    const down = await devbox(['down', 'box']);
    expect(down.code).toBe(0);
    expect(down.stderr).toContain('dbx_000000000002.json');
  });
});

/** Waits for something that another process does. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
