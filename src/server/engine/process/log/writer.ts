import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { hasCode } from '../../../../base/files.ts';
import { encodeEntry, type LogStream } from './entry.ts';
import { maxSegments, segmentBytes, segmentNumbers, segmentPath } from './segments.ts';

interface Segment {
  readonly fd: number;
  readonly number: number;
  size: number;
}

/**
 * The one who writes a log: appends whole entries, begins new segments, drops the oldest. Where nothing can be
 * written, on a full disk, lines are counted instead, and the log says so as soon as it can.
 */
export class LogWriter {
  readonly #directory: string;
  readonly #now: () => number;
  #segment: Segment | undefined;
  #lost = 0;
  #reason = '';

  constructor(directory: string, now: () => number) {
    this.#directory = directory;
    this.#now = now;
  }

  append(stream: LogStream, lines: readonly Uint8Array[]): void {
    if (lines.length === 0) return;
    const time = this.#now();
    try {
      this.#tellLoss(time);
      this.#write(lines.map((line) => encodeEntry(time, stream, line)));
    } catch (error) {
      this.#lost += lines.length;
      this.#reason = error instanceof Error ? error.message : String(error);
      // A part of an entry may have been written: what comes next begins a segment of its own.
      this.close();
    }
  }

  close(): void {
    if (this.#segment) closeSync(this.#segment.fd);
    this.#segment = undefined;
  }

  #tellLoss(time: number): void {
    if (this.#lost === 0) return;
    const said = `devbox: ${this.#lost} lines of this log could not be written: ${this.#reason}`;
    this.#write([encodeEntry(time, 'stderr', Buffer.from(said))]);
    this.#lost = 0;
  }

  #write(entries: readonly Buffer[]): void {
    let from = 0;
    while (from < entries.length) {
      const segment = this.#current();
      let to = from;
      let size = segment.size;
      while (to < entries.length && size < segmentBytes) size += entries[to++]?.length ?? 0;
      writeAll(segment.fd, Buffer.concat(entries.slice(from, to)));
      segment.size = size;
      from = to;
    }
  }

  #current(): Segment {
    if (this.#segment && this.#segment.size < segmentBytes) return this.#segment;
    this.close();
    makeDirectory(this.#directory);
    this.#segment = this.#open();
    return this.#segment;
  }

  /** The last segment if it can be continued, else a new one. */
  #open(): Segment {
    const numbers = segmentNumbers(readdirSync(this.#directory));
    const last = numbers.at(-1);
    if (last !== undefined) {
      const fd = openSync(segmentPath(this.#directory, last), 'a+', 0o600);
      const { size } = fstatSync(fd);
      if (size < segmentBytes && endsWhole(fd, size)) return { fd, number: last, size };
      closeSync(fd);
    }
    const number = (last ?? 0) + 1;
    const segment = { fd: openSync(segmentPath(this.#directory, number), 'a', 0o600), number, size: 0 };
    for (const old of numbers.slice(0, Math.max(0, numbers.length + 1 - maxSegments))) {
      rmSync(segmentPath(this.#directory, old), { force: true });
    }
    return segment;
  }
}

/** Whether a segment ends with an entry: a writer that was killed may have left a part of one. */
function endsWhole(fd: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === 0x0a;
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}

/** Not its parents: the directory of a box that is being removed must not come back. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
