import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { DevboxError } from '../base/errors.ts';
import { hasCode } from '../base/files.ts';
import { shellLine } from '../base/shell.ts';
import { findHostEntry } from './ssh-config.ts';
import { includeState } from './ssh-include.ts';
import { keptHostKey, type SshPlaces, type SshTarget, sshOptions } from './ssh-target.ts';

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
  await mkdir(dirname(keptHostKey(places, target).knownHostsFile), { recursive: true, mode: 0o700 });
  const explicit = options.filter(([keyword]) => keyword !== 'HostName' && keyword !== 'User');
  return [
    'ssh',
    ...explicit.flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]),
    `${target.username}@${target.address}`,
  ];
}

/** Streams of a program that runs here; one that has a file descriptor is handed over as it is. */
export interface ProgramStreams {
  /** Null is empty. */
  readonly stdin: NodeJS.ReadableStream | null;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

export interface ConnectOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** What it reads and writes instead of this process's own streams. */
  readonly streams?: ProgramStreams;
}

/**
 * Hands the terminal, or other streams, to an ssh command until it ends.
 * @returns its exit code; 128 and the signal's number where a signal ended it.
 * @throws DevboxError `remote/no-ssh` where there is no such program.
 */
export function connectSsh(argv: readonly string[], options: ConnectOptions): Promise<number> {
  const [program = 'ssh', ...words] = argv;
  const { streams, env } = options;
  return new Promise((resolve, reject) => {
    const stdio = streams ? stdioOf(streams) : ('inherit' as const);
    const child = spawn(program, words, { stdio, env: { ...env } });
    const stop = (): void => void child.kill('SIGTERM');
    options.signal?.addEventListener('abort', stop, { once: true });
    if (options.signal?.aborted) stop();
    const disconnect = streams ? connectStreams(child, streams, stop) : () => undefined;
    const release = (): void => {
      options.signal?.removeEventListener('abort', stop);
      disconnect();
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

function stdioOf({ stdin, stdout, stderr }: ProgramStreams): ('pipe' | 'ignore' | number)[] {
  return [
    stdin === null ? 'ignore' : (ownFd(stdin) ?? 'pipe'),
    ownFd(stdout) ?? 'pipe',
    ownFd(stderr) ?? 'pipe',
  ];
}

/** The descriptor of a standard stream of this process; a stream with another one is read and written from here. */
function ownFd(stream: object): number | undefined {
  const fd = 'fd' in stream ? stream.fd : undefined;
  return fd === 0 || fd === 1 || fd === 2 ? fd : undefined;
}

/** @returns what lets go of the streams again. */
function connectStreams(child: ChildProcess, streams: ProgramStreams, stop: () => void): () => void {
  const { stdin, stdout, stderr } = streams;
  if (child.stdin && stdin) {
    // A program that ends without having read everything is no error.
    child.stdin.on('error', () => stdin.pause());
    stdin.pipe(child.stdin);
  }
  child.stdout?.pipe(stdout, { end: false });
  child.stderr?.pipe(stderr, { end: false });
  // A reader that has gone ends the command, as it would in a shell.
  stdout.once('error', stop);
  return () => {
    if (child.stdin) stdin?.unpipe(child.stdin);
    stdout.off('error', stop);
  };
}

function noSsh(program: string, argv: readonly string[]): DevboxError {
  return new DevboxError('failed', `the program ${program} was not found`, {
    code: 'remote/no-ssh',
    title: 'SSH',
    details: [{ label: 'Command', value: shellLine(argv) }],
    hint: 'install the OpenSSH client and see that it is on PATH',
  });
}
