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

async function start(options: FakeLambdaOptions = {}): Promise<void> {
  ({ home, fake, devbox, end } = await lambdaUser({ statuses: ['active'], ...options }));
}
afterEach(() => end());

const up = ['up', 'region=us-east-3', 'instance_type=gpu_1x_gh200', 'ssh_key_name=default', 'name=box'];
const folder = (): string => join(home.path, '.local/state/devbox/leases');
const leaseFiles = (): string[] => (existsSync(folder()) ? readdirSync(folder()) : []);
const ends = (): number => fake.sent('POST /instance-operations/terminate').length;
const json = async (...argv: string[]) => JSON.parse((await devbox([...argv, '--json'])).stdout);

/** Changes the one lease that there is. */
function changeLease(change: Readonly<Record<string, unknown>>): void {
  const [name = ''] = leaseFiles();
  const file = join(folder(), name);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
}

const longAgo = '2020-01-01T00:00:00.000Z';
const lost: FakeLambdaOptions = {
  faults: [{ on: 'POST /instance-operations/launch', fault: { kind: 'drop-after' } }],
};

describe('a box whose time is over', () => {
  it('is shown by a dry run, then ended, and its lease with it', async () => {
    await start();
    await devbox([...up, 'ttl=1s']);
    changeLease({ expiresAt: longAgo });
    const dry = await devbox(['cleanup', 'dry_run=true']);
    expect(dry.stdout).toMatch(/box .*would end .*its time was over/);
    expect(ends()).toBe(0);
    await devbox(['ssh', 'box', 'print=true']);
    const entry = join(home.path, '.ssh/config.d/box');
    expect(existsSync(entry)).toBe(true);
    expect(await json('cleanup')).toMatchObject([{ name: 'box', action: 'ended' }]);
    expect(existsSync(entry)).toBe(false);
    expect(fake.instances.every(({ terminated }) => terminated)).toBe(true);
    expect(leaseFiles()).toEqual([]);
  });

  it('stays where its lease was extended', async () => {
    await start();
    await devbox(up);
    changeLease({ expiresAt: longAgo });
    await devbox(['lease', 'touch', 'box', 'ttl=1h']);
    expect(await json('cleanup')).toMatchObject([{ action: 'kept' }]);
    expect(ends()).toBe(0);
  });

  it('may be given another time to stand unused; what is not said stays', async () => {
    await start();
    await devbox([...up, 'ttl=2h']);
    const touch = async (...settings: string[]) => json('lease', 'touch', 'box', ...settings);
    expect(await touch('idle_timeout=30m')).toMatchObject({ ttl_seconds: 7200, idle_timeout_seconds: 1800 });
    expect(await touch('ttl=1h')).toMatchObject({ ttl_seconds: 3600, idle_timeout_seconds: 1800 });
    expect(await touch('idle_timeout=null')).toMatchObject({ ttl_seconds: 3600, idle_timeout_seconds: null });
    const wrong = await devbox(['lease', 'touch', 'box', 'idle_timeout=soon']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('a duration such as 30m') });
  });

  it('stays where it carries the mark of another lease', async () => {
    await start();
    const { id } = fake.addInstance(
      { name: 'other', tags: [{ key: 'devbox-lease', value: 'dbx_ffffffffffff' }] },
      9,
    );
    expect(await devbox(up)).toMatchObject({ code: 0 });
    writeFileSync(
      join(folder(), 'dbx_000000000001.json'),
      lease({ instanceId: id, state: 'ready', expiresAt: longAgo }),
    );
    const shown = await json('cleanup');
    expect(shown).toContainEqual(expect.objectContaining({ lease: 'dbx_000000000001', action: 'to_decide' }));
    expect(ends()).toBe(0);
  });

  it('is ended by the next reaper, where its end was not answered', async () => {
    await start({ faults: [{ on: 'POST /instance-operations/terminate', fault: { kind: 'drop-before' } }] });
    await devbox(up);
    changeLease({ expiresAt: longAgo });
    const first = await devbox(['reap', '--json']);
    expect(first.code).not.toBe(0);
    expect(leaseFiles()).toHaveLength(1);
    expect(await devbox(['reap'])).toMatchObject({ code: 0 });
    expect(leaseFiles()).toEqual([]);
    expect(fake.instances.every(({ terminated }) => terminated)).toBe(true);
  });
});

it('a lease is closed whose box was ended elsewhere', async () => {
  await start();
  await devbox(up);
  for (const instance of fake.instances) instance.endLooks = 2;
  changeLease({ updatedAt: longAgo });
  expect(await json('cleanup')).toMatchObject([{ action: 'closed' }]);
  expect(leaseFiles()).toEqual([]);
  expect(ends()).toBe(0);
});

