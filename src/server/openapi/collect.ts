import type { FastifyInstance } from 'fastify';
import type { Declaration } from '../routes/endpoint.ts';

/** A route as it was added. */
export interface Collected {
  readonly method: string;
  /** `/v1/containers/:uuid` */
  readonly path: string;
  readonly declaration: Declaration;
}

/**
 * The routes that are added to a server from now on.
 * @throws in the adding of a route that does not declare what it takes and answers.
 */
export function collectRoutes(http: FastifyInstance): readonly Collected[] {
  const routes: Collected[] = [];
  http.addHook('onRoute', ({ method, url, config }) => {
    // Fastify adds these itself, to every GET.
    if (method === 'HEAD') return;
    const declaration = config?.declaration;
    if (!declaration || typeof method !== 'string')
      throw new Error(`${method} ${url} does not say what it is`);
    routes.push({ method, path: url, declaration });
  });
  return routes;
}
