import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import type { Audit } from './audit/audit.ts';
import type { Access } from './auth/caller.ts';
import { serveExecStream } from './exec/stream.ts';
import { collectRoutes } from './openapi/collect.ts';
import type { SocketFacts } from './openapi/document.ts';
import { openApiRoute } from './openapi/route.ts';
import { belowBase } from './path.ts';
import { ApiProblem, problemBody, problemHeaders } from './problem.ts';
import { admit, guardRequests, requestId } from './requests.ts';
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
import { type OpenSockets, type SocketRoute, serveUpgrades } from './upgrades.ts';
import { execProtocol } from './wire/exec-stream.ts';
import { ttydProtocol } from './wire/ttyd.ts';

export interface App {
  readonly http: FastifyInstance;
  readonly sockets: OpenSockets;
}

/** Largest request body, in bytes. */
const bodyLimit = 4 * 1024 * 1024;

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
    ...(options.tls ? { https: options.tls } : {}),
    ...(requestLog ? { logger: { stream: requestLog, serializers: { req: describeRequest } } } : {}),
    genReqId: ({ headers }) => requestId(headers),
    rewriteUrl: ({ url }) => belowBase(url ?? '/'),
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
    const problem = asProblem(error);
    if (problem.status >= 500) report(`${request.method} ${request.url}: ${describe(error)}`);
    return reply.code(problem.status).headers(problemHeaders(problem)).send(problemBody(problem));
  });
  const sockets = socketRoutes(deps, options);
  const collected = collectRoutes(http);
  for (const add of routes) add(http, deps);
  openApiRoute(http, collected, sockets.map(factsOf), deps.version);
  await http.ready();
  return { http, sockets: serveUpgrades(http.server, sockets) };
}

const factsOf = ({ path, protocol, summary }: SocketRoute): SocketFacts => ({ path, protocol, summary });

/** What the log says of a request; the secret of a terminal's address is no part of it. */
function describeRequest({ method, url, ip }: FastifyRequest): Record<string, string> {
  return { method, url: url.replace(/^(\/terminal\/)[^/?]+/, '$1[hidden]'), remoteAddress: ip };
}

function socketRoutes(
  { engine, terminals, execRate }: RouteDeps,
  { access, audit }: AppOptions,
): SocketRoute[] {
  return [
    {
      path: '/v1/containers/{uuid}/exec/stream',
      protocol: execProtocol,
      summary: 'A command with its streams apart, see the extension `exec-stream`; needs the key',
      required: true,
      async open([id = ''], { headers }) {
        const caller = await admit(access, headers);
        const box = await engine.get(id);
        execRate?.take(caller.name);
        const about = {
          request: requestId(headers),
          caller: caller.name,
          operation: 'exec/stream',
          target: box.id,
        };
        audit({ ...about, phase: 'begin' });
        return (socket) =>
          serveExecStream(socket, engine, box.id, (exitCode) => audit({ ...about, phase: 'end', exitCode }));
      },
    },
    {
      path: '/terminal/{secret}/ws',
      protocol: ttydProtocol,
      summary: 'A terminal, in the protocol of ttyd 1.7; the secret is all it needs',
      async forward([secret = ''], { headers, url }) {
        const terminal = await terminals.find(secret);
        if (!terminal) throw new ApiProblem(404, 'not-found', 'this terminal has ended, or never was');
        const about = {
          request: requestId(headers),
          caller: terminal.caller,
          operation: 'terminal',
          target: terminal.box,
        };
        audit({ ...about, phase: 'begin' });
        return {
          socket: terminal.socket,
          path: `/ws${new URL(url ?? '/', 'http://server').search}`,
          ended: () => audit({ ...about, phase: 'end' }),
        };
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
