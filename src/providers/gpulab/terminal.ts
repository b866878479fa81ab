import type { WebSocket } from 'ws';
import { DevboxError } from '../../base/errors.ts';
import type { TerminalSize } from '../../server/engine/engine.ts';
import { messageBytes } from '../../server/wire/message.ts';
import {
  decodeServerMessage,
  defaultSize,
  encodeHello,
  encodeInput,
  encodeResize,
  exitCodeFrom,
  ttydProtocol,
} from '../../server/wire/ttyd.ts';
import type { TerminalStreams } from '../provider.ts';
import type { Connection } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { closeReason, lost } from './socket.ts';
import { terminalSchema } from './wire.ts';

/** Output under way to the user's terminal, in bytes, above which the server is asked to wait. */
const highWater = 256 * 1024;

/**
 * Hands the user's terminal over to a shell in a container until it ends. The terminal is put back as it was,
 * however it ends.
 * @returns the shell's exit code, 0 where the server does not tell.
 */
export async function terminalIn(
  connection: Connection,
  id: string,
  streams: TerminalStreams,
  signal: AbortSignal,
): Promise<number> {
  const { stdin, stdout } = streams;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new DevboxError('usage', 'a shell needs a terminal on standard input and output', {
      code: 'terminal/no-tty',
      hint: 'To run a command without one: devbox exec NAME -- COMMAND',
    });
  }
  signal.throwIfAborted();
  const path = await askForTerminal(connection, id);
  const socket = await connection.openSocket(path, ttydProtocol);
  const wasRaw = stdin.isRaw;
  stdin.setRawMode(true);
  try {
    return await attach(socket, streams, signal);
  } finally {
    stdin.setRawMode(wasRaw);
    stdin.pause();
    stdin.unref();
    socket.close();
  }
}

/**
 * Where a new terminal's WebSocket is: an address, or a path on a server of ours, whose own name in the answer is how
 * others reach it, while we know a way.
 */
async function askForTerminal(connection: Connection, id: string): Promise<string> {
  const call: ApiRequest = { method: 'POST', path: `/v1/containers/${encodeURIComponent(id)}/terminal` };
  const answer = parseAnswer(terminalSchema, call, await connection.request(call));
  const address = answer.terminal?.terminal_url ?? answer.websocket_url;
  if (!address || !URL.canParse(address)) {
    throw new DevboxError('failed', 'the server did not say where its terminal is', {
      code: 'gpulab/unexpected-answer',
      details: [{ label: 'Endpoint', value: `POST ${call.path}` }],
    });
  }
  const { protocol, host, pathname, search } = new URL(address);
  const trimmed = pathname.replace(/\/+$/, '');
  const path = `${trimmed.endsWith('/ws') ? trimmed : `${trimmed}/ws`}${search}`;
  return connection.capabilities ? path : `${protocol}//${host}${path}`;
}

function attach(socket: WebSocket, { stdin, stdout }: TerminalStreams, signal: AbortSignal): Promise<number> {
  const size = (): TerminalSize => ({
    // Some terminals report 0 before they know.
    columns: stdout.columns || defaultSize.columns,
    rows: stdout.rows || defaultSize.rows,
  });
  const onInput = (data: Buffer | string): void => {
    socket.send(encodeInput(typeof data === 'string' ? Buffer.from(data) : data));
  };
  const onResize = (): void => socket.send(encodeResize(size()));
  const onHangUp = (): void => socket.close();

  return new Promise<number>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    socket.on('message', (data) => {
      const message = decodeServerMessage(messageBytes(data));
      if (message?.type === 'output') show(socket, stdout, message.bytes);
    });
    socket.on('close', (code, reason) => {
      const exit = exitCodeFrom(code);
      if (exit === undefined) reject(lost('the terminal was cut off', closeReason(reason)));
      else stdout.write('', () => resolve(exit));
    });
    socket.on('error', (error) => reject(lost('the terminal was cut off', error.message)));
    socket.send(encodeHello(size()));
    stdin.on('data', onInput);
    stdin.once('end', onHangUp);
    stdout.on('resize', onResize);
    socket.resume();
    stdin.ref();
    stdin.resume();
  }).finally(() => {
    stdin.off('data', onInput);
    stdin.off('end', onHangUp);
    stdout.off('resize', onResize);
  });
}

/** Writes output; while the user's terminal is slow, the connection waits, and with it the server. */
function show(socket: WebSocket, stdout: NodeJS.WriteStream, bytes: Buffer): void {
  stdout.write(bytes);
  if (stdout.writableLength < highWater || socket.isPaused) return;
  socket.pause();
  stdout.once('drain', () => socket.resume());
}