it('a reaper is known once one was there', async () => {
  await start();
  expect((await devbox(up)).stdout).toContain('no reaper is known here');
  expect(await devbox(['reap'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing to clean up'),
  });
  expect((await devbox(['list'])).stdout).toMatch(/Reaper: {2}devbox reap was here \d+s ago/);
});

describe('a launch whose answer was lost', () => {
  it.each(['reconcile', 'recover', 'list', 'cleanup'])(
    'is settled by %s where its box carries the mark',
    async (command) => {
      await start(lost);
      expect((await devbox(up)).code).toBe(7);
      expect((await devbox([command])).code).toBe(0);
      expect(await json('lease', 'list')).toMatchObject([
        { state: 'launched', instance_id: fake.instances[0]?.id },
      ]);
      expect(ends()).toBe(0);
    },
  );

  it('is settled by a late box, too', async () => {
    await start({ ...lost, hiddenLooks: 3 });
    expect((await devbox(up)).code).toBe(7);
    expect(await json('reconcile')).toMatchObject([{ action: 'kept' }]);
    for (const instance of fake.instances) instance.looks = 9;
    expect(await json('reconcile')).toMatchObject([{ action: 'found', id: fake.instances[0]?.id }]);
  });

  it('offers a box without a mark, and takes it only when told to', async () => {
    await start(lost);
    expect((await devbox(up)).code).toBe(7);
    const [made] = fake.instances;
    if (made) made.request = { ...made.request, tags: undefined, hostname: undefined };
    changeLease({ updatedAt: longAgo, expiresAt: longAgo });
    const [offer] = await json('cleanup');
    expect(offer).toMatchObject({ action: 'to_decide', candidates: [made?.id] });
    expect(ends()).toBe(0);
    expect((await devbox(['lease', 'adopt', made?.id ?? '', `lease=${offer.lease}`])).code).toBe(0);
    expect(await json('lease', 'list')).toMatchObject([{ instance_id: made?.id }]);
  });

  it('is closed once no box of it can appear', async () => {
    await start({ faults: [{ on: 'POST /instance-operations/launch', fault: { kind: 'drop-before' } }] });
    expect((await devbox(up)).code).toBe(7);
    expect(await json('cleanup')).toMatchObject([{ action: 'kept' }]);
    changeLease({ updatedAt: longAgo });
    expect(await json('cleanup')).toMatchObject([{ action: 'closed' }]);
    expect(leaseFiles()).toEqual([]);
  });
});

describe('a box of a lease that is not known here', () => {
  const tags = (account: string) => [
    { key: 'devbox-lease', value: 'dbx_ffffffffffff' },
    { key: 'devbox-managed-by', value: 'devbox' },
    { key: 'devbox-account', value: account },
    { key: 'devbox-owner', value: 'ada@elsewhere' },
    { key: 'devbox-expires', value: longAgo },
  ];

  it('is shown, and ended only with orphans=true where its tags are of this account', async () => {
    await start();
    await devbox(up);
    const [own] = await json('lease', 'list');
    fake.addInstance({ name: 'mine', tags: tags(own.account) }, 9);
    fake.addInstance({ name: 'other', tags: tags('elsewhere') }, 9);
    fake.addInstance({ name: 'plain' }, 9);
    const shown = await json('reap');
    expect(shown.filter(({ action }: { action: string }) => action === 'ended')).toEqual([]);
    const done = await json('reap', 'orphans=true');
    expect(done).toContainEqual(expect.objectContaining({ name: 'mine', action: 'ended' }));
    expect(done).toContainEqual(expect.objectContaining({ name: 'other', action: 'to_decide' }));
    expect(ends()).toBe(1);
  });
});

it('an SSH key that devbox made for a lease that is not known here is shown and left', async () => {
  const keys = ['default', 'devbox-dbx-ffffffffffff'].map((name, index) => ({
    id: `${index}`.padStart(32, '5'),
    name,
    public_key: 'ssh-ed25519 AAAA',
  }));
  await start({ catalogue: { sshKeys: keys } });
  expect(await json('cleanup')).toMatchObject([
    { kind: 'ssh_key', name: 'devbox-dbx-ffffffffffff', action: 'to_decide', lease: 'dbx_ffffffffffff' },
  ]);
  expect(fake.requests.every(({ method }) => method === 'GET')).toBe(true);
});

it('a lease that is given up leaves its box, which can be adopted again', async () => {
  await start();
  await devbox(up);
  const released = await devbox(['lease', 'release', 'box']);
  expect(released).toMatchObject({ code: 0, stdout: expect.stringContaining('go on costing money') });
  expect(leaseFiles()).toEqual([]);
  expect(ends()).toBe(0);
  expect(await devbox(['lease', 'adopt', 'box'])).toMatchObject({ code: 1 });
  expect(await devbox(['lease', 'adopt', 'box', 'force=true', 'ttl=2h'])).toMatchObject({ code: 0 });
  expect(await json('lease', 'list')).toMatchObject([{ name: 'box', ttl_seconds: 7200, state: 'ready' }]);
  expect(await devbox(['lease', 'adopt', 'box'])).toMatchObject({ code: 1 });
});

it('a box under the lease of another user is not ended by its name', async () => {
  await start();
  await devbox(up);
  changeLease({ owner: { user: 'ada', host: 'elsewhere', directory: '/' } });
  const refused = await devbox(['down', 'box']);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('ada@elsewhere') });
  expect(ends()).toBe(0);
  expect((await devbox(['down', fake.instances[0]?.id ?? ''])).code).toBe(0);
  expect(ends()).toBe(1);
});

