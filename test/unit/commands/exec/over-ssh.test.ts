import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../../src/base/clock.ts';
import type { Context } from '../../../../src/base/context.ts';
import { interrupted } from '../../../../src/base/errors.ts';
import { execOverSsh } from '../../../../src/commands/exec/over-ssh.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devbox-ssh-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program called ssh first on PATH. */
function fakeSsh(script: string): void {
  const path = join(folder, 'ssh');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function contextOf(stdout: PassThrough, signal: AbortSignal): Context {
  const output = (stream: PassThrough) => ({ stream, isTTY: false, columns: 80 });
  return {
    stdin: { stream: new PassThrough(), isTTY: false },
    stdout: output(stdout),
    stderr: output(new PassThrough()),
    env: { PATH: `${folder}:${process.env['PATH']}` },
    cwd: folder,
    paths: { home: folder, config: folder, state: folder, data: folder, runtime: folder, package: folder },
    clock: systemClock,
    random: () => 0.5,
    signal,
    unanswered: new Set(),
    user: { name: 'ada', host: 'engine' },
    version: '0.0.0-test',
  };
}

const never = (): AbortSignal => new AbortController().signal;

describe('the words of the command', () => {
  test.each([[['-V']], [['-oProxyCommand=touch x', 'a b']], [['uname', '-a']]])(
    '%j come after -- and the host',
    async (words) => {
      fakeSsh(`printf '%s\\n' "$@"`);
      const stdout = new PassThrough();
      const code = await execOverSsh(
        ['ssh', '-F', 'f', 'box'],
        words,
        null,
        contextOf(stdout, never()),
        true,
      );
      stdout.end();
      const given = (await text(stdout)).split('\n');
      expect(code).toBe(0);
      expect(given.slice(0, 6)).toEqual(['-o', 'BatchMode=yes', '-F', 'f', 'box', '--']);
      expect(given).toHaveLength(8);
    },
  );

  test('are no options to the real ssh', async () => {
    if (spawnSync('ssh', ['-V']).error !== undefined) {
      console.warn('notice: no ssh on this machine; what OpenSSH reads is not checked');
      return;
    }
    const stdout = new PassThrough();
    const words = ['-oProxyCommand=touch x'];
    await execOverSsh(['ssh', '-G', '-F', '/dev/null', 'box'], words, null, contextOf(stdout, never()), true);
    stdout.end();
    const settings = await text(stdout);
    expect(settings).toContain('host box\n');
    expect(settings).not.toContain('proxycommand');
  });
});

test('an interruption is one, whatever ssh makes of it', async () => {
  fakeSsh('echo up; exec sleep 30');
  const stop = new AbortController();
  const stdout = new PassThrough();
  const run = execOverSsh(['ssh', 'box'], ['x'], null, contextOf(stdout, stop.signal), true);
  stdout.once('data', () => stop.abort(interrupted('Stopped before the end')));
  await expect(run).rejects.toMatchObject({ kind: 'interrupted' });
});

test('a command that takes too long is stopped', async () => {
  fakeSsh('exec sleep 30');
  const run = execOverSsh(['ssh', 'box'], ['x'], 0.1, contextOf(new PassThrough(), never()), true);
  await expect(run).rejects.toMatchObject({ kind: 'timed-out' });
});
