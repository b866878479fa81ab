import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import { identify, type ProcessIdentity } from '../../identity.ts';
import type { Exit } from '../engine.ts';

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
 * Starts the main process of a box in a session of its own, so that it outlives the server. Its output is
 * appended to `logFile`.
 * @throws what kept it from starting.
 */
export async function startMain(options: {
  readonly command: string | null;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}): Promise<MainProcess> {
  const log = await open(options.logFile, 'a', 0o600);
  try {
    const [file, ...args] = options.command === null ? idle : (['/bin/sh', '-c', options.command] as const);
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.command === null ? { ...options.env, PATH: idlePath } : options.env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const exited = exitOf(child);
    const pid = await spawned(child);
    child.unref();
    return { identity: await identify(pid), exited };
  } finally {
    await log.close();
  }
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
