import { request as send } from 'node:http';
import { failureOf, type Http, type HttpAnswer, HttpFailure } from './http.ts';

const defaultMaxBytes = 32 * 1024 * 1024;

/**
 * An `Http` over one unix socket, whatever host the address names. On Node's own client: it starts in a tenth of
 * got's time, and takes any socket path, also one with spaces or colons.
 */
export function unixHttp(socketPath: string, userAgent: string): Http {
  return (request) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      request.signal?.throwIfAborted();
      const body = request.json === undefined ? undefined : Buffer.from(JSON.stringify(request.json));
      const { pathname, search } = new URL(request.url);
      const outgoing = send({
        socketPath,
        method: request.method,
        path: `${pathname}${search}`,
        headers: {
          host: 'localhost',
          'user-agent': userAgent,
          accept: 'application/json',
          ...request.headers,
          ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
        },
      });
      let failure: unknown;
      const fail = (reason: unknown): void => {
        failure ??= reason;
        outgoing.destroy();
      };
      const milliseconds = Math.max(1, Math.round(request.timeoutSeconds * 1000));
      const timer = setTimeout(
        () => fail(new HttpFailure('timeout', `no answer within ${request.timeoutSeconds} s`, false)),
        milliseconds,
      );
      const onAbort = (): void => fail(request.signal?.reason);
      request.signal?.addEventListener('abort', onAbort, { once: true });
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          const limit = request.maxBytes ?? defaultMaxBytes;
          if (size > limit) {
            fail(new HttpFailure('too-large', `the answer is larger than ${limit} bytes`, false));
          }
        });
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: flatten(incoming.headers),
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        incoming.on('error', (error) => fail(failureOf(error)));
      });
      outgoing.on('error', (error) => reject(failure ?? failureOf(error)));
      outgoing.on('close', () => {
        clearTimeout(timer);
        request.signal?.removeEventListener('abort', onAbort);
        reject(failure ?? new HttpFailure('dropped', 'the connection was closed', false));
      });
      outgoing.end(body);
    });
}

function flatten(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  return Object.fromEntries(entries);
}
