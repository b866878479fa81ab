import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { failureOf } from '../../base/http.ts';
import { cleanLine } from '../../base/text.ts';
import { traceableAddress } from '../../base/trace.ts';
import { maxMessageBytes } from '../../server/wire/message.ts';
import { answerError } from './api-error.ts';
import { NoAnswer } from './no-answer.ts';

export interface SocketTarget {
  /** `ws:` or `wss:` address. */
  readonly url: string;
  /** The server as the user knows it. */
  readonly server: string;
  readonly protocol: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly trace: Context['trace'];
  /** Makes the connection below, where it is not the one that the address names. */
  readonly connect?: () => Socket;
}

/**
 * Opens a WebSocket; ws is loaded now. It is paused until the caller resumes it, so that nothing is missed.
 * @throws DevboxError with the server's own words where it refuses.
 */
export async function openWebSocket(target: SocketTarget): Promise<WebSocket> {
  const { WebSocket } = await import('ws');
  const { connect, trace } = target;
  trace?.(`> WebSocket ${traceableAddress(target.url)}`);
  const socket = new WebSocket(target.url, [target.protocol], {
    headers: target.headers,
    handshakeTimeout: Math.round(target.timeoutSeconds * 1000),
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    ...(connect ? { createConnection: connect } : {}),
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      trace?.('< WebSocket open');
      socket.removeAllListeners();
      socket.pause();
      resolve(socket);
    });
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (bytes: Buffer) => {
        if (body.length < 10_000) body += bytes.toString('utf8');
      });
      trace?.(`< ${response.statusCode}`);
      response.on('end', () => reject(refused(target, response.statusCode ?? 0, body)));
    });
    socket.once('error', (error) => {
      trace?.(`< no WebSocket: ${error.message}`);
      reject(unreachable(target, error));
    });
  });
}

/** The reason of a close frame or of an error, as one safe line. */
export function closeReason(reason: Buffer): string {
  return cleanLine(reason.toString('utf8'), 200) || 'the connection was lost';
}

export function lost(what: string, why: string): DevboxError {
  return new DevboxError('failed', `${what}: ${why}`, {
    code: 'gpulab/connection-lost',
    hint: 'Look whether the box still runs: devbox list',
  });
}

/** What follows the host of a WebSocket's address may be a secret, so it is not shown. */
const endpoint = 'a WebSocket';

function refused({ server, headers }: SocketTarget, status: number, text: string): DevboxError {
  const secrets = Object.values(headers);
  const request = { method: 'GET', path: endpoint } as const;
  return answerError({ server, secrets, baseUrl: server }, request, { status, headers: {}, text });
}

function unreachable({ server, timeoutSeconds }: SocketTarget, error: Error): DevboxError {
  return new NoAnswer(failureOf(error), { endpoint, server, timeoutSeconds });
}
