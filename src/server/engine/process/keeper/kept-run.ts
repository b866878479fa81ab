import { constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import type { LogStream } from '../log/entry.ts';
import { Lines } from '../log/lines.ts';
import { pipesOf } from '../log/runs.ts';
import type { LogWriter } from '../log/writer.ts';

/** Where a pipe that nobody writes to yet reads as ended, it is opened again after this time. */
const againMilliseconds = 100;

/**
 * Reads what a run of a main process writes into its pipes until nobody can write any more, and appends it to the
 * log of its box.
 * @param ended is called once, when everything is in the log and the pipes are removed.
 * @throws where the pipes cannot be opened.
 */
export function keepRun(run: string, writer: LogWriter, ended: () => void): void {
  const pipes = pipesOf(run);
  let open = 2;
  const closed = (): void => {
    if (--open > 0) return;
    rmSync(run, { recursive: true, force: true });
    ended();
  };
  const [stdout, stderr] = [openPipe(pipes.stdout), openPipe(pipes.stderr)];
  keepPipe({ path: pipes.stdout, fd: stdout, stream: 'stdout', writer, closed });
  keepPipe({ path: pipes.stderr, fd: stderr, stream: 'stderr', writer, closed });
}

interface KeptPipe {
  readonly path: string;
  readonly fd: number;
  readonly stream: LogStream;
  readonly writer: LogWriter;
  readonly closed: () => void;
}

function keepPipe(pipe: KeptPipe): void {
  const { fd, stream, writer } = pipe;
  const lines = new Lines();
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.on('data', (bytes: Buffer) => writer.append(stream, lines.add(bytes)));
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    if (socket.bytesRead === 0 && process.platform !== 'linux' && again(pipe)) return;
    writer.append(stream, lines.end());
    pipe.closed();
  });
}

/** Elsewhere than on Linux a pipe has ended before its first writer comes; false where it is gone. */
function again(pipe: KeptPipe): boolean {
  try {
    const fd = openPipe(pipe.path);
    setTimeout(() => keepPipe({ ...pipe, fd }), againMilliseconds);
    return true;
  } catch {
    return false;
  }
}

const openPipe = (path: string): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
