import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { hasCode } from '../base/files.ts';
import { cleanLine } from '../base/text.ts';
import type { Audit } from './audit/audit.ts';
import type { Access } from './auth/caller.ts';
import { collectRoutes } from './openapi/collect.ts';
import type { SocketFacts } from './openapi/document.ts';
import { openApiRoute } from './openapi/route.ts';
import { belowBase, shownPath } from './path.ts';
import { ApiProblem, problemBody, problemHeaders } from './problem.ts';
import { malformed, refuse } from './refuse.ts';
import { guardRequests, requestId } from './requests.ts';
import { containerRoutes } from './routes/containers.ts';
import { credentialRoutes } from './routes/credentials.ts';
import { execRoutes } from './routes/exec.ts';
import { gpuRoutes } from './routes/gpus.ts';
import { logRoutes } from './routes/logs.ts';
import { metaRoutes } from './routes/meta.ts';
import type { RouteDeps, Routes } from './routes/routes.ts';
import { serverlessRoutes } from './routes/serverless.ts';
import { sshKeyRoutes } from './routes/ssh-keys.ts';
import { statsRoutes } from './routes/stats.ts';
import { templateRoutes } from './routes/templates.ts';
import { terminalRoutes } from './routes/terminal.ts';
import { volumeFileRoutes } from './routes/volume-files.ts';
import { volumeTransferRoutes } from './routes/volume-transfers.ts';
import { volumeRoutes } from './routes/volumes.ts';
import { socketRoutes } from './sockets.ts';
import { type OpenSockets, type SocketRoute, serveUpgrades } from './upgrades.ts';

export interface App {
  readonly http: FastifyInstance;
  readonly sockets: OpenSockets;
}

/** Largest request body, in bytes. */
const bodyLimit = 4 * 1024 * 1024;

/** The system asks silent connections from time to time whether there is still somebody. */
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 60_000 };

const routes: readonly Routes[] = [
  metaRoutes,
  containerRoutes,
  credentialRoutes,
  execRoutes,
  gpuRoutes,
  logRoutes,
  statsRoutes,
  serverlessRoutes,
  sshKeyRoutes,
  templateRoutes,
  terminalRoutes,
  volumeRoutes,
  volumeFileRoutes,
  volumeTransferRoutes,
];

/** How the server is kept: who is let in, what is written down, and what the connection is made of. */
export interface AppOptions {
  readonly access: Access;
  readonly audit: Audit;
  /** Certificate and private key as PEM; null speaks plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Takes a JSON line about every request; undefined where nobody reads them. */
  readonly requestLog: { write(line: string): void } | undefined;
  /** Takes one line about every failure of the server itself. */
  readonly report: (line: string) => void;
}

/** The server's HTTP side, ready to listen. */
export async function createApp(deps: RouteDeps, options: AppOptions): Promise<App> {
  const { report, requestLog } = options;
  const http: FastifyInstance = fastify({
    // A client whose machine is gone is noticed, and what it attended ends.
    ...(options.tls ? { https: { ...options.tls, ...keepAlive } } : { http: keepAlive }),
    ...(requestLog ? { logger: { stream: requestLog, serializers: { req: describeRequest } } } : {}),
    genReqId: ({ headers }) => requestId(headers),
    rewriteUrl: ({ url }) => belowBase(url ?? '/'),
    clientErrorHandler: (error, socket) => refuse(socket, malformed(error)),
    frameworkErrors: (error, _request, reply) => {
      const problem = badPath(error.code);
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      reply.raw.writeHead(problem.status, headers).end(JSON.stringify(problemBody(problem)));
    },
    bodyLimit,
    forceCloseConnections: 'idle',
    // Shorter than clients keep theirs: an idle connection is closed here, and keeps the server up no longer.
    keepAliveTimeout: 2_000,
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
  });
  acceptEmptyBodies(http);
  guardRequests(http, options);
  http.setNotFoundHandler((request, reply) => {
    const problem = new ApiProblem(404, 'not-found', `there is no ${request.method} ${request.url}`);
    return reply.code(problem.status).send(problemBody(problem));
  });
  http.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error, request.id);
    if (problem.status >= 500) {
      report(`${request.method} ${shownPath(request.url)} (${request.id}): ${cleanLine(describe(error))}`);
    }
    // Who was not let in keeps no connection; it could go on sending a body for ever.
    if (problem.status === 401) reply.header('connection', 'close');
    return reply.code(problem.status).headers(problemHeaders(problem)).send(problemBody(problem));
  });
  const sockets = socketRoutes(deps, options);
  const collected = collectRoutes(http);
  for (const add of routes) add(http, deps);
  openApiRoute(http, collected, sockets.map(factsOf), deps.version);
  await http.ready();
  return { http, sockets: serveUpgrades(http.server, sockets, report) };
}

const factsOf = ({ path, protocol, summary }: SocketRoute): SocketFacts => ({ path, protocol, summary });

/** What the log says of a request. */
function describeRequest({ method, url, ip }: FastifyRequest): Record<string, string> {
  return { method, url: shownPath(url), remoteAddress: ip };
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
function asProblem(error: unknown, id: string): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (error instanceof Error && status >= 400 && status < 500) {
    return new ApiProblem(status, 'invalid-request', error.message);
  }
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) {
    return new ApiProblem(507, 'disk-full', 'there is no room left on the disk of the server');
  }
  return new ApiProblem(500, 'internal', `the server failed at this request; its log says why, under ${id}`);
}

/** What is wrong with a path that no route was looked up for. */
function badPath(code: string): ApiProblem {
  return code === 'FST_ERR_MAX_PARAM_LENGTH'
    ? new ApiProblem(414, 'path-too-long', 'a part of the path is too long to be a name or an id')
    : new ApiProblem(400, 'invalid-request', 'the path is not encoded as paths are');
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
