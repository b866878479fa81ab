import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { belowBase } from './path.ts';
import { ApiProblem, problemBody, problemHeaders } from './problem.ts';
import { maxMessageBytes } from './wire/message.ts';

/** A kind of WebSocket that the server offers. */
export interface SocketRoute {
  /** Matches the whole path; its groups are handed to `open`. */
  readonly path: RegExp;
  /** Chosen where the client offers it; a client that offers none is served as well, unless it is `required`. */
  readonly protocol: string;
  readonly required: boolean;
  /** Looks at the request before it is upgraded. @throws ApiProblem to refuse it. */
  open(groups: readonly string[], request: IncomingMessage): Promise<(socket: WebSocket) => void>;
}

/** Answers requests for WebSockets on a server; what they cannot have is refused with a JSON message. */
export function serveUpgrades(server: Server, routes: readonly SocketRoute[]): WebSocketServer {
  const offered = new Set(routes.map((route) => route.protocol));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => [...protocols].find((protocol) => offered.has(protocol)) ?? false,
  });
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy());
    choose(routes, request).then(
      (serve) => sockets.handleUpgrade(request, stream, head, serve),
      (error: unknown) => refuse(stream, error),
    );
  });
  return sockets;
}

async function choose(
  routes: readonly SocketRoute[],
  request: IncomingMessage,
): Promise<(socket: WebSocket) => void> {
  const path = belowBase(request.url ?? '/')
    .replace(/[?#].*$/, '')
    .replace(/\/{2,}/g, '/');
  for (const route of routes) {
    const match = route.path.exec(path);
    if (!match) continue;
    if (route.required && !offers(request, route.protocol)) {
      throw new ApiProblem(400, 'wrong-protocol', `this address speaks the subprotocol ${route.protocol}`);
    }
    return route.open(match.slice(1).map(decode), request);
  }
  throw new ApiProblem(404, 'not-found', `there is no WebSocket at ${path}`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiProblem(400, 'invalid-request', 'the path is not encoded as paths are');
  }
}

function offers(request: IncomingMessage, protocol: string): boolean {
  const header = request.headers['sec-websocket-protocol'] ?? '';
  return header.split(',').some((offer) => offer.trim() === protocol);
}

function refuse(stream: Duplex, error: unknown): void {
  const problem =
    error instanceof ApiProblem
      ? error
      : new ApiProblem(500, 'internal', 'the server failed at this request');
  const body = JSON.stringify(problemBody(problem));
  stream.end(
    [
      `HTTP/1.1 ${problem.status} Refused`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(problemHeaders(problem)).map(([name, value]) => `${name}: ${value}`),
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
