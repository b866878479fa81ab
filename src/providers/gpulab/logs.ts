import { parseSince } from '../../base/since.ts';
import { cleanLogLine, cleanText } from '../../base/text.ts';
import type { LogPage, LogQuery } from '../../remote/access.ts';
import { type Connection, has } from './connection.ts';
import { containerPath } from './containers.ts';
import { readPolledLogs } from './polled-logs.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { logEntriesSchema, logsSchema } from './wire.ts';

/** What a container's main process wrote. */
export async function readLogs(connection: Connection, id: string, query: LogQuery): Promise<LogPage> {
  if (!has(connection, 'log-entries')) return readPolledLogs(connection, id, query);
  const parameters = new URLSearchParams({ entries: 'true' });
  if (query.tail !== null) parameters.set('tail', String(query.tail));
  if (query.since !== null) parameters.set('since', query.since);
  if (query.after !== null) parameters.set('after', query.after);
  if (query.stream !== null) parameters.set('stream', query.stream);
  const call: ApiRequest = { method: 'GET', path: `${containerPath(id)}/logs?${parameters}` };
  const page = parseAnswer(logEntriesSchema, call, await connection.request(call));
  return {
    ...page,
    entries: page.entries.map(({ time, stream, text }) => ({
      time: timeOf(time),
      stream,
      text: cleanLogLine(text),
    })),
  };
}

/** A time is shown as it is, once it is certain that it is one. */
const timeOf = (text: string): string | null => (parseSince(text)?.kind === 'at' ? text : null);

/** What happened while a container was made. */
export async function readDeployLog(connection: Connection, id: string): Promise<string> {
  const call: ApiRequest = { method: 'GET', path: `${containerPath(id)}/logs/deploy` };
  return cleanText(parseAnswer(logsSchema, call, await connection.request(call)).logs ?? '', Infinity);
}
