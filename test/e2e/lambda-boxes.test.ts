import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { BinResult, Home } from '../support/bin.ts';
import type { FakeLambda, FakeLambdaOptions } from '../support/fake-lambda/index.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let home: Home;
let fake: FakeLambda;
let end: LambdaUser['end'];
let devbox: (...argv: string[]) => Promise<BinResult>;

async function start(options?: FakeLambdaOptions): Promise<void> {
  const user = await lambdaUser(options);
  ({ home, fake, end } = user);
  devbox = (...argv) => user.devbox([...argv, 'wait.poll_interval=0.02']);
}
afterEach(() => end());

describe('boxes that devbox did not make', () => {
  it.each(['wait', 'ssh'])('get their entry for ssh from %s', async (command) => {
    await start();
    fake.addInstance({ name: 'theirs' }, 9);
    expect((await devbox(command, 'theirs')).code).toBe(0);
    expect(readFileSync(join(home.path, '.ssh/config.d/theirs'), 'utf8')).toMatch(/Host theirs\n/);
  });

  it('are found by id, and by name whatever its case', async () => {
    await start();
    const { id } = fake.addInstance({ name: 'Theirs' }, 9);
    expect((await devbox('ssh', id)).code).toBe(0);
    expect((await devbox('ssh', 'theirs')).code).toBe(0);
  });

  it('are found by the beginning of their id, which is not enough to end one', async () => {
    await start();
    const { id } = fake.addInstance({ name: 'theirs' }, 9);
    expect((await devbox('wait', id.slice(0, 6))).code).toBe(0);
    expect((await devbox('down', id.slice(0, 8))).code).toBe(2);
    expect(fake.sent('POST /instance-operations/terminate')).toEqual([]);
    expect((await devbox('down', id.slice(0, 8), 'force=true')).code).toBe(0);
  });

  it('are restarted through the API, and come back', async () => {
    await start({ statuses: ['booting', 'active'] });
    const { id } = fake.addInstance({ name: 'theirs' }, 9);
    const restarted = await devbox('restart', 'theirs');
    expect(restarted).toMatchObject({ code: 0, stdout: expect.stringMatching(/Status: {2}booting/) });
    expect(fake.sent('POST /instance-operations/restart')[0]?.body).toEqual({ instance_ids: [id] });
    expect((await devbox('wait', 'theirs')).code).toBe(0);
  });

  it('whose restart has no answer may have been restarted: it is not asked for again', async () => {
    await start({ faults: [{ on: 'POST /instance-operations/restart', fault: { kind: 'drop-after' } }] });
    fake.addInstance({ name: 'theirs' }, 9);
    const { code, stderr } = await devbox('restart', 'theirs');
    expect({ code, stderr }).toMatchObject({ code: 7, stderr: expect.stringContaining('command=inspect') });
    expect(fake.sent('POST /instance-operations/restart')).toHaveLength(1);
  });

  it.each(['stop', 'start', 'redeploy'])('know no %s, and the error says whose do', async (command) => {
    await start();
    const { code, stderr } = await devbox(command, 'theirs');
    expect(code).toBe(2);
    expect(stderr).toMatch(/api=gpulab, api=local have/);
    expect(fake.requests).toEqual([]);
  });

  it('are columns in ls, and everything in inspect', async () => {
    await start({ statuses: ['active'] });
    const { id } = fake.addInstance({ name: 'theirs', tags: [{ key: 'team', value: 'ml' }] }, 9);
    const listed = await devbox('ls', 'status=running');
    expect(listed.stdout).toMatch(new RegExp(`^theirs +${id.slice(0, 12)} +active +gpu_\\w+ +- +-$`, 'm'));
    expect((await devbox('inspect', 'theirs')).stdout).toMatch(/Private IP: [\s\S]*Actions: /);
  });

  it('with a name that is no file name are reached without an entry', async () => {
    await start();
    fake.addInstance({ name: '../../escape' }, 9);
    const ssh = await devbox('ssh', '../../escape');
    expect(ssh.stdout).toMatch(/^ssh -o .* ubuntu@[\d.]+\n$/);
    expect(existsSync(join(home.path, '.ssh/config.d'))).toBe(false);
    expect((await devbox('down', '../../escape')).code).toBe(0);
  });

  it('cannot send control characters to the terminal', async () => {
    await start();
    fake.addInstance({ name: 'bad\u001b]0;title\u0007\u001b[2Jname\nHost *' }, 9);
    const listed = await devbox('list');
    expect(listed.code).toBe(0);
    expect([...listed.stdout].some((character) => character < ' ' && character !== '\n')).toBe(false);
  });
});

describe('what is not shown', () => {
  it('never hides what one owns for want of capacity', async () => {
    await start({ catalogue: { types: [] } });
    expect((await devbox('list', 'filesystems')).stdout).toMatch(/devbox/);
    expect((await devbox('list', 'firewall_rulesets')).stdout).toMatch(/1 firewall ruleset/);
    expect((await devbox('list', 'images')).stdout).toMatch(/No region has capacity now, so all are shown/);
  });

  it('keeps the tokens of Jupyter out of every form', async () => {
    await start();
    await devbox('up', 'gh200');
    for (const argv of [['list'], ['list', '--json'], ['down', 'gh200-devbox']]) {
      const { stdout, stderr } = await devbox(...argv);
      expect(stdout + stderr).not.toMatch(/jupyter|token/i);
    }
  });
});

it('uses api.timeout for each request', async () => {
  await start({ faults: [{ on: 'GET /instances', fault: { kind: 'slow', milliseconds: 20_000 } }] });
  const list = await devbox('list', 'api.timeout=0.2');
  expect(list.code).toBe(6);
  expect(list.stderr).toContain('0.2s');
});

it('asks nothing twice of a server that redirects, and never takes the key along', async () => {
  await start({
    faults: [
      {
        on: 'GET /instances',
        fault: { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
      },
    ],
  });
  const list = await devbox('list');
  expect(list.code).toBe(1);
  expect(list.stderr).toContain('302');
  expect(fake.requests).toHaveLength(1);
});
