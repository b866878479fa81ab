import { constants } from 'node:os';
import { ApiProblem } from '../../problem.ts';
import type { Exit, RunningTerminal, TerminalSize } from '../engine.ts';
import { trySignal } from './reap.ts';

export interface StartedTerminal extends RunningTerminal {
  readonly group: number;
}

/** What the package's types leave out: bytes can be written as they are. */
interface TakesBytes {
  write(data: string | Uint8Array): void;
}

/**
 * Starts a login shell on a new pseudo-terminal.
 * @throws ApiProblem 501 where this machine has no pseudo-terminals for us.
 */
export async function startTerminal(
  shell: string,
  size: TerminalSize,
  where: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<StartedTerminal> {
  const { spawn } = await loadPty();
  const pty = spawn(shell, ['-l'], {
    name: where.env['TERM'] ?? 'xterm-256color',
    cols: size.columns,
    rows: size.rows,
    cwd: where.cwd,
    env: { ...where.env },
    encoding: null,
  });
  const input: TakesBytes = pty;
  let running = true;
  const exited = new Promise<Exit>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      running = false;
      const name = signal ? signalName(signal) : null;
      resolve({ code: signal ? 128 + signal : exitCode, signal: name });
    });
  });
  return {
    group: pty.pid,
    exited,
    // With `encoding: null` the listener gets bytes, whatever the package's types say.
    onData: (listener) => pty.onData((data: string | Buffer) => listener(Buffer.from(data))),
    write: (bytes) => {
      if (running) input.write(bytes);
    },
    resize: ({ columns, rows }) => {
      if (running) pty.resize(columns, rows);
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    kill: (signal) => {
      if (running) trySignal(-pty.pid, signal);
    },
  };
}

async function loadPty(): Promise<typeof import('@lydell/node-pty')> {
  try {
    return await import('@lydell/node-pty');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiProblem(501, 'no-terminal', `this server cannot make terminals: ${why}`);
  }
}

function signalName(number: number): string | null {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}
