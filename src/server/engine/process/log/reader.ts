import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../../base/files.ts';
import { ApiProblem } from '../../../problem.ts';
import type { LogPage, LogQuery } from '../../engine.ts';
import { LogRoom } from '../../log-room.ts';
import { decodeEntry, type TimedLine } from './entry.ts';
import { listSegments, segmentPath } from './segments.ts';

/** No more than this is read of one file, in bytes; only a log of an earlier version can be larger. */
const maxBytes = 8 * 1024 * 1024;

/** A place in a log: so many bytes into a segment. Segment 0 is the log that earlier versions wrote, without times. */
interface Position {
  readonly segment: number;
  readonly offset: number;
}

const start: Position = { segment: 1, offset: 0 };

/**
 * Reads from the log of a box while its keeper may be writing to it.
 * @param box the box's directory.
 * @throws ApiProblem 422 for a cursor that is none.
 */
export async function readLog(box: string, query: LogQuery): Promise<LogPage> {
  const directory = join(box, 'logs');
  const segments = [0, ...(await listSegments(directory))];
  const read = (segment: number, from: number): Promise<Piece> =>
    segment === 0 ? readOld(join(box, 'log'), from) : readPiece(segmentPath(directory, segment), from);
  return query.after === null
    ? readNewest(segments, read, query)
    : readOn(segments, read, query, parseCursor(query.after));
}

/** A line, and where the next one begins. */
type PlacedLine = TimedLine & { readonly end: number };

/** The whole lines of a segment behind some place in it. */
interface Piece {
  readonly lines: readonly PlacedLine[];
  /** Where the next line will begin. */
  readonly end: number;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

type ReadPiece = (segment: number, from: number) => Promise<Piece>;

/** The newest lines of all that is wanted. */
async function readNewest(segments: readonly number[], read: ReadPiece, query: LogQuery): Promise<LogPage> {
  const newest = new Newest(query.tail);
  let cursor: Position | undefined;
  for (const segment of segments.toReversed()) {
    const piece = await read(segment, 0);
    cursor ??= segment === 0 && piece.end === 0 ? start : { segment, offset: piece.end };
    if (query.since !== null && piece.changedAt < query.since) break;
    if (!newest.add(piece.lines.filter((line) => isWanted(line, query)))) break;
  }
  return newest.page(cursor ?? start);
}

/** What came behind a cursor: the oldest of it, and the next page goes on from there. */
async function readOn(
  segments: readonly number[],
  read: ReadPiece,
  query: LogQuery,
  after: Position,
): Promise<LogPage> {
  const found: TimedLine[] = [];
  const room = new LogRoom();
  let cursor = after;
  for (const segment of segments.filter((number) => number >= after.segment)) {
    const { lines, end } = await read(segment, segment === after.segment ? after.offset : 0);
    for (const line of lines) {
      if (isWanted(line, query)) {
        // The newest of them are asked for, so a page that does not hold all of them needs no place for the others.
        if (query.tail === null && !room.take(line)) return toPage(found, cursor, true);
        found.push(line);
      }
      cursor = { segment, offset: line.end };
    }
    if (segment > 0 || end > 0) cursor = { segment, offset: end };
  }
  if (query.tail === null) return toPage(found, cursor, false);
  const newest = new Newest(query.tail);
  newest.add(found);
  return newest.page(cursor);
}

/** The newest lines of a log that is read backwards, as many as are wanted and fit into a page. */
class Newest {
  readonly #lines: TimedLine[] = [];
  readonly #room = new LogRoom();
  readonly #wanted: number;
  #truncated = false;

  constructor(tail: number | null) {
    this.#wanted = tail ?? Number.POSITIVE_INFINITY;
  }

  /** Takes lines that came before all taken yet. @returns whether more are wanted. */
  add(lines: readonly TimedLine[]): boolean {
    for (const line of lines.toReversed()) {
      if (this.#lines.length >= this.#wanted) return false;
      this.#truncated = !this.#room.take(line);
      if (this.#truncated) return false;
      this.#lines.push(line);
    }
    return this.#lines.length < this.#wanted;
  }

  page(cursor: Position): LogPage {
    return toPage(this.#lines.toReversed(), cursor, this.#truncated);
  }
}

const isWanted = (line: TimedLine, { since, stream }: LogQuery): boolean =>
  (since === null || line.time >= since) && (stream === null || line.stream === stream);

const toPage = (lines: readonly TimedLine[], { segment, offset }: Position, truncated: boolean): LogPage => ({
  entries: lines.map(({ time, stream, text }) => ({ time: new Date(time).toISOString(), stream, text })),
  cursor: `${segment}.${offset}`,
  truncated,
});

function parseCursor(text: string): Position {
  const [, segment, offset] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  if (segment === undefined) {
    throw new ApiProblem(422, 'invalid-cursor', `${JSON.stringify(text.slice(0, 40))} is no cursor of a log`);
  }
  return { segment: Number(segment), offset: Number(offset) };
}

async function readPiece(path: string, from: number): Promise<Piece> {
  const { bytes, start, changedAt } = await readBytes(path, from);
  return pieceOf(bytes, start, changedAt, decodeEntry);
}

/** A log of an earlier version: lines of one stream, of which is known when the last was written. */
async function readOld(path: string, from: number): Promise<Piece> {
  const { bytes, start, changedAt } = await readBytes(path, from);
  return pieceOf(bytes, start, changedAt, (line) => ({
    time: changedAt,
    stream: 'stdout',
    text: line.toString('utf8'),
  }));
}

function pieceOf(
  bytes: Buffer,
  start: number,
  changedAt: number,
  decode: (line: Buffer) => TimedLine | undefined,
): Piece {
  const lines: PlacedLine[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, from)) {
    const line = decode(bytes.subarray(from, at));
    from = at + 1;
    if (line) lines.push({ ...line, end: start + from });
  }
  return { lines, end: start + from, changedAt };
}

/** What a file has from there on, of a large one the end; nothing where it is not there any more. */
async function readBytes(path: string, from: number) {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (!file) return { bytes: Buffer.alloc(0), start: from, changedAt: 0 };
  try {
    const { size, mtimeMs } = await file.stat();
    const start = Math.max(from, size - maxBytes);
    const length = Math.max(0, size - start);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    return { bytes: buffer.subarray(0, bytesRead), start, changedAt: Math.ceil(mtimeMs) };
  } finally {
    await file.close();
  }
}
