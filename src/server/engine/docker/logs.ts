import type { LogEntry, LogPage, LogQuery } from '../engine.ts';
import { LogRoom } from '../log-room.ts';
import type { EngineClient } from './client.ts';
import { Cursor } from './log-cursor.ts';
import { isSince, type Line, readLines } from './log-lines.ts';

/** So many lines are asked for at most where neither time nor cursor says where to begin. */
const maxLines = 50_000;

/** A container whose log is read. */
export interface LogSource {
  readonly client: EngineClient;
  readonly container: string;
  /** Whether nothing will be added to a line that has no end yet. */
  readonly isOver: boolean;
  /** Whether the engine, asked for its last lines, forgets the beginnings of long ones. */
  readonly cutsLongLines: boolean;
}

/** Reads a page of what a container's main process wrote. */
export async function readLogs(source: LogSource, query: LogQuery): Promise<LogPage> {
  const { tail, since, after, stream } = query;
  const cursor = Cursor.parse(after);
  const from = cursor?.since ?? since;
  const window =
    from === null
      ? await lastLines(source, stream === null ? tail : null)
      : { lines: await fetchLines(source, { since: from }), isWhole: true };
  const { taken, read, isCut } = cursor
    ? takeFirst(cursor.behind(window.lines), window.lines)
    : takeLast(window.lines);
  const wanted = taken.filter(
    (line) => (stream === null || line.stream === stream) && (since === null || isSince(line, since)),
  );
  const isSatisfied = cursor === null && tail !== null && wanted.length >= tail;
  return {
    entries: lastOf(wanted, tail).map(toEntry),
    cursor: Cursor.after(read, { previous: cursor, from, isWhole: window.isWhole }).format(),
    truncated: !isSatisfied && (isCut || !window.isWhole),
  };
}

interface Window {
  readonly lines: readonly Line[];
  /** Whether there is nothing before it. */
  readonly isWhole: boolean;
}

/**
 * The last lines, and as many more as are needed to know where they end: of lines of one time all have to be seen, or
 * it could not be told later which of them were.
 */
async function lastLines(source: LogSource, count: number | null): Promise<Window> {
  for (let tail = Math.min(count ?? maxLines, maxLines) + 1; ; tail *= 4) {
    const lines = await fetchLines(source, { tail });
    const isWhole = lines.length < tail;
    const [first] = lines;
    if (!isWhole && !Cursor.canFollow(lines)) continue;
    if (!first || !source.cutsLongLines) return { lines, isWhole };
    return { lines: await fetchLines(source, { since: Date.parse(first.key) }), isWhole };
  }
}

async function fetchLines(
  { client, container, isOver }: LogSource,
  range: { readonly since: number } | { readonly tail: number },
): Promise<Line[]> {
  const answer = await client.ask((docker) =>
    docker.getContainer(container).logs({
      follow: false,
      stdout: true,
      stderr: true,
      timestamps: true,
      // Engines count in seconds here, and one of them leaves out lines of exactly this time.
      ...('since' in range ? { since: Math.max(0, Math.floor(range.since / 1000) - 1) } : range),
    }),
  );
  return readLines(answer, isOver);
}

/** Without digits that the engine does not know. */
function toEntry({ key, stream, text }: Line): LogEntry {
  return { time: key.replace(/\.?0+Z$/, 'Z'), stream, text };
}

function lastOf<T>(items: readonly T[], count: number | null): readonly T[] {
  if (count === null) return items;
  return count <= 0 ? [] : items.slice(-count);
}

interface Taken {
  /** Lines for the page. */
  readonly taken: readonly Line[];
  /** Lines of the window up to where the next page begins. */
  readonly read: readonly Line[];
  /** Whether there were more than fit. */
  readonly isCut: boolean;
}

/** Who follows a log must lose nothing: what does not fit comes with the next page. */
function takeFirst(fresh: readonly Line[], window: readonly Line[]): Taken {
  const end = overflow(fresh);
  const next = fresh[end];
  const read = next ? window.slice(0, window.indexOf(next)) : window;
  return { taken: fresh.slice(0, end), read, isCut: next !== undefined };
}

/** Who looks at a log wants its end. */
function takeLast(window: readonly Line[]): Taken {
  const backwards = [...window].reverse();
  const end = overflow(backwards);
  return { taken: backwards.slice(0, end).reverse(), read: window, isCut: end < window.length };
}

/** How many lines, from the first, fit into a page. */
function overflow(lines: readonly Line[]): number {
  const room = new LogRoom();
  const end = lines.findIndex((line) => !room.take(line));
  return end === -1 ? lines.length : end;
}
