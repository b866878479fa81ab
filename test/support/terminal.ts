import { spawn } from '@lydell/node-pty';
import { replay, type Screen } from './screen.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly cwd: string;
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
}

/** A program on a real terminal. */
export interface Terminal {
  /** What a user sees now. */
  screen(): Screen;
  /** Everything that was written, escape sequences included. */
  output(): string;
  /** Resolves when the screen satisfies a condition. @throws when the program ends before it does. */
  until(condition: (screen: Screen) => boolean): Promise<Screen>;
  /** Stops reading what is written, as a terminal does that has no time, and goes on with it. */
  pause(): void;
  resume(): void;
  /** Types: `'\u0003'` is Ctrl-C. */
  type(text: string): void;
  readonly exited: Promise<number>;
}

/**
 * Runs the program and says how it ended, then holds the terminal until that was read: what a pseudo-terminal still holds when its last
 * program has gone can be lost.
 */
const holder = 'trap : INT QUIT HUP; "$@"; printf "\\033]777;exit=%d\\007" "$?"; read never';
const ending = /\u001b\]777;exit=(\d+)\u0007/;

/** Starts a program on a pseudo-terminal of its own. */
export function openTerminal(argv: readonly [string, ...string[]], options: TerminalOptions): Terminal {
  const { columns, cwd, env } = options;
  const pty = spawn('/bin/sh', ['-c', holder, 'sh', ...argv], {
    cols: columns,
    rows: 30,
    cwd,
    env: { ...env },
    name: env['TERM'] ?? 'xterm',
  });
  let output = '';
  const screen = (): Screen => replay(output, columns);
  const watchers = new Set<() => void>();
  let ended = false;
  const exited = new Promise<number>((resolve) => {
    pty.onData((data) => {
      if (ended) return;
      output += data;
      const end = ending.exec(output);
      if (end) {
        ended = true;
        output = output.slice(0, end.index);
        pty.kill('SIGKILL');
        resolve(Number(end[1]));
      }
      for (const watcher of watchers) watcher();
    });
    pty.onExit(({ exitCode }) => {
      ended = true;
      for (const watcher of watchers) watcher();
      resolve(exitCode);
    });
  });
  return {
    screen,
    output: () => output,
    exited,
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    type: (text) => pty.write(text),
    until: (condition) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          if (condition(screen())) resolve(screen());
          else if (ended) reject(new Error(`the program ended with this on its screen:\n${screen().text}`));
          else return;
          watchers.delete(watcher);
        };
        watchers.add(watcher);
        watcher();
      }),
  };
}
