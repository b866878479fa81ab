import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../support/bin.ts';
import { type FakeJournal, fakeJournal } from '../support/journal.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';
import { startBin } from '../support/running.ts';
import { type Sshd, startSshd, whyNoSshd } from '../support/sshd.ts';
import { openTerminal } from '../support/terminal.ts';

const missing = whyNoSshd();
if (missing) console.warn(`notice: boxes on Lambda Cloud are not reached: ${missing}`);

(missing ? describe.skip : describe)('a box on Lambda Cloud', () => {
  let sshd: Sshd;
  let journal: FakeJournal;
  let user: LambdaUser;
  let settings: string[];
  let env: Record<string, string>;

  beforeAll(async () => {
    sshd = await startSshd();
    journal = fakeJournal(sshd.programs);
  });
  afterAll(() => sshd?.stop());
  beforeEach(async () => {
    journal.clear();
    user = await lambdaUser({ statuses: ['active'], address: '127.0.0.1' });
    const { port, username, identityFile } = sshd;
    env = { LAMBDA_API_KEY: user.fake.apiKey };
    settings = [
      `api.base_url=${user.fake.baseUrl}`,
      'api.request_interval=0.0',
      ...[`ssh.port=${port}`, `ssh.username=${username}`, `ssh.identity_file=${identityFile}`],
    ];
    const unknownHost = ['wait.ssh=false', 'cloud_init.enabled=false'];
    expect((await devbox('up', 'gh200', 'instance_name=box', ...unknownHost)).code).toBe(0);
  });
  afterEach(() => user.end());

  const devbox = (...argv: string[]) => {
    const end = argv.indexOf('--');
    const [own, rest] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end)];
    return user.home.run([...own, ...settings, ...rest], { env });
  };

  it('runs commands, in one document with --json', async () => {
    expect(await devbox('exec', 'box', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3')).toMatchObject({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    const json = await devbox('exec', 'box', '--json', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3');
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
      exit_code: 3,
      timed_out: false,
      truncated: false,
    });
  });

  it('has a log and figures', async () => {
    journal.write('hello', Date.UTC(2026, 2, 1, 10));
    expect((await devbox('logs', 'box')).stdout).toMatch(/(^|\n)app\[7\]: hello\n$/);
    const { lines } = JSON.parse((await devbox('logs', 'box', '--tail', '1', '--json')).stdout);
    expect(lines).toEqual([{ time: '2026-03-01T10:00:00.000Z', stream: null, text: 'app[7]: hello' }]);
    const stats = JSON.parse((await devbox('stats', 'box', '--json')).stdout);
    expect(stats).toMatchObject({ name: 'box', gpus: [] });
    expect(stats.memory_limit).toBeGreaterThan(0);
    expect((await devbox('stats', 'box', '-q')).stdout).toBe(`${stats.id}\n`);
  });

  it('is in use while a GPU works or somebody is logged in, and ended when it was unused', async () => {
    const program = (name: string, prints: string): void =>
      writeFileSync(join(sshd.programs, name), `#!/bin/sh\n${prints}\n`, { mode: 0o755 });
    const reaped = async () => JSON.parse((await devbox('reap', '--json')).stdout)[0];
    const names = ['who', 'nvidia-smi', 'cut'];
    await devbox('down', 'box');
    await devbox(
      'up',
      'gh200',
      'instance_name=idle',
      'idle_timeout=1s',
      'wait.ssh=false',
      'cloud_init.enabled=false',
    );
    try {
      program('cut', 'echo 0.00');
      program('who', 'echo "ada pts/0"');
      program('nvidia-smi', 'echo 0');
      expect(await reaped()).toMatchObject({ action: 'kept', because: 'it is in use' });
      program('who', 'true');
      program('nvidia-smi', 'echo 0; echo 93');
      expect(await reaped()).toMatchObject({ action: 'kept', because: 'it is in use' });
      program('nvidia-smi', 'echo 0; echo 0');
      expect(await reaped()).toMatchObject({ because: 'it has not been unused for long enough' });
      let last = await reaped();
      for (let tries = 0; last?.action !== 'ended'; tries++) {
        expect(tries).toBeLessThan(60);
        last = await reaped();
      }
      expect(last.because).toMatch(/^it has been unused since 20/);
    } finally {
      for (const name of names) rmSync(join(sshd.programs, name), { force: true });
    }
  });

  it('has a log that can be followed until Ctrl-C', async () => {
    const following = startBin(user.home, ['logs', 'box', '-f', '--since', '1h', '--json', ...settings], env);
    journal.write('one');
    await following.until((stdout) => stdout.includes('one'));
    journal.write('two');
    await following.until((stdout) => stdout.includes('two'));
    following.kill('SIGINT');
    expect(await following.exited).toBe(130);
    const texts = following
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).text);
    expect(texts.filter((text) => text.startsWith('app[7]'))).toEqual(['app[7]: one', 'app[7]: two']);
    expect(following.stderr()).toBe('');
  });

  it.each([80, 40])('is watched at %s columns', async (columns) => {
    const terminal = openTerminal(
      [process.execPath, join(projectRoot, 'dist', 'main.js'), 'stats', 'box', '-w', ...settings],
      {
        columns,
        cwd: user.home.path,
        env: { PATH: process.env['PATH'] ?? '', HOME: user.home.path, TERM: 'xterm-256color', ...env },
      },
    );
    await terminal.until(({ text }) => /PIDs: +\d+/.test(text));
    const first = terminal.output().length;
    await terminal.until(() => terminal.output().length > first);
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(130);
    const { text, cursorVisible } = terminal.screen();
    expect(text.match(/PIDs:/g)).toHaveLength(1);
    expect(text).toMatch(/^box\n +CPU: {2}\d+\.\d% \(\d+ cores?\)\s+[█░]{20}\n/);
    expect(text).toMatch(/Memory: {2}\d+\.\d [GM]B \/ \d+\.\d GB\s+[█░]{20}\n/);
    expect(cursorVisible).toBe(true);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it('says so where it has nothing of the kind', async () => {
    const stderr = await devbox('logs', 'box', 'stderr=true', '--json');
    expect(stderr.code).toBe(2);
    expect(JSON.parse(stderr.stderr)).toMatchObject({ error: { code: 'logs/no-streams' } });
  });
});
