import type { FastifyInstance } from 'fastify';
import { parseSince, sinceTime } from '../../base/since.ts';
import type { BoxStatus, Engine, EngineBox, LogPage } from '../engine/engine.ts';
import { deployLogWire, logsAnswer, logsQuery } from '../wire/logs.ts';
import { endpoint } from './endpoint.ts';

/** What a container's main process wrote, and what happened while it was made. */
export const logRoutes = (
  app: FastifyInstance,
  {
    engine,
    now,
  }: { readonly engine: Pick<Engine, 'get' | 'logs' | 'deployLog'>; readonly now: () => number },
): void => {
  endpoint(
    app,
    'GET',
    '/v1/containers/:uuid/logs',
    {
      id: 'containerLogs',
      summary: 'What the main process wrote',
      notes: 'With `entries=true` the lines come in `entries` and `logs` is empty.',
      query: logsQuery,
      answer: logsAnswer,
      problems: [503],
    },
    async ({ params, query }) => {
      const { tail, since, timestamps, entries, stream, after } = query;
      const time = now();
      const timestamp = Math.floor(time / 1000);
      const from = since === undefined ? undefined : parseSince(since);
      // Looked at first: what is written until a box stops is in its log.
      const { status } = await engine.get(params.uuid);
      const page = await engine.logs(params.uuid, {
        // GPULab's clients mean all lines with 0.
        tail: Number(tail === 'all' ? 0 : (tail ?? 0)) || null,
        since: from === undefined ? null : sinceTime(from, time),
        after: after ?? null,
        stream: stream ?? null,
      });
      if (entries !== 'true') return { logs: logText(page, timestamps === 'true'), timestamp };
      const { cursor, truncated } = page;
      return { logs: '', timestamp, entries: page.entries, cursor, truncated, ended: hasEnded(status) };
    },
  );

  endpoint(
    app,
    'GET',
    '/v1/containers/:uuid/logs/deploy',
    {
      id: 'deployLog',
      summary: 'What happened while the container was made',
      answer: deployLogWire,
      problems: [503],
    },
    async ({ params }) => {
      const box = await engine.get(params.uuid);
      return { logs: withFailure(await engine.deployLog(params.uuid), box) };
    },
  );
};

/** The lines of a page as one text. Where older ones are left out, a line before them says so. */
export function logText({ entries, truncated }: LogPage, timestamps: boolean): string {
  const lines = entries.map(({ time, text }) => (timestamps ? `${time} ${text}\n` : `${text}\n`));
  return `${truncated ? '[devbox: older lines are left out]\n' : ''}${lines.join('')}`;
}

/** GPULab's client sees nowhere else why a box failed, and not every engine writes that down. */
function withFailure(log: string, { failure, updatedAt }: EngineBox): string {
  if (failure === null || log.trimEnd().endsWith(failure)) return log;
  return `${log}${new Date(updatedAt).toISOString()} ${failure}\n`;
}

const hasEnded = (status: BoxStatus): boolean =>
  status === 'stopped' || status === 'failed' || status === 'deleting';
