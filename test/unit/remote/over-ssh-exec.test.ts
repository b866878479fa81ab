import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { interrupted } from '../../../src/base/errors.ts';
import { execOverSsh } from '../../../src/remote/over-ssh/exec.ts';

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

/** Runs words on a box that the fake ssh stands for. */
function exec(
  connect: readonly string[],
  argv: readonly string[],
  options: { stdout?: PassThrough; signal?: AbortSignal; timeoutSeconds?: number; stdin?: string } = {},
): Promise<number> {
  const { stdout = new PassThrough(), signal = never(), timeoutSeconds = null, stdin = '' } = options;
  const env = { PATH: `${folder}:${process.env['PATH']}` };
  const streams = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr: new PassThrough() };
  return execOverSsh({ connect, env, signal }, { argv, timeoutSeconds }, streams);
}

const never = (): AbortSignal => new AbortController().signal;

describe('the words of the command', () => {
  test.each([[['-V']], [['-oProxyCommand=touch x', 'a b']], [['uname', '-a']]])(
    '%j come after -- and the host',
    async (words) => {
      fakeSsh(`printf '%s\\n' "$@"`);
      const stdout = new PassThrough();
      const code = await exec(['ssh', '-F', 'f', 'box'], words, { stdout });
      stdout.end();
      const given = (await text(stdout)).split('\n');
      expect(code).toBe(0);
      expect(given.slice(0, 8)).toEqual([
        '-o',
        'BatchMode=yes',
        '-o',
        'LogLevel=ERROR',
        '-F',
        'f',
        'box',
        '--',
      ]);
      expect(given).toHaveLength(10);
    },
  );

  test('are no options to the real ssh', async () => {
    if (spawnSync('ssh', ['-V']).error !== undefined) {
      console.warn('notice: no ssh on this machine; what OpenSSH reads is not checked');
      return;
    }
    const stdout = new PassThrough();
    const words = ['-oProxyCommand=touch x'];
    await exec(['ssh', '-G', '-F', '/dev/null', 'box'], words, { stdout });
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
  const run = exec(['ssh', 'box'], ['x'], { stdout, signal: stop.signal });
  stdout.once('data', () => stop.abort(interrupted('Stopped before the end')));
  await expect(run).rejects.toMatchObject({ kind: 'interrupted' });
});

test('a command that takes too long is stopped', async () => {
  fakeSsh('exec sleep 30');
  const run = exec(['ssh', 'box'], ['x'], { timeoutSeconds: 0.1 });
  await expect(run).rejects.toMatchObject({ kind: 'timed-out' });
});

test('input that comes through a stream reaches the command', async () => {
  fakeSsh('cat');
  const stdout = new PassThrough();
  expect(await exec(['ssh', 'box'], ['x'], { stdout, stdin: 'in\0put' })).toBe(0);
  stdout.end();
  expect(await text(stdout)).toBe('in\0put');
});

test('a command that takes no input ends all the same', async () => {
  fakeSsh('exit 3');
  expect(await exec(['ssh', 'box'], ['x'], { stdin: 'x'.repeat(1_000_000) })).toBe(3);
});
