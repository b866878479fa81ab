import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { trySignal } from './reap.ts';

/** The three standard streams of a command that is about to be started. */
export interface StandardStreams {
  /** The command's ends, for `spawn`. */
  readonly stdio: [number, number, number];
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Closes the command's ends here; it has its own by now, or was not started. */
  release(): void;
}

/** So many commands get their pipes from one shell. */
const commandsAtOnce = 6;

/**
 * One stage of a pipeline: keeps its pipe as fd 4, says its pid and waits until it is killed. It waits on the shell's own input,
 * never on its pipe: one that is slow to die would take the first byte of what a command writes there.
 */
const stage = '{ exec 4<&0 0<&3; read pid rest < /proc/self/stat; echo "$pid" >&2; read never; }';

/**
 * Real pipes for commands, on Linux. Node gives its children sockets, which cannot be opened by name there:
 * `/dev/stdin` and `/dev/stderr` would fail in a box. Node cannot make pipes, a named pipe waits for a writer when
 * its name is opened; so a shell makes a pipeline, and its pipes are opened from here.
 */
export class PipeMaker {
  /** Reading ends of pipes that nobody else has open. */
  #readers: number[] = [];
  #making: Promise<void> | undefined;

  /** Makes pipes for the next commands. @throws where this machine does not allow it. */
  prepare(): Promise<void> {
    this.#making ??= makePipes(3 * commandsAtOnce)
      .then((readers) => void this.#readers.push(...readers))
      .finally(() => {
        this.#making = undefined;
      });
    return this.#making;
  }

  /** Three new pipes. */
  async open(): Promise<StandardStreams> {
    while (this.#readers.length < 3) await this.prepare();
    const [stdin, stdout, stderr] = [this.#pipe('write'), this.#pipe('read'), this.#pipe('read')];
    if (this.#readers.length < 6) void this.prepare().catch(() => undefined);
    const theirs: [number, number, number] = [stdin.theirs, stdout.theirs, stderr.theirs];
    return {
      stdio: theirs,
      stdin: new Socket({ fd: stdin.ours, readable: false, writable: true }),
      stdout: new Socket({ fd: stdout.ours, readable: true, writable: false }),
      stderr: new Socket({ fd: stderr.ours, readable: true, writable: false }),
      release: () => {
        for (const fd of theirs) closeSync(fd);
      },
    };
  }

  /** Both ends of a pipe: ours does not block, theirs does. */
  #pipe(we: 'read' | 'write'): { readonly ours: number; readonly theirs: number } {
    const reader = this.#readers.pop() ?? -1;
    if (we === 'read') return { ours: reader, theirs: reopen(reader, constants.O_WRONLY) };
    const ours = reopen(reader, constants.O_WRONLY | constants.O_NONBLOCK);
    const theirs = reopen(reader, constants.O_RDONLY);
    closeSync(reader);
    return { ours, theirs };
  }
}

const reopen = (fd: number, flags: number): number => openSync(`/proc/self/fd/${fd}`, flags);

/** The reading ends of so many new pipes, not blocking. */
async function makePipes(count: number): Promise<number[]> {
  const pipeline = Array.from({ length: count + 1 }, () => stage).join(' | ');
  const shell = spawn('/bin/sh', ['-c', `exec 3<&0; ${pipeline}`], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  try {
    // The first stage reads from here; each of the others from a pipe. Which is which, the opening tells.
    const pids = await linesOf(shell.stderr, count + 1);
    const readers = pids.flatMap((pid) => openPipe(`/proc/${Number(pid)}/fd/4`));
    if (readers.length < 3) throw new Error('the pipes of a child cannot be opened');
    return readers;
  } finally {
    if (shell.pid !== undefined) trySignal(-shell.pid, 'SIGKILL');
    shell.stdin.destroy();
    shell.stderr.destroy();
  }
}

/** A socket cannot be opened so: that is the first stage's. */
function openPipe(path: string): number[] {
  try {
    return [openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)];
  } catch {
    return [];
  }
}

function linesOf(stream: Readable, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      const lines = text.split('\n').slice(0, -1);
      if (lines.length >= count) resolve(lines);
    });
    stream.once('close', () => reject(new Error(`the shell made no pipes: ${text}`)));
  });
}
