import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { cleanLine } from '../base/text.ts';
import { forwardUpgrade } from './forward.ts';
import { belowBase, shownPath } from './path.ts';
import { ApiProblem } from './problem.ts';
import { refuse } from './refuse.ts';
import { maxMessageBytes } from './wire/message.ts';

/** A kind of WebSocket that the server offers. */
export type SocketRoute = ServedRoute | ForwardedRoute;

interface AnyRoute {
  /** The whole path, with names for the parts that vary: `/terminal/{secret}/ws`. What they are is handed to the route. */
  readonly path: string;
  /** The subprotocol that is spoken. */
  readonly protocol: string;
  /** For the description of the API. */
  readonly summary: string;
}

/** One that it hands on to another process of this machine. */
export interface ForwardedRoute extends AnyRoute {
  /** Looks at the request. @throws ApiProblem to refuse it. */
  forward(parts: readonly string[], request: IncomingMessage): Promise<Forwarding>;
}

/** Where a request is handed on to. */
export interface Forwarding {
  /** Path of a unix socket, and what is asked for there. */
  readonly socket: string;
  readonly path: string;
  /** Hears of the end. */
  ended(): void;
}

/** One that it serves itself. */
export interface ServedRoute extends AnyRoute {
  /** Whether a client that does not offer the subprotocol is refused; it is chosen where the client offers it. */
  readonly required: boolean;
  /** Looks at the request before it is upgraded. @throws ApiProblem to refuse it. */
  open(parts: readonly string[], request: IncomingMessage): Promise<(socket: WebSocket) => void>;
}

/** The WebSockets that are open at a server. */
export interface OpenSockets {
  /** Ends them all: those that are served with the reason, forwarded ones without a word, so that they can be taken up again. */
  end(why: string): void;
}

/** Answers requests for WebSockets on a server; what they cannot have is refused with a JSON message. */
export function serveUpgrades(
  server: Server,
  routes: readonly SocketRoute[],
  report: (line: string) => void,
): OpenSockets {
  const offered = new Set(routes.flatMap((route) => ('open' in route ? [route.protocol] : [])));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => [...protocols].find((protocol) => offered.has(protocol)) ?? false,
  });
  const forwarded = new Set<Duplex>();
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy());
    choose(routes, request)
      .then((answer) => {
        if (typeof answer === 'function') return sockets.handleUpgrade(request, stream, head, answer);
        forwarded.add(stream);
        forwardUpgrade({ request, stream, head }, answer, () => {
          forwarded.delete(stream);
          answer.ended();
        });
      })
      .catch((error: unknown) => {
        if (error instanceof ApiProblem) return refuse(stream, error);
        report(`WebSocket at ${shownPath(request.url ?? '/')}: ${cleanLine(reasonOf(error))}`);
        refuse(
          stream,
          new ApiProblem(500, 'internal', 'the server failed at this request; its log says why'),
        );
      });
  });
  return {
    end(why) {
      for (const socket of sockets.clients) socket.close(1001, why);
      for (const stream of forwarded) stream.destroy();
    },
  };
}

async function choose(
  routes: readonly SocketRoute[],
  request: IncomingMessage,
): Promise<((socket: WebSocket) => void) | Forwarding> {
  const path = belowBase(request.url ?? '/')
    .replace(/[?#].*$/, '')
    .replace(/\/{2,}/g, '/');
  for (const route of routes) {
    const parts = partsOf(path, route.path);
    if (!parts) continue;
    if ('forward' in route) return route.forward(parts.map(decode), request);
    if (route.required && !offers(request, route.protocol)) {
      throw new ApiProblem(400, 'wrong-protocol', `this address speaks the subprotocol ${route.protocol}`);
    }
    return route.open(parts.map(decode), request);
  }
  throw new ApiProblem(404, 'not-found', `there is no WebSocket at ${path}`);
}

/** What stands where a pattern has names; undefined for a path that does not have its form. */
function partsOf(path: string, pattern: string): string[] | undefined {
  const form = new RegExp(`^${pattern.replace(/\{\w+\}/g, '([^/]+)')}$`);
  return form.exec(path)?.slice(1);
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
