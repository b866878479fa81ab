import { constants } from 'node:os';
import type { Exit } from '../../engine/engine.ts';
import type { Shell, ShellSource, TerminalSize } from '../shell.ts';

/** Time that a shell gets after its terminal has gone, before it is killed, in milliseconds. */
const hangUpMilliseconds = 1_000;

/** What the package's types leave out: bytes can be written as they are. */
interface TakesBytes {
  write(data: string | Uint8Array): void;
}

/**
 * Starts a program on a new pseudo-terminal.
 * @throws an error that says so where this machine has no pseudo-terminals for us.
 */
export async function openPtyShell(
  { argv, cwd, env }: Extract<ShellSource, { kind: 'pty' }>,
  size: TerminalSize,
): Promise<Shell> {
  const { spawn } = await loadPty();
  const [file = '/bin/sh', ...args] = argv;
  const pty = spawn(file, args, {
    name: env['TERM'] ?? 'xterm-256color',
    cols: size.columns,
    rows: size.rows,
    cwd,
    env: { ...env },
    encoding: null,
  });
  const input: TakesBytes = pty;
  let running = true;
  const exited = new Promise<Exit>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      running = false;
      resolve({ code: signal ? 128 + signal : exitCode, signal: signal ? signalName(signal) : null });
    });
  });
  const kill = (signal: NodeJS.Signals): void => {
    try {
      // The shell leads a session, and with it the group that is in its foreground at first.
      process.kill(-pty.pid, signal);
    } catch {
      // Gone already.
    }
  };
  return {
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
    hangUp() {
      pty.resume();
      if (!running) return;
      kill('SIGHUP');
      const timer = setTimeout(() => kill('SIGKILL'), hangUpMilliseconds);
      void exited.then(() => {
        clearTimeout(timer);
        // What leads a shell into a box may go before those whom it leads.
        kill('SIGKILL');
      });
    },
  };
}

async function loadPty(): Promise<typeof import('@lydell/node-pty')> {
  try {
    return await import('@lydell/node-pty');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`this server cannot make terminals: ${why}`);
  }
}

function signalName(number: number): string | null {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}
