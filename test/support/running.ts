import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Home, projectRoot } from './bin.ts';

/** The bin while it runs, its output in pipes. */
export interface Running {
  stdout(): string;
  stderr(): string;
  /** Resolves when what was written to stdout satisfies a condition. @throws when the bin ends before it does. */
  until(condition: (stdout: string) => boolean): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Closes the reading end of its stdout. */
  stopReading(): void;
  readonly exited: Promise<number | null>;
}

/** Starts the bin in a home, with an empty stdin. */
export function startBin(
  home: Home,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'main.js'), ...argv], {
    cwd: home.path,
    env: { PATH: process.env['PATH'], HOME: home.path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  let ended = false;
  const watchers = new Set<() => void>();
  const look = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      ended = true;
      look();
      resolve(code);
    });
  });
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    kill: (signal) => void child.kill(signal),
    stopReading: () => child.stdout.destroy(),
    until: (condition) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          if (condition(stdout)) resolve();
          else if (ended) reject(new Error(`it ended with this:\n${stdout}\n${stderr}`));
          else return;
          watchers.delete(watcher);
        };
        watchers.add(watcher);
        watcher();
      }),
  };
}
