import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, makeHome } from '../support/bin.ts';
import { type GpulabUser, gpulabUser } from '../support/gpulab-user.ts';

describe('a box at another address than the one that is configured', () => {
  let user: GpulabUser;
  beforeEach(async () => {
    user = await gpulabUser();
    const deployed = await user.devbox(['deploy', '--name', 'train', '--template', 'pytorch']);
    expect(deployed).toMatchObject({ code: 0 });
  });
  afterEach(() => user.end());

  // Nobody answers there.
  const elsewhere = { GPULAB_API_URL: 'http://127.0.0.1:9' };

  it('is found by its lease', async () => {
    const inspected = await user.devbox(['inspect', 'train', '--json'], { env: elsewhere });
    expect(JSON.parse(inspected.stdout)).toMatchObject({ id: user.fake.containers[0]?.uuid });
    expect((await user.devbox(['list', '-q'], { env: elsewhere })).stdout).toBe(
      `${user.fake.containers[0]?.uuid}\n`,
    );
    expect(await user.devbox(['rm', 'train'], { env: elsewhere })).toMatchObject({ code: 0 });
    expect(user.fake.containers).toEqual([]);
  });

  it('is not asked for with another key', async () => {
    const before = user.fake.requests.length;
    const env = { ...elsewhere, GPULAB_API_KEY: 'gpulab_another' };
    const result = await user.devbox(['rm', 'train', '--json'], { env });
    expect(result).toMatchObject({ code: 3, stderr: expect.stringContaining('lease/other-key') });
    expect((await user.devbox(['cleanup'], { env })).code).not.toBe(0);
    expect(user.fake.requests).toHaveLength(before);
  });
});

describe('a box on this machine', () => {
  let home: Home;
  beforeEach(() => {
    home = makeHome();
  });
  afterEach(async () => {
    await home.run(['down', 'scratch', 'api=local']);
    home.remove();
  });

  const json = async (...argv: string[]) => JSON.parse((await home.run([...argv, '--json'])).stdout);

  it('is asked for its use, and ended when its time is over', async () => {
    const up = ['up', 'api=local', 'api.idle_timeout=0.2', 'name=scratch', 'idle_timeout=1h', '--json'];
    expect(await json(...up)).toMatchObject({ lease: { idle_timeout_seconds: 3600 } });
    const [kept] = await json('cleanup');
    // How busy this machine is, nobody knows: but it has been asked.
    expect(kept.because).toMatch(/^it (is in use|has not been unused for long enough)$/);
    await home.run(['lease', 'touch', 'scratch', 'ttl=1s']);
    let rows = await json('reap');
    for (let tries = 0; !rows.some(({ action }: { action: string }) => action === 'ended'); tries++) {
      expect(tries).toBeLessThan(60);
      rows = await json('reap');
    }
    expect(await json('ls', 'api=local')).toEqual([]);
    expect(await json('lease', 'list')).toEqual([]);
  });

  it('is ended when nobody has used it', async () => {
    await home.run(['up', 'api=local', 'api.idle_timeout=0.2', 'name=scratch', 'idle_timeout=1s']);
    let [row] = await json('reap');
    // Without a sandbox, the terminals of this machine are the box's own.
    if (row.because === 'it is in use') return;
    for (let tries = 0; row?.action !== 'ended'; tries++) {
      expect(tries).toBeLessThan(60);
      [row] = await json('reap');
    }
    expect(row.because).toMatch(/^it has been unused since 20/);
  });

  it('stays while something is at work in it', async () => {
    const work = ['sh', '-c', 'while :; do :; done'];
    await home.run([
      'up',
      'api=local',
      'api.idle_timeout=0.2',
      'name=scratch',
      'idle_timeout=1s',
      '--',
      ...work,
    ]);
    for (let looks = 0; looks < 3; looks++) {
      expect(await json('reap')).toMatchObject([{ action: 'kept' }]);
    }
  });

  it('is none where there is nothing: a reaper without leases and keys has nothing to do', async () => {
    expect(await home.run(['reap'])).toEqual({ code: 0, stdout: 'Nothing to clean up\n', stderr: '' });
    expect((await home.run(['reap', 'orphans=true'])).code).toBe(3);
    expect(await home.run(['reconcile'])).toMatchObject({ code: 0, stderr: '' });
  });
});
