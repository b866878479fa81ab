import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod/mini';
import { listenPrivately } from '../../listen.ts';
import { maxMessageBytes } from '../../wire/message.ts';
import { ttydProtocol } from '../../wire/ttyd.ts';
import type { Shell, ShellSource, TerminalSize } from '../shell.ts';
import { openDockerShell } from './docker-shell.ts';
import { openPtyShell } from './pty-shell.ts';
import { Session } from './session.ts';
import { holderSpec } from './spec.ts';

/** How often viewers are asked whether they are still there, in milliseconds; who does not answer once is gone. */
const pingMilliseconds = 15_000;

/**
 * The program that holds one terminal, so that it outlives the server: it speaks ttyd's protocol itself, on a unix socket to which the
 * server forwards. It is told what to do on standard input, says `ready` on standard output, and ends with its shell.
 */
async function main(): Promise<void> {
  const spec = z.parse(holderSpec, JSON.parse(await allOf(process.stdin)));
  const session = new Session({
    title: spec.title,
    open: (size) => openShell(spec.source, size),
    unusedMilliseconds: spec.unusedSeconds * 1000,
    lostMilliseconds: spec.lostSeconds * 1000,
  });
  const server = createServer((_request, answer) =>
    answer.end(JSON.stringify({ waiting: session.isWaiting })),
  );
  const sockets = new WebSocketServer({
    server,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(ttydProtocol) ? ttydProtocol : false),
  });
  sockets.on('connection', (socket, { url }) => {
    keepAlive(socket);
    session.add(socket, offsetIn(url ?? ''));
  });
  await listenPrivately(server, spec.socket);
  process.stdout.end('ready\n');
  await session.ended;
  await Promise.all([spec.socket, spec.directory].map((path) => rm(path, { recursive: true, force: true })));
  // What was sent last gets a moment to arrive.
  sockets.close();
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(0), 1_000);
}

function openShell(source: ShellSource, size: TerminalSize): Promise<Shell> {
  return source.kind === 'pty' ? openPtyShell(source, size) : openDockerShell(source, size);
}

function offsetIn(url: string): number | null {
  const text = new URL(url, 'http://holder').searchParams.get('from');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A connection that broke without a word is noticed, so that the shell does not wait for it for ever. */
function keepAlive(socket: WebSocket): void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, pingMilliseconds);
  socket.on('close', () => clearInterval(timer));
}

async function allOf(stream: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

process.on('SIGHUP', () => undefined);
main().catch((error: unknown) => {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
});
