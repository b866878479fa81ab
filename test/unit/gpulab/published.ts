import type { HttpAnswer } from '../../../src/base/http.ts';
import { meet } from '../../../src/providers/gpulab/connection.ts';
import { serverProvider } from '../../../src/providers/gpulab/index.ts';

export type Said = HttpAnswer | Error;
export const json = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: {},
  text: JSON.stringify(body),
});
export const containers = 'GET http://server/v1/containers';

/** A provider on a server that has GPULab's published API and nothing of ours, with these answers. */
export function published(answers: Record<string, Said>) {
  const known: Record<string, Said> = { [containers]: json(200, []), ...answers };
  const sent: [string, unknown][] = [];
  const { signal } = new AbortController();
  const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
  const provider = serverProvider({
    name: 'local',
    account: 'test',
    server: 'http://server',
    clock,
    signal,
    emit: () => undefined,
    connect: () =>
      meet(
        {
          async http({ method, url, json: body }) {
            sent.push([`${method} ${url}`, body]);
            const answer = known[`${method} ${url}`] ?? json(404, { message: 'not found' });
            if (answer instanceof Error) throw answer;
            return answer;
          },
          transfer: () => Promise.reject(new Error('nothing large is expected')),
          baseUrl: 'http://server',
          server: 'http://server',
          headers: {},
          secrets: [],
          timeoutSeconds: 30,
          clock,
          signal,
        },
        () => Promise.reject(new Error('there is no WebSocket')),
      ),
  });
  return { provider, sent };
}
