import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import { maxMessageBytes } from '../../server/wire/message.ts';
import { errorSchema } from './wire.ts';

export interface SocketTarget {
  /** `ws:` or `wss:` address. */
  readonly url: string;
  readonly protocol: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Makes the connection below, where it is not the one that the address names. */
  readonly connect?: () => Socket;
}

/**
 * Opens a WebSocket; ws is loaded now. It is paused until the caller resumes it, so that nothing is missed.
 * @throws DevboxError with the server's own words where it refuses.
 */
export async function openWebSocket(target: SocketTarget): Promise<WebSocket> {
  const { WebSocket } = await import('ws');
  const { connect } = target;
  const socket = new WebSocket(target.url, [target.protocol], {
    headers: target.headers,
    handshakeTimeout: Math.round(target.timeoutSeconds * 1000),
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    ...(connect ? { createConnection: connect } : {}),
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.removeAllListeners();
      socket.pause();
      resolve(socket);
    });
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (bytes: Buffer) => {
        if (body.length < 10_000) body += bytes.toString('utf8');
      });
      response.on('end', () => reject(refused(response.statusCode ?? 0, body)));
    });
    socket.once('error', (error) => reject(unreachable(error)));
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

function refused(status: number, body: string): DevboxError {
  let message = `the server refused the connection with status ${status}`;
  try {
    const said = z.parse(errorSchema, JSON.parse(body)).message;
    if (said) message = cleanLine(said);
  } catch {
    // Not the API's own error.
  }
  return new DevboxError(status === 404 ? 'not-found' : 'failed', message, { code: `gpulab/${status}` });
}

function unreachable(error: Error): DevboxError {
  return new DevboxError('failed', `the server cannot be reached: ${cleanLine(error.message)}`, {
    code: 'gpulab/unreachable',
    cause: error,
  });
}
