import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, makeHome } from '../support/bin.ts';
import { startFakeLambda } from '../support/fake-lambda/index.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  const boxes = await home.run(['list', 'api=local', idle, '-q']);
  for (const id of boxes.stdout.split('\n').filter(Boolean)) await home.run(['down', id, 'api=local', idle]);
  home.remove();
});

const idle = 'api.idle_timeout=0.2';
const up = (...argv: string[]) => home.run(['command=up', 'api=local', idle, ...argv]);
const runsFolder = () => join(home.path, '.local/state/devbox/runs');
const recordText = () =>
  readdirSync(runsFolder())
    .map((name) => readFileSync(join(runsFolder(), name), 'utf8'))
    .join('\n');

/** Ids of the recorded runs, newest first. */
async function runIds(): Promise<string[]> {
  return (await home.run(['rerun', '-q'])).stdout.split('\n').filter(Boolean);
}

describe('what is recorded', () => {
  it('is each run that changes something, for the user alone, outside the working directory', async () => {
    await up('instance_name=a');
    await home.run(['exec', 'a', '--', 'sh', '-c', 'exit 42']);
    await home.run(['list', 'api=local']);
    await home.run(['--cfg', 'job', 'command=up']);
    await home.run(['command=up', 'api=local', 'quantity=none']);
    const all: unknown = JSON.parse((await home.run(['rerun', '--json'])).stdout);
    expect(all).toMatchObject([
      {
        command: 'exec',
        overrides: ['command=exec', 'instance_identifier=a'],
        rest: ['sh', '-c', 'exit 42'],
        exit: 42,
      },
      {
        command: 'up',
        overrides: ['command=up', 'api=local', idle, 'instance_name=a'],
        exit: 0,
        cwd: home.path,
      },
    ]);
    expect(statSync(runsFolder()).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(runsFolder()))
      expect(statSync(join(runsFolder(), name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(home.path).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('has the id of the lease that the run took out', async () => {
    await up('instance_name=a');
    const [id] = await runIds();
    expect(readdirSync(join(home.path, '.local/state/devbox/leases'))).toEqual([`${id}.json`]);
    expect((await home.run(['down', id ?? ''])).code).toBe(0);
  });

  it('is each job of a multirun, without how the others were made', async () => {
    await up('-m', 'instance_name=a,b', 'hydra.launcher.n_jobs=2');
    const text = recordText();
    expect(await runIds()).toHaveLength(2);
    expect(text).toMatch(/"instance_name=a"/);
    expect(text).toMatch(/"instance_name=b"/);
    expect(text).not.toMatch(/n_jobs/);
  });

  it('holds no secrets', async () => {
    const fake = await startFakeLambda();
    const key = `api.api_key=${fake.apiKey}`;
    const settings = [`api.base_url=${fake.baseUrl}`, 'api.request_interval=0.0', 'wait.ssh=false'];
    await home.run(['up', 'gh200', 'wait_after_launch=false', key, 'env.A=first-secret', ...settings]);
    await home.run(['down', 'gh200-devbox', ...settings, `tags.x=${fake.apiKey}`], {
      env: { LAMBDA_API_KEY: fake.apiKey },
    });
    await up('env={B: second-secret}');
    await home.run(['exec', 'devbox', '--', 'sh', '-c', 'MY_TOKEN=third-secret true']);
    const text = recordText();
    expect(text).not.toMatch(/(first|second|third)-secret/);
    expect(text).not.toContain(fake.apiKey);
    await fake.stop();
  });

  it('says how a run failed, or that it was stopped', async () => {
    await home.run(['down', 'nobody', 'api=local', idle]);
    await up();
    await home.run(['exec', 'devbox', '--', 'sh', '-c', 'echo begun >&2; sleep 60'], {
      signalAt: { text: 'begun', signal: 'SIGINT' },
    });
    const cards = (await home.run(['rerun'])).stdout;
    expect(cards).toMatch(/command=exec[^\n]*\n[^\n]*\n +Exit: {2}130 /);
    expect(cards).toMatch(/instance_identifier=nobody[^\n]*\n[^\n]*\n +Exit: {2}4 /);
    expect(cards).toMatch(/\n3 runs\nRepeat one: devbox rerun ID/);
  });

  it('changes nothing for a run that cannot be recorded', async () => {
    mkdirSync(join(home.path, '.local/state/devbox'), { recursive: true });
    writeFileSync(runsFolder(), 'in the way');
    expect(await up('-q')).toMatchObject({ code: 0, stderr: '' });
    const debug = await home.run(['command=up', 'api=local', idle, '-q'], { env: { DEVBOX_DEBUG: '1' } });
    expect(debug.code).toBe(0);
    expect(debug.stderr).toMatch(/could not be recorded/);
  });
});

describe('rerun', () => {
  it('says what it lists where there is nothing', async () => {
    expect(await home.run(['rerun'])).toEqual({
      code: 0,
      stdout: 'No runs are recorded yet: up, down and exec are.\n',
      stderr: '',
    });
  });

  it('repeats a run by the beginning of its id, with more overrides, where it was', async () => {
    mkdirSync(join(home.path, 'project/.devbox/command'), { recursive: true });
    writeFileSync(
      join(home.path, 'project/.devbox/command/up_own.yaml'),
      '# @package _global_\ndefaults:\n  - up\n  - _self_\ninstance_name: own\n',
    );
    const first = await home.run(['up', 'own', 'api=local', idle], { cwd: join(home.path, 'project') });
    expect(first.code).toBe(0);
    const [id = ''] = await runIds();
    expect((await home.run(['rerun', id.slice(4, 10), '-q'])).stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    const shown = await home.run(['rerun', id, 'max_retries=5', '--cfg', 'job']);
    expect(shown.stdout).toMatch(/instance_name: own\n[\s\S]*max_retries: 5\n/);
    expect(await runIds()).toHaveLength(2);
  });

  it('repeats an exec with its words and its exit code, or with other words', async () => {
    await up();
    await home.run(['exec', 'devbox', '--', 'sh', '-c', 'echo "a  b"; exit 7']);
    const [id = ''] = await runIds();
    expect(await home.run(['rerun', id])).toEqual({ code: 7, stdout: 'a  b\n', stderr: '' });
    expect(await home.run(['rerun', id, '--', 'echo', 'other'])).toMatchObject({
      code: 0,
      stdout: 'other\n',
    });
  });

  it('wants secrets again', async () => {
    await up('env.GREETING=hello');
    const [id = ''] = await runIds();
    await home.run(['down', 'devbox', 'purge=true']);
    const refused = await home.run(['rerun', id]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`Give them again: devbox rerun ${id} env.GREETING=VALUE`);
    expect((await home.run(['rerun', id, 'env.GREETING=again'])).code).toBe(0);
    expect((await home.run(['exec', 'devbox', '--', 'printenv', 'GREETING'])).stdout).toBe('again\n');
  });

  it('sweeps over a run', async () => {
    await up('instance_name=a');
    const [id = ''] = await runIds();
    const swept = await home.run(['rerun', id, '-m', 'instance_name=b,c']);
    expect(swept.code).toBe(0);
    expect(swept.stdout).toMatch(/Jobs: {2}2\n +Done: {2}2\n/);
  });

  it('says what is wrong with an id', async () => {
    await up();
    await up();
    expect((await home.run(['rerun', 'dbx_'])).stderr).toMatch(/dbx_ is the beginning of 2 runs/);
    expect(await home.run(['rerun', 'dbx_zzz'])).toMatchObject({ code: 4 });
    const [id = ''] = await runIds();
    expect((await home.run(['rerun', id, id])).code).toBe(2);
    expect((await home.run(['rerun', 'max_retries=5'])).code).toBe(2);
  });

  it('runs nothing in another directory than before', async () => {
    mkdirSync(join(home.path, 'gone'));
    await home.run(['command=up', 'api=local', idle], { cwd: join(home.path, 'gone') });
    rmSync(join(home.path, 'gone'), { recursive: true });
    const [id = ''] = await runIds();
    const refused = await home.run(['rerun', id]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/the directory of dbx_\w+ is gone/);
  });
});
