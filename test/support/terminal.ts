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
  /** Types: `'\u0003'` is Ctrl-C. */
  type(text: string): void;
  readonly exited: Promise<number>;
}

/** Starts a program on a pseudo-terminal of its own. */
export function openTerminal(argv: readonly [string, ...string[]], options: TerminalOptions): Terminal {
  const { columns, cwd, env } = options;
  const [file, ...args] = argv;
  const pty = spawn(file, args, {
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
  pty.onData((data) => {
    output += data;
    for (const watcher of watchers) watcher();
  });
  const exited = new Promise<number>((resolve) => {
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
