import { PassThrough } from 'node:stream';
import type { ExecStreams } from '../../src/remote/access.ts';

/** Streams of a command with nothing on stdin, and what came out of them so far. */
export function captureStreams(): {
  readonly streams: ExecStreams;
  stdout(): string;
  stderr(): string;
} {
  const stdin = new PassThrough();
  stdin.end();
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const stdout = new PassThrough().on('data', (bytes: Buffer) => out.push(bytes));
  const stderr = new PassThrough().on('data', (bytes: Buffer) => err.push(bytes));
  return {
    streams: { stdin, stdout, stderr },
    stdout: () => Buffer.concat(out).toString('utf8'),
    stderr: () => Buffer.concat(err).toString('utf8'),
  };
}
