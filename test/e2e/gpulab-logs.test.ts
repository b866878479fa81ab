import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../support/bin.ts';
import type { FakeContainer } from '../support/fake-gpulab/containers.ts';
import { type GpulabUser, gpulabUser } from '../support/gpulab-user.ts';
import { type Running, startBin } from '../support/running.ts';
import type { Screen } from '../support/screen.ts';
import { openTerminal } from '../support/terminal.ts';

// Logs, figures and commands of a box on a server that has GPULab's published API and nothing of devbox serve.
let user: GpulabUser;
let box: FakeContainer;
beforeEach(async () => {
  user = await gpulabUser({ statuses: ['running'] });
  box = user.fake.addContainer({ server_name: 'train' });
});
afterEach(() => user.end());

const follow = (...argv: string[]): Running =>
  startBin(user.home, ['logs', 'train', '-f', ...argv], {
    ...user.address,
    GPULAB_API_KEY: user.fake.apiKey,
  });
const write = (text: string, at = Date.now()): void => void box.logs.push({ at, text });
const logsPath = () => `/v1/containers/${box.uuid}/logs`;

describe('the log', () => {
  it('has times, though the server keeps no streams', async () => {
    write('one', Date.UTC(2026, 2, 1, 10));
    write('two', Date.UTC(2026, 2, 1, 11));
    expect(await user.devbox(['logs', 'train'])).toEqual({ code: 0, stdout: 'one\ntwo\n', stderr: '' });
    expect((await user.devbox(['logs', 'train', '-t', '-n', '1'])).stdout).toBe(
      '2026-03-01T11:00:00.000Z two\n',
    );
    expect((await user.devbox(['logs', 'train', '--since', '2026-03-01T10:30:00Z'])).stdout).toBe('two\n');
    expect((await user.devbox(['logs', 'train', '--deploy'])).stdout).toBe('pulling\nstarted\n');
    const json = await user.devbox(['logs', 'train', '--json', '--tail', '1']);
    expect(JSON.parse(json.stdout)).toEqual({
      lines: [{ time: '2026-03-01T11:00:00.000Z', stream: null, text: 'two' }],
      truncated: false,
    });
    expect(await user.devbox(['logs', 'train', '--stderr'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('is followed past a server in trouble, each line once, until the box stops', async () => {
    write('0');
    const following = follow();
    await following.until((stdout) => stdout === '0\n');
    user.fake.fault({
      on: `GET ${logsPath()}`,
      times: 3,
      fault: { kind: 'status', status: 502, body: 'bad gateway' },
    });
    for (let number = 1; number <= 5; number++) write(String(number));
    await following.until((stdout) => stdout.endsWith('5\n'));
    write('6');
    box.statuses = ['stopped'];
    expect(await following.exited).toBe(0);
    expect(following.stdout()).toBe('0\n1\n2\n3\n4\n5\n6\n');
    expect(following.stderr()).toMatch(/^⚠ No news of train \(bad gateway\) - trying again\n$/);
  });

  it('is not followed with a key that is refused', async () => {
    write('0');
    const following = follow();
    await following.until((stdout) => stdout === '0\n');
    user.fake.fault({
      on: `GET ${logsPath()}`,
      times: Infinity,
      fault: { kind: 'status', status: 401, body: '{"message":"no"}' },
    });
    expect(await following.exited).toBe(3);
  });
});

it('what it uses is shown as far as the server says', async () => {
  expect((await user.devbox(['stats', 'train'])).stdout).toMatch(
    /^train\n +CPU: {2}12\.5% +█{3}░{17}\n +Memory: {2}1\.0 GB \/ 4\.0 GB {2}█{5}░{15}\n +Network: .*\n +Block IO: .*\n +PIDs: {2}7\n$/,
  );
  const json = JSON.parse((await user.devbox(['stats', 'train', '--json'])).stdout);
  expect(json).toMatchObject({
    name: 'train',
    cpu_percent: 12.5,
    cpu_cores: null,
    memory_used: 1024 ** 3,
    gpus: [],
  });
});

it('what it uses is watched on a terminal past a server in trouble', async () => {
  const terminal = openTerminal(
    [process.execPath, join(projectRoot, 'dist', 'main.js'), 'stats', 'train', '-w'],
    {
      columns: 60,
      cwd: user.home.path,
      env: {
        ...user.address,
        GPULAB_API_KEY: user.fake.apiKey,
        PATH: process.env['PATH'] ?? '',
        HOME: user.home.path,
        TERM: 'xterm-256color',
      },
    },
  );
  await terminal.until(({ text }) => text.includes('PIDs:  7'));
  const stats = `GET /v1/containers/${box.uuid}/stats`;
  user.fake.fault({ on: stats, times: 3, fault: { kind: 'status', status: 502, body: 'bad gateway' } });
  const frames = ({ text }: Screen): number => text.match(/^train$/gm)?.length ?? 0;
  await terminal.until((screen) => screen.text.includes('No news of train') && frames(screen) === 2);
  terminal.type('\u0003');
  expect(await terminal.exited).toBe(130);
  const { text, cursorVisible } = terminal.screen();
  expect(cursorVisible).toBe(true);
  expect(text).toMatch(
    /^train\n(.+\n)+⚠ No news of train \(bad gateway\) - trying again\ntrain\n(.+\n)+ +PIDs: {2}7\b/,
  );
});

describe('a command', () => {
  it('gets no input, which is said where there is some', async () => {
    const quiet = await user.devbox(['exec', 'train', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(quiet).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
    const { stdout, stderr } = await user.devbox(['exec', 'train', '--', 'sleep', '0.2'], { input: 'data' });
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: expect.stringContaining('passes no input') });
  });

  it('is a document with --json, warnings left out of it', async () => {
    const { code, stdout } = await user.devbox(
      ['exec', 'train', '--json', '--timeout', '60', '--', 'sh', '-c', 'echo out; sleep 0.2; exit 3'],
      { input: 'data' },
    );
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      stdout: 'out\n',
      stderr: '',
      exit_code: 3,
      timed_out: false,
      truncated: false,
    });
    expect(user.fake.sent(`POST /v1/containers/${box.uuid}/exec`).map(({ body }) => body)).toMatchObject([
      { timeout: 60 },
    ]);
  });

  it('gets 300 seconds at most', async () => {
    expect(await user.devbox(['exec', 'train', 'timeout=301', '--', 'true'])).toMatchObject({ code: 2 });
    expect(user.fake.sent(`POST /v1/containers/${box.uuid}/exec`)).toEqual([]);
  });
});
