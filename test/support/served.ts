import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Home, projectRoot } from './bin.ts';

/** `devbox serve`, running as a user has it in a terminal. */
export interface Served {
  readonly url: string;
  /** Process ids: of devbox itself, and of the server beside it. */
  readonly pid: number;
  readonly serverPid: number;
  /** What it has written to standard error so far: its log. */
  log(): string;
  /** Resolves with its exit code; null: ended by a signal. */
  readonly ended: Promise<number | null>;
  /** Sends a signal to devbox itself, and resolves with its exit code (null: ended by a signal). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts `devbox serve` on a free port of this machine and waits until it answers.
 * @param under words of a program that runs it, such as strace, which signals reach instead.
 * @throws an error with what it said where it does not start.
 */
export function startServe(
  home: Home,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  under: readonly string[] = [],
): Promise<Served> {
  const [program = process.execPath, ...argv] = [
    ...under,
    process.execPath,
    join(projectRoot, 'dist', 'main.js'),
    'serve',
    '--json',
    'port=0',
    'engine=process',
    ...words,
  ];
  const child = spawn(program, argv, {
    cwd: home.path,
    env: { PATH: process.env['PATH'], HOME: home.path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (!said.endsWith('}\n')) return;
      const { url, pid: serverPid } = JSON.parse(said);
      resolve({
        url,
        pid: child.pid ?? 0,
        serverPid,
        log: () => log,
        ended,
        end(signal) {
          child.kill(signal);
          return ended;
        },
      });
    });
    child.once('error', reject);
    void ended.then((code) => reject(new Error(`devbox serve ended with ${code}: ${log}`)));
  });
}

/** Makes an API key of the server that a home keeps. */
export async function addKey(home: Home, name: string): Promise<string> {
  const { stdout, stderr, code } = await home.run(['command=serve_keys_add', `key_name=${name}`, '--quiet']);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}
