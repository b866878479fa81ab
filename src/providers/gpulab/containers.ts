import { DevboxError } from '../../base/errors.ts';
import type { Connection } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { type Container, containerSchema, containersSchema } from './wire.ts';

/** Where one container is, whatever its id is made of. */
export const containerPath = (id: string): string => `/v1/containers/${encodeURIComponent(id)}`;

/** All containers of the account, whatever their state. */
export async function listContainers({ request }: Connection): Promise<Container[]> {
  const call: ApiRequest = { method: 'GET', path: '/v1/containers' };
  return parseAnswer(containersSchema, call, await request(call));
}

/** The container with exactly this id, or null. */
export async function getContainer({ request }: Connection, id: string): Promise<Container | null> {
  // Dots would be taken for parts of the path, and an empty id for the list.
  if (/^\.{0,2}$/.test(id)) return null;
  const call: ApiRequest = { method: 'GET', path: containerPath(id) };
  try {
    return parseAnswer(containerSchema, call, await request(call));
  } catch (error) {
    if (error instanceof DevboxError && error.kind === 'not-found') return null;
    throw error;
  }
}
