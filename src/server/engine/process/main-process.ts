import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { identify, type ProcessIdentity } from '../../identity.ts';
import type { Exit } from '../engine.ts';
import type { RunPipes } from './log/runs.ts';
import type { RunStatus } from './run-status.ts';

export interface MainProcess {
  /** Undefined where it ended before it could be looked at. */
  readonly identity: ProcessIdentity | undefined;
  readonly exited: Promise<Exit>;
}

/** What keeps a box alive that has nothing to run: waits for ever, uses nothing, goes at the first signal. */
const idle = ['tail', '-f', '/dev/null'] as const;
/** Where that is found, whatever the box's own PATH says. */
const idlePath = '/usr/bin:/bin:/run/current-system/sw/bin';

/**
 * Waits until somebody reads the two pipes, then holds each open for reading, too: a reader that dies costs nothing
 * of what is written. Then it runs the command, and writes down how that ended.
 */
const attached = [
  'exec 8>"$1" 9>"$2"; exec 1<>"$1" 2<>"$2" 8>&- 9>&-',
  'status=$0; shift 2; echo "{\\"ready\\": 1}" >>"$status"; "$@"; code=$?',
  'echo "{\\"exit-code\\": $code}" >>"$status"; exit "$code"',
].join('\n');

/**
 * Starts the main process of a box in a session of its own, so that it outlives the server. What a command writes
 * goes into `pipes`, how it ends into `status`.
 * @returns when the command runs.
 * @throws what kept it from starting.
 */
export async function startMain(options: {
  readonly command: string | null;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pipes: RunPipes | null;
  readonly status: RunStatus;
}): Promise<MainProcess> {
  const { command, cwd, env, pipes, status } = options;
  const [file = '', ...args] = pipes
    ? ['/bin/sh', '-c', attached, status.path, pipes.stdout, pipes.stderr, '/bin/sh', '-c', command ?? '']
    : idle;
  const child = spawn(file, args, {
    cwd,
    env: pipes ? env : { ...env, PATH: idlePath },
    detached: true,
    stdio: 'ignore',
  });
  const exited = exitOf(child);
  const pid = await spawned(child);
  child.unref();
  if (pipes) await Promise.race([exited, status.ready(child)]);
  return { identity: await identify(pid), exited };
}

/** Resolves with the pid once the program runs, rejects with Node's own error where it cannot. */
export function spawned(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}

/** How a child ends. Never rejects: what does not start never resolves. */
export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(exitFrom(code, signal)));
  });
}

/** An exit in the numbers of a shell. */
export function exitFrom(code: number | null, signal: NodeJS.Signals | null): Exit {
  return { code: code ?? 128 + (signal ? constants.signals[signal] : 0), signal };
}
