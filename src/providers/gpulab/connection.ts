import type { WebSocket } from 'ws';
import { DevboxError } from '../../base/errors.ts';
import type { Transfer } from '../../base/transfer.ts';
import type { Extension } from '../../server/wire/capabilities.ts';
import { ApiError } from './api-error.ts';
import {
  type ApiRequest,
  createRequester,
  parseAnswer,
  type Requester,
  type RequesterOptions,
} from './request.ts';
import { createTransferrer, type Transferrer } from './transfer.ts';
import { type Capabilities, capabilitiesSchema } from './wire.ts';

/** A server that can be spoken to, and how. */
export interface Connection {
  readonly request: Requester;
  /** For large bodies and answers; nothing is sent again by itself. */
  readonly transfer: Transferrer;
  /** What a server of ours says about itself; undefined for any other. */
  readonly capabilities: Capabilities | undefined;
  /**
   * Opens a WebSocket. A path is one below the base address, and the key goes along; an address is wherever the server
   * keeps it, and the key does not. Rejects with a DevboxError where it is refused.
   */
  openSocket(pathOrAddress: string, protocol: string): Promise<WebSocket>;
}

/** What meeting a server needs. */
export interface ConnectionOptions extends RequesterOptions {
  /** For what is too large for `http`. */
  readonly transfer: Transfer;
}

/** Whether a server has an extension; one that does not say has none. */
export function has(connection: Connection, extension: Extension): boolean {
  return connection.capabilities?.extensions.includes(extension) ?? false;
}

/** Meets a server: asks what it can do beyond GPULab's API. */
export async function meet(
  options: ConnectionOptions,
  openSocket: Connection['openSocket'],
): Promise<Connection> {
  const request = createRequester(options);
  return {
    request,
    transfer: createTransferrer(options),
    openSocket,
    capabilities: await askCapabilities(request),
  };
}

async function askCapabilities(request: Requester): Promise<Capabilities | undefined> {
  const question: ApiRequest = { method: 'GET', path: '/v1/capabilities' };
  try {
    return parseAnswer(capabilitiesSchema, question, await request(question));
  } catch (error) {
    if (isOtherServer(error)) return undefined;
    throw error;
  }
}

/** 404, or whatever else a server says to a question that it does not know: one with GPULab's API and no more. */
function isOtherServer(error: unknown): boolean {
  if (error instanceof ApiError) {
    return (
      error.kind !== 'unauthorised' && error.status !== 429 && (error.status < 500 || error.status === 501)
    );
  }
  return error instanceof DevboxError && ['gpulab/not-json', 'gpulab/unexpected-answer'].includes(error.code);
}
