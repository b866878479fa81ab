import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audit } from './audit/audit.ts';
import type { Access, Caller } from './auth/caller.ts';
import { ApiProblem } from './problem.ts';

/** What a route adds to the audit log's last entry about its request. */
export interface Audited {
  target?: string;
  exitCode?: number | null;
  /** Whether there is an entry of its beginning. */
  hasBegun?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
    audited: Audited;
  }
}

/** Lets nobody in whom `access` does not admit, and writes down what everybody else changes. */
export function guardRequests(
  http: FastifyInstance,
  { access, audit }: { readonly access: Access; readonly audit: Audit },
): void {
  http.decorateRequest('caller');
  http.decorateRequest('audited');

  http.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!request.routeOptions.config.declaration?.open) request.caller = await admit(access, request.headers);
    request.audited = {};
  });
  http.addHook('preHandler', async (request) => {
    if (!changes(request)) return;
    audit({ ...entry(request), phase: 'begin' });
    request.audited.hasBegun = true;
  });
  // Before the answer leaves, and also where there is nobody left who could take it.
  http.addHook('onSend', async (request, reply) => {
    if (!request.audited?.hasBegun) return;
    request.audited.hasBegun = false;
    const { exitCode } = request.audited;
    const exit = exitCode === undefined ? {} : { exitCode };
    audit({ ...entry(request), phase: 'end', status: reply.statusCode, ...exit });
  });
}

/** Who sends these headers. @throws ApiProblem 401 */
export async function admit(
  access: Access,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Promise<Caller> {
  const key = headers['api-key'];
  const caller = await access.admit(typeof key === 'string' ? key : undefined);
  if (caller) return caller;
  throw key === undefined
    ? new ApiProblem(401, 'no-key', 'this server wants an API key in the header api-key')
    : new ApiProblem(401, 'wrong-key', 'this API key is not one of this server');
}

/** An id from the client, so that both sides' logs can be matched, where it is harmless; else a new one. */
export function requestId(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

function changes({ method, routeOptions }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD' && routeOptions.url !== undefined;
}

function entry(request: FastifyRequest) {
  return {
    request: request.id,
    caller: request.caller.name,
    operation: `${request.method} ${request.routeOptions.url}`,
    target: request.audited.target ?? targetOf(request.params),
  };
}

/** The thing that the path names first. */
function targetOf(params: unknown): string | null {
  const [first] = typeof params === 'object' && params !== null ? Object.values(params) : [];
  return typeof first === 'string' ? first : null;
}
