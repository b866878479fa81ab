import type { WebSocket } from 'ws';
import { DevboxError } from '../../base/errors.ts';
import type { Extension } from '../../server/wire/capabilities.ts';
import {
  ApiError,
  type ApiRequest,
  createRequester,
  parseAnswer,
  type Requester,
  type RequesterOptions,
} from './request.ts';
import { type Capabilities, capabilitiesSchema } from './wire.ts';

/** A server that can be spoken to, and how. */
export interface Connection {
  readonly request: Requester;
  /** What a server of ours says about itself; undefined for any other. */
  readonly capabilities: Capabilities | undefined;
  /** Opens a WebSocket at a path below the base address. Rejects with a DevboxError where it is refused. */
  openSocket(path: string, protocol: string): Promise<WebSocket>;
}

/** Whether a server has an extension; one that does not say has none. */
export function has(connection: Connection, extension: Extension): boolean {
  return connection.capabilities?.extensions.includes(extension) ?? false;
}

/** Meets a server: asks what it can do beyond GPULab's API. */
export async function meet(
  options: RequesterOptions,
  openSocket: Connection['openSocket'],
): Promise<Connection> {
  const request = createRequester(options);
  return { request, openSocket, capabilities: await askCapabilities(request) };
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
  if (error instanceof ApiError) return error.kind !== 'unauthorised' && error.status < 500;
  return error instanceof DevboxError && error.code.startsWith('gpulab/');
}
