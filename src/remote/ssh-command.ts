import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { DevboxError } from '../base/errors.ts';
import { hasCode } from '../base/files.ts';
import { shellLine } from '../base/shell.ts';
import { findHostEntry } from './ssh-config.ts';
import { includeState } from './ssh-include.ts';
import { knownHostsFile, type SshPlaces, type SshTarget, sshOptions } from './ssh-target.ts';

/**
 * The shortest command that reaches a box: `ssh NAME` where the user's configuration reads the box's host entry,
 * `ssh -F FILE NAME` where it does not, and everything spelt out where there is no entry.
 * @throws DevboxError `remote/unsafe-value` where a value could be read as something else by ssh.
 */
export async function sshArgv(places: SshPlaces, target: SshTarget): Promise<string[]> {
  const options = sshOptions(places, target);
  const entry = await findHostEntry(places, target);
  if (entry !== null) {
    const { included } = await includeState(places, entry.alias);
    return included ? ['ssh', entry.alias] : ['ssh', '-F', entry.path, entry.alias];
  }
  // ssh makes the file that keeps the host key, but not its folder.
  await mkdir(dirname(knownHostsFile(places, target.instanceId)), { recursive: true, mode: 0o700 });
  const explicit = options.filter(([keyword]) => keyword !== 'HostName' && keyword !== 'User');
  return [
    'ssh',
    ...explicit.flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]),
    `${target.username}@${target.address}`,
  ];
}

export interface ConnectOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Where its output goes instead of to this process's own streams; its stdin is empty then. */
  readonly streams?: { readonly stdout: Writable; readonly stderr: Writable };
}

/**
 * Hands the terminal, or other streams, to an ssh command until it ends.
 * @returns its exit code; 128 and the signal's number where a signal ended it.
 * @throws DevboxError `remote/no-ssh` where there is no such program.
 */
export function connectSsh(argv: readonly string[], options: ConnectOptions): Promise<number> {
  const [program = 'ssh', ...words] = argv;
  return new Promise((resolve, reject) => {
    const { streams } = options;
    const child = spawn(program, words, {
      stdio: streams ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...options.env },
    });
    const stop = (): void => void child.kill('SIGTERM');
    options.signal?.addEventListener('abort', stop, { once: true });
    if (streams) {
      child.stdout?.pipe(streams.stdout, { end: false });
      child.stderr?.pipe(streams.stderr, { end: false });
      // A reader that has gone ends the command, as it would in a shell.
      streams.stdout.once('error', stop);
    }
    const release = (): void => {
      options.signal?.removeEventListener('abort', stop);
      streams?.stdout.off('error', stop);
    };
    child.on('error', (error) => {
      release();
      reject(hasCode(error, 'ENOENT') ? noSsh(program, argv) : error);
    });
    child.on('close', (code, signal) => {
      release();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function noSsh(program: string, argv: readonly string[]): DevboxError {
  return new DevboxError('failed', `the program ${program} was not found`, {
    code: 'remote/no-ssh',
    title: 'SSH',
    details: [{ label: 'Command', value: shellLine(argv) }],
    hint: 'install the OpenSSH client and see that it is on PATH',
  });
}
