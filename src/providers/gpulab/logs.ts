import { cleanText } from '../../base/text.ts';
import type { LogPage, LogQuery } from '../../remote/access.ts';
import type { Connection } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { logsSchema } from './wire.ts';

/** What a container's main process wrote. */
export async function readLogs(connection: Connection, id: string, query: LogQuery): Promise<LogPage> {
  const parameters = new URLSearchParams();
  if (query.tail !== null) parameters.set('tail', String(query.tail));
  if (query.since !== null) parameters.set('since', query.since);
  const text = await ask(connection, `${logsPath(id)}?${parameters}`);
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  return {
    entries: lines.map((line) => ({ time: null, stream: null, text: line })),
    cursor: '',
    truncated: false,
    ended: true,
  };
}

/** What happened while a container was made. */
export async function readDeployLog(connection: Connection, id: string): Promise<string> {
  return ask(connection, `${logsPath(id)}/deploy`);
}

const logsPath = (id: string): string => `/v1/containers/${encodeURIComponent(id)}/logs`;

async function ask(connection: Connection, path: string): Promise<string> {
  const call: ApiRequest = { method: 'GET', path };
  return cleanText(parseAnswer(logsSchema, call, await connection.request(call)).logs ?? '', Infinity);
}
