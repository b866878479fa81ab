import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { endpoint } from '../routes/endpoint.ts';
import type { Collected } from './collect.ts';
import type { SocketFacts } from './document.ts';

/** Adds the route that describes all of them; the description is made when it is first asked for. */
export function openApiRoute(
  http: FastifyInstance,
  routes: readonly Collected[],
  sockets: readonly SocketFacts[],
  version: string,
): void {
  let made: Promise<Readonly<Record<string, unknown>>> | undefined;
  endpoint(
    http,
    'GET',
    '/openapi.json',
    {
      id: 'describe',
      summary: 'This description',
      answer: z.record(z.string(), z.unknown()),
      open: true,
    },
    () => {
      made ??= import('./document.ts').then(({ openApi }) => openApi(routes, sockets, version));
      return made;
    },
  );
}
