import type { LogEntry } from '../../engine.ts';

export type LogStream = LogEntry['stream'];

const letters = { stdout: 'o', stderr: 'e' } as const;

/**
 * One entry as a segment holds it: milliseconds since 1970, a letter for the stream, the bytes of the line, a line
 * break. An entry is there when its line break is.
 */
export function encodeEntry(time: number, stream: LogStream, line: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${time} ${letters[stream]} `), line, Buffer.from('\n')]);
}

/** An entry as it is read, with its time as a number. */
export interface TimedLine {
  readonly time: number;
  readonly stream: LogStream;
  readonly text: string;
}

/** Reads one entry without its line break; undefined for what is none. */
export function decodeEntry(bytes: Buffer): TimedLine | undefined {
  const found = /^(\d{1,15}) ([oe]) /.exec(bytes.toString('latin1', 0, 20));
  if (!found) return undefined;
  const text = bytes.toString('utf8', found[0].length);
  return { time: Number(found[1]), stream: found[2] === 'e' ? 'stderr' : 'stdout', text };
}
