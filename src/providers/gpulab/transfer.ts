import type { Readable } from 'node:stream';
import { HttpFailure } from '../../base/http.ts';
import type { Transfer, TransferAnswer, TransferRequest } from '../../base/transfer.ts';
import { answerError } from './api-error.ts';
import type { ConnectionOptions } from './connection.ts';
import { NoAnswer } from './no-answer.ts';
import type { ApiRequest } from './request.ts';

/** A request of the API with a large body or a large answer. */
export interface TransferCall extends Omit<ApiRequest, 'json' | 'timeoutSeconds'> {
  readonly body?: TransferRequest['body'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one and gives back the answer if its status is below 300. @throws NoAnswer; ApiError */
export type Transferrer = (call: TransferCall) => Promise<TransferAnswer>;

/** A `Transfer` that is loaded when it is first needed. @param socket gives a unix socket, where there is one. */
export function lazyTransfer(userAgent: string, socket: () => Promise<string | undefined>): Transfer {
  return async (request) => {
    const { createTransfer } = await import('../../base/transfer.ts');
    return createTransfer(userAgent, await socket())(request);
  };
}

/** Most of an error's body that is read, in bytes. */
const maxErrorBytes = 100_000;

/** Makes a transferrer with the address, the key and the patience of the other requests. */
export function createTransferrer(options: ConnectionOptions): Transferrer {
  return async ({ method, path, body, headers }) => {
    try {
      const answer = await options.transfer({
        method,
        url: `${options.baseUrl}${path}`,
        headers: { ...headers, ...options.headers },
        ...(body ? { body } : {}),
        idleSeconds: options.timeoutSeconds,
        signal: options.signal,
      });
      if (answer.status < 300) return answer;
      const text = (await readBounded(answer.content, maxErrorBytes)).toString('utf8');
      throw answerError(options, { method, path }, { ...answer, text });
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const { server, timeoutSeconds } = options;
      throw new NoAnswer(error, { endpoint: `${method} ${path}`, server, timeoutSeconds });
    }
  };
}

/** The beginning of a stream, which is ended. */
export async function readBounded(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}
