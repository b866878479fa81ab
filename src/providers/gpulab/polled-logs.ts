import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { parseSince } from '../../base/since.ts';
import { cleanLogLine } from '../../base/text.ts';
import type { LogEntry, LogPage, LogQuery } from '../../remote/access.ts';
import { phaseOf } from './box.ts';
import type { Connection } from './connection.ts';
import { containerPath, getContainer } from './containers.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { logsSchema } from './wire.ts';

/** Where a page ended; read by nobody but this module. */
const cursorSchema = z.object({
  /** Unix seconds from which the next page is asked for; null: what the first page was asked for. */
  since: z.nullable(z.int()),
  /** What the first page was asked for. */
  first: z.nullable(z.string()),
  /** Digests of the lines shown that the next answer has again, in order. */
  shown: z.array(z.string()),
  /** Whether older lines than those shown may be in the next answer, as after a first page with `tail`. */
  cut: z.boolean(),
});
type Cursor = z.infer<typeof cursorSchema>;

/**
 * The log of a container on a server with GPULab's API alone, which takes whole seconds. A page behind another one is
 * asked for from a second before the server's own clock at that time on, with the time of each line; of its answer the
 * lines shown before are left out. So nothing is lost and, as far as lines of the same time and text can be told apart,
 * nothing is repeated.
 */
export async function readPolledLogs(connection: Connection, id: string, query: LogQuery): Promise<LogPage> {
  if (query.stream !== null) throw noStreams();
  const cursor: Cursor | undefined =
    query.after === null ? undefined : z.parse(cursorSchema, JSON.parse(query.after));
  // Looked at first: what is written until it stops is in the log.
  const now = cursor ? await getContainer(connection, id) : undefined;
  const since = cursor ? (cursor.since?.toString() ?? cursor.first) : query.since;
  const parameters = new URLSearchParams({ timestamps: 'true' });
  if (query.tail !== null && !cursor) parameters.set('tail', String(query.tail));
  if (since !== null) parameters.set('since', forServer(since));
  const call: ApiRequest = { method: 'GET', path: `${containerPath(id)}/logs?${parameters}` };
  const { logs, timestamp } = parseAnswer(logsSchema, call, await connection.request(call));
  const lines = logs ? logs.replace(/\n$/, '').split('\n') : [];
  const fresh = cursor ? withoutShown(lines, cursor) : lines;
  const next = timestamp == null ? null : Math.floor(timestamp) - 1;
  const nextCursor: Cursor = {
    since: next ?? cursor?.since ?? null,
    first: cursor?.first ?? query.since,
    shown: lines.filter((line) => isFrom(line, next)).map(digest),
    cut: !cursor && query.tail !== null && lines.length >= query.tail,
  };
  return {
    entries: fresh.map(toEntry).filter(writtenSince(query.since)),
    cursor: JSON.stringify(nextCursor),
    truncated: false,
    ended:
      cursor !== undefined && (now == null || ['stopped', 'failed', 'ending'].includes(phaseOf(now.status))),
  };
}

function noStreams(): DevboxError {
  return new DevboxError('usage', 'this server does not tell stderr from stdout in its logs', {
    code: 'logs/no-streams',
    hint: 'Leave out stderr=true.',
  });
}

/** Whole seconds for a time; an age as GPULab has it, in hours, minutes and seconds. */
function forServer(since: string): string {
  const parsed = parseSince(since);
  if (parsed?.kind === 'at') return String(Math.floor(parsed.time / 1000));
  if (parsed === undefined || /^\d+[smh]$/.test(since)) return since;
  return `${Math.ceil(parsed.milliseconds / 1000)}s`;
}

/** The lines that were not shown before. */
function withoutShown(lines: readonly string[], { shown, cut }: Cursor): string[] {
  const last = shown.at(-1);
  const left = new Map<string, number>();
  for (const each of shown) left.set(each, (left.get(each) ?? 0) + 1);
  // Lines before the last one shown are as old as that one: those that are not among the shown were left out by `tail`.
  let isOld = cut && last !== undefined && lines.some((line) => digest(line) === last);
  return lines.filter((line) => {
    const mark = digest(line);
    const count = left.get(mark) ?? 0;
    if (count > 0) left.set(mark, count - 1);
    const isFresh = count === 0 && !isOld;
    if (mark === last && count === 1) isOld = false;
    return isFresh;
  });
}

const digest = (line: string): string => createHash('sha256').update(line).digest('base64url').slice(0, 12);

/** Whether the next answer, from `since` on, has a line again. One without a time may always be there. */
function isFrom(line: string, since: number | null): boolean {
  const { time } = toEntry(line);
  return since === null || time === null || Date.parse(time) >= since * 1000;
}

/** `2026-03-01T10:00:00.123456789Z text`. */
function toEntry(line: string): LogEntry {
  const [, time, text] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))(?: (.*))?$/s.exec(line) ?? [];
  if (time === undefined || Number.isNaN(Date.parse(time))) {
    return { time: null, stream: null, text: cleanLogLine(line) };
  }
  const utc = time.endsWith('Z') ? time : new Date(time).toISOString();
  return { time: utc, stream: null, text: cleanLogLine(text ?? '') };
}

/** The server counts in whole seconds; what is finer is sorted out here. */
function writtenSince(since: string | null): (entry: LogEntry) => boolean {
  const parsed = since === null ? undefined : parseSince(since);
  if (parsed?.kind !== 'at') return () => true;
  return ({ time }) => time === null || Date.parse(time) >= parsed.time;
}
