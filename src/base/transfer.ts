import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failureOf, HttpFailure, type HttpRequest } from './http.ts';

/** A request whose body, answer or both are too large to be held in memory. */
export interface TransferRequest {
  readonly method: HttpRequest['method'];
  /** Absolute address. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly content: Readable; readonly type: string; readonly bytes: number };
  /** Seconds in which nothing moves until it is given up. */
  readonly idleSeconds: number;
  readonly signal: AbortSignal;
}

/** What a server answered, whatever its status; its content is for whoever asked to read, or to destroy. */
export interface TransferAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Readable;
}

/** One exchange: no retries, no redirects followed. @throws HttpFailure */
export type Transfer = (request: TransferRequest) => Promise<TransferAnswer>;

/** @param socketPath a unix socket that is spoken to, whatever host the address names. */
export function createTransfer(userAgent: string, socketPath?: string): Transfer {
  return async ({ method, url, headers, body, idleSeconds, signal }) => {
    signal.throwIfAborted();
    const isPlain = socketPath !== undefined || url.startsWith('http:');
    const send = isPlain ? plainRequest : secureRequest;
    const { pathname, search, hostname, port } = new URL(url);
    const outgoing = send({
      ...(socketPath === undefined
        ? { hostname: hostname.replace(/^\[|\]$/g, ''), port: port || undefined }
        : { socketPath }),
      method,
      path: `${pathname}${search}`,
      headers: {
        'user-agent': userAgent,
        accept: 'application/json',
        ...headers,
        ...(body ? { 'content-type': body.type, 'content-length': body.bytes } : {}),
      },
      signal,
    });
    outgoing.setTimeout(idleSeconds * 1000, () => {
      outgoing.destroy(new HttpFailure('timeout', `nothing moved for ${idleSeconds} s`, false));
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
    });
    // A server that refuses answers before it has read everything, and what is sent after that fails.
    const sent = body ? pipeline(body.content, outgoing) : Promise.resolve(outgoing.end());
    sent.catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : undefined));
    try {
      const answer = await answered;
      // Without this a connection that breaks later would end the process.
      outgoing.on('error', (error) => answer.destroy(error));
      return { status: answer.statusCode ?? 0, headers: flatten(answer), content: answer };
    } catch (error) {
      body?.content.destroy();
      signal.throwIfAborted();
      throw error instanceof HttpFailure ? error : failureOf(error);
    }
  };
}

function flatten({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
