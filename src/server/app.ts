import { type FastifyInstance, fastify } from 'fastify';
import type { WebSocketServer } from 'ws';
import { serveExecStream } from './exec/stream.ts';
import { ApiProblem, problemBody } from './problem.ts';
import { containerRoutes } from './routes/containers.ts';
import { execRoutes } from './routes/exec.ts';
import { logRoutes } from './routes/logs.ts';
import { metaRoutes } from './routes/meta.ts';
import type { RouteDeps } from './routes/routes.ts';
import { terminalRoutes } from './routes/terminal.ts';
import { volumeRoutes } from './routes/volumes.ts';
import { serveTerminal } from './terminal/serve.ts';
import { serveUpgrades } from './upgrades.ts';
import { execProtocol } from './wire/exec-stream.ts';
import { ttydProtocol } from './wire/ttyd.ts';

export interface App {
  readonly http: FastifyInstance;
  readonly sockets: WebSocketServer;
}

/** Largest request body, in bytes. */
const bodyLimit = 4 * 1024 * 1024;

/**
 * The server's HTTP side, ready to listen. Whoever reaches its socket is trusted: on a unix socket that only its
 * owner can open, that is the owner.
 * @param report takes one line about every failure of the server itself.
 */
export async function createApp(deps: RouteDeps, report: (line: string) => void): Promise<App> {
  const http = fastify({
    bodyLimit,
    forceCloseConnections: 'idle',
    // Shorter than clients keep theirs: an idle connection is closed here, and keeps the server up no longer.
    keepAliveTimeout: 2_000,
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
  });
  acceptEmptyBodies(http);
  http.setNotFoundHandler((request, reply) => {
    const problem = new ApiProblem(404, 'not-found', `there is no ${request.method} ${request.url}`);
    return reply.code(problem.status).send(problemBody(problem));
  });
  http.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error);
    if (problem.status >= 500) report(`${request.method} ${request.url}: ${describe(error)}`);
    return reply.code(problem.status).send(problemBody(problem));
  });
  for (const add of [metaRoutes, containerRoutes, execRoutes, logRoutes, terminalRoutes, volumeRoutes])
    add(http, deps);
  await http.ready();
  return { http, sockets: serveUpgrades(http.server, socketRoutes(deps)) };
}

function socketRoutes({ engine, tickets }: RouteDeps) {
  return [
    {
      path: /^\/v1\/containers\/([^/]+)\/exec\/stream$/,
      protocol: execProtocol,
      required: true,
      async open([id = '']: readonly string[]) {
        const box = await engine.get(id);
        return (socket: Parameters<typeof serveExecStream>[0]) => serveExecStream(socket, engine, box.id);
      },
    },
    {
      path: /^\/terminal\/([^/]+)\/ws$/,
      protocol: ttydProtocol,
      required: false,
      async open([secret = '']: readonly string[]) {
        const id = tickets.redeem(secret);
        if (id === undefined)
          throw new ApiProblem(404, 'not-found', 'this terminal address is used up or expired');
        const box = await engine.get(id);
        return (socket: Parameters<typeof serveTerminal>[0]) => serveTerminal(socket, engine, box);
      },
    },
  ];
}

/** Clients send POST without a body, some with the content type of one. */
function acceptEmptyBodies(http: FastifyInstance): void {
  http.removeContentTypeParser('application/json');
  http.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    const text = body.toString();
    if (text.trim() === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text));
    } catch {
      done(new ApiProblem(400, 'invalid-json', 'the body is not JSON'));
    }
  });
}

/** Fastify's own errors carry a status; anything else is ours to answer for, and says nothing of its inside. */
function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (error instanceof Error && status >= 400 && status < 500) {
    return new ApiProblem(status, 'invalid-request', error.message);
  }
  return new ApiProblem(500, 'internal', `the server failed at this request: ${describe(error)}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
