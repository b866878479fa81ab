import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';
import { type FakeLambda, startFakeLambda } from '../support/fake-lambda/index.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

describe('a machine that is not as it should be', () => {
  it.each([[[]], [['--json']]])('a removed working directory is named %j', (flags) => {
    const main = join(projectRoot, 'dist', 'main.js');
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"';
    const run = spawnSync('sh', ['-c', script, process.execPath, main, 'list', ...flags], {
      cwd: home.path,
      env: { PATH: process.env['PATH'], HOME: home.path },
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/working directory is gone[\s\S]*cd ~/);
    expect(run.stderr).not.toContain('uv_cwd');
  });

  it('a file where the leases belong is no fault of devbox', async () => {
    const state = join(home.path, '.local/state/devbox');
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, 'leases'), '');
    const { code, stderr } = await home.run(['list', 'api=local', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'system/ENOTDIR', message: expect.stringContaining('devbox/leases: a file stands') },
    });
  });

  it('a relative HOME is not taken for one', async () => {
    await home.run(['list', 'api=local'], {
      env: { HOME: 'rel', XDG_STATE_HOME: join(home.path, 'state'), XDG_DATA_HOME: join(home.path, 'data') },
    });
    expect(existsSync(join(home.path, 'rel'))).toBe(false);
  });

  it('a time that no timer can count is refused', async () => {
    const { code, stderr } = await home.run(['up', 'gh200', 'initial_backoff=3000000']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/at most 2000000[\s\S]*initial_backoff is 3000000/);
  });
});

describe('Ctrl-C while a launch is on its way', () => {
  let fake: FakeLambda;
  afterEach(() => fake.stop());

  it('says that it waits, and at the second one that something may exist', async () => {
    const on = 'POST /instance-operations/launch';
    fake = await startFakeLambda({ faults: [{ on, fault: { kind: 'slow', milliseconds: 20_000 } }] });
    const settings = [`api.base_url=${fake.baseUrl}`, 'api.request_interval=0.0'];
    const up = await home.run(['up', 'gh200', '--quiet', ...settings], {
      env: { LAMBDA_API_KEY: fake.apiKey },
      started(send) {
        const look = setInterval(() => {
          if (!fake.requests.some(({ method }) => method === 'POST')) return;
          clearInterval(look);
          send('SIGINT');
        }, 20);
      },
      signalAt: { text: 'Ctrl-C again ends at once', signal: 'SIGINT' },
    });
    expect(up.code).toBe(130);
    expect(up.stderr).toMatch(
      /Ended before the answer came to: POST \/instance-operations\/launch.*devbox list/,
    );
  });
});
