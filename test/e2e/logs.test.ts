import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findPaths } from '../../src/cli/context.ts';
import { placesIn } from '../../src/providers/local/places.ts';
import { isRunning } from '../../src/server/identity.ts';
import { readHolder } from '../../src/server/lock.ts';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';
import { type Running, startBin } from '../support/running.ts';
import { openTerminal } from '../support/terminal.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  const boxes = await devbox('ls', 'api=local', '-q');
  for (const id of boxes.stdout.split('\n').filter(Boolean)) await devbox('down', id, 'api=local');
  home.remove();
});

// The server goes as soon as it has nothing to do, so that no test leaves one behind.
const idle = 'api.idle_timeout=0.2';

const devbox = (...argv: string[]) => home.run(argv);
const deploy = (script: string) => devbox('deploy', 'api=local', idle, 'name=box', '--', 'sh', '-c', script);
const follow = (...argv: string[]): Running => startBin(home, ['logs', 'box', '--follow', ...argv]);

/** Kills the server without notice. */
async function killServer(): Promise<void> {
  const { lock } = placesIn(findPaths({ HOME: home.path }, projectRoot, process.platform));
  const holder = await readHolder(lock);
  if (!holder || !(await isRunning(holder))) throw new Error('no server runs');
  process.kill(holder.pid, 'SIGKILL');
}

/** Writes three lines and lives on. */
const threeLines = 'echo one; echo two >&2; echo three; exec sleep 1000';

describe('the log of a box', () => {
  it('is its text in a pipe, and a document with --json', async () => {
    await deploy(threeLines);
    const following = follow();
    await following.until((stdout) => stdout.includes('three\n'));
    following.kill('SIGTERM');
    expect(await following.exited).toBe(130);

    const all = await devbox('logs', 'box', '-n', '0');
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout.split('\n').sort()).toEqual(['', 'one', 'three', 'two']);
    expect((await devbox('logs', 'box', '--stderr')).stdout).toBe('two\n');
    expect((await devbox('logs', 'box', '--stderr', '-t')).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z two\n$/,
    );
    expect((await devbox('logs', 'box', '--since', '2000-01-01T00:00:00Z', '--tail', '1')).stdout).toMatch(
      /^\w+\n$/,
    );
    expect((await devbox('logs', 'box', '--since', '4000000000')).stdout).toBe('');
    expect((await devbox('logs', 'box', '--deploy')).stdout).not.toBe('');

    const { lines, truncated } = JSON.parse((await devbox('logs', 'box', '--json')).stdout);
    expect(truncated).toBe(false);
    expect(lines).toHaveLength(3);
    expect(lines).toContainEqual({ time: expect.any(String), stream: 'stderr', text: 'two' });
  });

  it('is there after the box has stopped, and following it ends', async () => {
    await deploy('echo bye');
    const following = follow();
    expect(await following.exited).toBe(0);
    expect(following.stdout()).toBe('bye\n');
    expect((await devbox('logs', 'box')).stdout).toBe('bye\n');
  });

  it('is followed across deaths of the server without a loss or a repetition', async () => {
    const count = 'n=0; while [ ! -e stop ]; do n=$((n+1)); echo "$n"; sleep 0.01; done; echo "end $n"';
    await deploy(count);
    const following = follow('-n', 'null');
    await following.until((stdout) => stdout.includes('\n10\n'));
    for (let kills = 0; kills < 2; kills++) {
      await killServer();
      const seen = following.stdout().length;
      await following.until((stdout) => stdout.length > seen + 50);
    }
    expect((await devbox('exec', 'box', '--', 'touch', 'stop')).code).toBe(0);
    expect(await following.exited).toBe(0);
    const lines = following.stdout().trim().split('\n');
    const last = lines.length - 1;
    expect(lines).toEqual([...Array.from({ length: last }, (_, index) => String(index + 1)), `end ${last}`]);
  });

  it('ends to be followed when nobody reads any more, and when the box is deleted', async () => {
    await deploy('while :; do echo line; sleep 0.1; done');
    const unread = follow();
    await unread.until((stdout) => stdout.includes('line'));
    unread.stopReading();
    expect(await unread.exited).toBe(0);

    const following = follow('--json');
    await following.until((stdout) => stdout.includes('line'));
    expect((await devbox('down', 'box')).code).toBe(0);
    expect(await following.exited).toBe(0);
    expect(JSON.parse(following.stdout().split('\n')[0] ?? '')).toMatchObject({
      stream: 'stdout',
      text: 'line',
    });
  });

  it('has stderr in another colour on a terminal, until Ctrl-C', async () => {
    await deploy(`printf '\\033[2J\\033[32mgreen\\n'; ${threeLines}`);
    const terminal = openTerminal(
      [process.execPath, join(projectRoot, 'dist', 'main.js'), 'logs', 'box', '-f'],
      {
        columns: 40,
        cwd: home.path,
        env: { PATH: process.env['PATH'] ?? '', HOME: home.path, TERM: 'xterm-256color' },
      },
    );
    await terminal.until(({ text }) => text.includes('three') && text.includes('two'));
    expect(terminal.output()).toContain('\u001b[33mtwo\u001b[39m');
    expect(terminal.output()).toContain('\u001b[32mgreen\u001b[0m');
    expect(terminal.output()).toMatch(/(^|\n)one\r\n/);
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(130);
    expect(terminal.screen().text).not.toContain('Interrupted');
  });

  it.each([
    [['logs', 'nothing', 'api=local'], 4],
    [['logs', 'box', 'api=local', '--since', 'yesterday'], 2],
    [['logs', 'box', 'api=local', '--tail', '-1'], 2],
  ])('%j ends with %s', async (argv, code) => {
    expect(await devbox(...argv)).toMatchObject({ code, stdout: '' });
  });

  it('is not followed in a multirun', async () => {
    const jobs = await devbox('logs', 'box', 'api=local', 'tail=1,2', '--multirun', '--follow');
    expect(jobs.code).not.toBe(0);
    expect(jobs.stdout).toContain('follow=true goes on until Ctrl-C, so it is no job of a multirun');
  });
});

it('exec with interactive=true is a shell', async () => {
  await deploy('exec sleep 1000');
  const terminal = openTerminal(
    [process.execPath, join(projectRoot, 'dist', 'main.js'), 'exec', 'box', '--interactive'],
    {
      columns: 80,
      cwd: home.path,
      env: { PATH: process.env['PATH'] ?? '', HOME: home.path, TERM: 'xterm' },
    },
  );
  terminal.type('echo $((6 * 7))\r');
  await terminal.until(({ text }) => /^42$/m.test(text));
  terminal.type('exit 5\r');
  expect(await terminal.exited).toBe(5);
});
