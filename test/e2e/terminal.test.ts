import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';
import { startFakeLambda } from '../support/fake-lambda/index.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

function onTerminal(
  argv: readonly string[],
  columns = 80,
  env: Readonly<Record<string, string>> = {},
): Terminal {
  return openTerminal([process.execPath, join(projectRoot, 'dist', 'main.js'), ...argv], {
    columns,
    cwd: home.path,
    env: { PATH: process.env['PATH'] ?? '', HOME: home.path, TERM: 'xterm-256color', CI: 'true', ...env },
  });
}

describe('on a terminal', () => {
  it.each([80, 40])('a launch tells its story live, then shows the card, at %s columns', async (columns) => {
    const fake = await startFakeLambda({ capacityRefusals: 1, statuses: ['booting', 'booting', 'active'] });
    const terminal = onTerminal(
      [
        'up',
        'gh200',
        `api.base_url=${fake.baseUrl}`,
        'api.request_interval=0.0',
        'wait.ssh=false',
        'api.launch_interval=0.0',
        'initial_backoff=1.0',
        'wait.poll_interval=0.6',
      ],
      columns,
      { LAMBDA_API_KEY: fake.apiKey },
    );
    await terminal.until(({ text }) => /Retrying gh200-devbox in \ds/.test(text));
    await terminal.until(({ text }) => /Waiting for gh200-devbox: booting/.test(text));
    expect(await terminal.exited).toBe(0);
    const { text, cursorVisible } = terminal.screen();
    expect(text).toMatch(/Insufficient capacity - retrying in\s+1\.0s \(attempt 1\/31\)/);
    expect(text).toMatch(/gh200-devbox is ready/);
    expect(text).not.toMatch(/Waiting for/);
    expect(text).toMatch(/Status: {2}active/);
    expect(cursorVisible).toBe(true);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    await fake.stop();
  });

  it('Ctrl-C ends a wait with the cursor back, and says what exists', async () => {
    const fake = await startFakeLambda({ statuses: ['booting'] });
    const terminal = onTerminal(
      ['up', 'gh200', `api.base_url=${fake.baseUrl}`, 'api.request_interval=0.0', 'wait.ssh=false'],
      80,
      {
        LAMBDA_API_KEY: fake.apiKey,
      },
    );
    await terminal.until(({ text }) => text.includes('booting'));
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(130);
    const { text, cursorVisible } = terminal.screen();
    expect(text).toMatch(/It still\s+exists/);
    expect(text).toMatch(/command=down/);
    expect(cursorVisible).toBe(true);
    await fake.stop();
  });

  it('ssh connects, with the exit code of the remote shell', async () => {
    const fake = await startFakeLambda();
    fake.addInstance({ name: 'theirs' }, 9);
    mkdirSync(join(home.path, 'bin'));
    writeFileSync(join(home.path, 'bin', 'ssh'), '#!/bin/sh\necho "$@" > "$HOME/called"\nexit 42\n', {
      mode: 0o755,
    });
    const terminal = onTerminal(
      ['ssh', 'theirs', `api.base_url=${fake.baseUrl}`, 'api.request_interval=0.0', 'wait.ssh=false'],
      80,
      {
        LAMBDA_API_KEY: fake.apiKey,
        PATH: `${join(home.path, 'bin')}:${process.env['PATH']}`,
      },
    );
    expect(await terminal.exited).toBe(42);
    expect(readFileSync(join(home.path, 'called'), 'utf8')).toMatch(/theirs\n$/);
    await fake.stop();
  });

  it('ssh opens a shell in a box on this machine', async () => {
    await home.run(['up', 'api=local', 'api.idle_timeout=0.2']);
    const terminal = onTerminal(['ssh', 'devbox']);
    terminal.type('echo in-$DEVBOX_NAME; exit 7\n');
    await terminal.until(({ text }) => text.includes('in-devbox'));
    expect(await terminal.exited).toBe(7);
    await home.run(['down', 'devbox']);
  });

  it('cards have colour, and none with NO_COLOR or --no-color', async () => {
    await home.run(['up', 'api=local', 'api.idle_timeout=0.2']);
    const list = ['list', 'api=local'];
    const plain = [onTerminal([...list, '--no-color']), onTerminal(list, 80, { NO_COLOR: '1' })];
    const colored = onTerminal(list);
    expect(await colored.exited).toBe(0);
    expect(colored.output()).toContain('\u001b[');
    for (const terminal of plain) {
      expect(await terminal.exited).toBe(0);
      expect(terminal.output()).not.toMatch(/\u001b\[\d+m/);
    }
    await home.run(['down', 'devbox']);
  });
});