it('a lease whose option of api is not here hides nothing else', async () => {
  await start();
  await devbox(up);
  writeFileSync(
    join(folder(), 'dbx_000000000001.json'),
    lease({ api: 'gone', instanceId: 'i-1', state: 'ready' }),
  );
  // As the user's own tree has it, not as an override, which would name the provider.
  mkdirSync(join(home.path, '.config/devbox/api'), { recursive: true });
  writeFileSync(
    join(home.path, '.config/devbox/api/default.yaml'),
    `defaults: [lambda, _self_]\nbase_url: ${fake.baseUrl}\nrequest_interval: 0.0\n`,
  );
  const listed = await home.run(['list', '-q'], { env: { LAMBDA_API_KEY: fake.apiKey } });
  expect(listed).toMatchObject({ code: 0, stdout: `${fake.instances[0]?.id}\n` });
  expect(listed.stderr).toContain('api has no option gone');
});

it('the tags by which boxes are found are not the user’s to give', async () => {
  await start();
  const wrong = await devbox([...up, 'tags.devbox-lease=dbx_ffffffffffff']);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('tags.devbox-lease') });
  expect(fake.requests).toEqual([]);
});

it('a time that is none is said to be that', async () => {
  await start();
  const wrong = await devbox([...up, 'ttl=soon']);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('30m, 24h or 7d') });
});

/** A lease of this folder, as a file holds it. */
function lease(more: Readonly<Record<string, unknown>>): string {
  mkdirSync(folder(), { recursive: true });
  const [name = ''] = leaseFiles();
  const own = JSON.parse(readFileSync(join(folder(), name), 'utf8'));
  return JSON.stringify({ ...own, id: 'dbx_000000000001', ...more });
}

describe('what cannot be looked at or deleted', () => {
  const own = up.filter((word) => !word.startsWith('ssh_key_name='));

  it('keeps no other box from being ended, and is named', async () => {
    await start();
    await devbox(up);
    const [hidden] = fake.instances;
    await devbox([...up, 'name=over']);
    for (const name of leaseFiles()) {
      const file = join(folder(), name);
      const record = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...record, expiresAt: longAgo }));
    }
    // Not in the list any more, and asked for by itself.
    if (hidden) hidden.endLooks = 2;
    const on = `GET /instances/${hidden?.id}`;
    fake.fault({ on, times: 9, fault: { kind: 'status', status: 503 } });
    const { code, stdout, stderr } = await devbox(['cleanup']);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('box: The server') });
    expect(stdout).toMatch(/over .*ended/);
    expect(fake.instances.filter(({ terminated }) => !terminated)).toEqual([]);
    expect(leaseFiles()).toHaveLength(1);
  });

  it('decides the exit status: a key that stays', async () => {
    await start();
    await devbox([...own, 'ttl=1s']);
    changeLease({ expiresAt: longAgo });
    fake.fault({ on: 'DELETE /ssh-keys/*', fault: { kind: 'status', status: 503 } });
    const { code, stderr } = await devbox(['cleanup']);
    expect({ code, stderr }).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('could not be deleted'),
    });
    expect(ends()).toBe(1);
    expect(await devbox(['cleanup'])).toMatchObject({ code: 0 });
    expect(leaseFiles()).toEqual([]);
  });
});
