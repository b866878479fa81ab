import type { WebSocket } from 'ws';
import type { TerminalSize } from '../../server/terminal/shell.ts';
import { messageBytes } from '../../server/wire/message.ts';
import {
  decodeServerMessage,
  defaultSize,
  encodeHello,
  encodeInput,
  encodeResize,
  exitCodeFrom,
} from '../../server/wire/ttyd.ts';
import type { TerminalStreams } from '../provider.ts';
import { closeReason } from './socket.ts';

/** Output under way to the user's terminal, in bytes, above which the server is asked to wait. */
const highWater = 256 * 1024;

/** A server that pings and then is silent for so long is taken for lost, in milliseconds. */
const silenceMilliseconds = 45_000;

/** How a connection to a terminal ended, and how much of the terminal's output had come by then, in bytes. */
export type Attached = { readonly seen: number } & (
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'lost'; readonly why: string }
);

/**
 * Passes the user's terminal through a connection until that ends. The connection is closed then.
 * @param seen bytes of output that came before.
 */
export async function attach(
  socket: WebSocket,
  { stdin, stdout }: TerminalStreams,
  seen: number,
  signal: AbortSignal,
): Promise<Attached> {
  const size = (): TerminalSize => ({
    // Some terminals report 0 before they know.
    columns: stdout.columns || defaultSize.columns,
    rows: stdout.rows || defaultSize.rows,
  });
  const send = (message: Buffer | string): void => {
    if (socket.readyState === socket.OPEN) socket.send(message);
  };
  const onInput = (data: Buffer | string): void => send(encodeInput(Buffer.from(data)));
  const onResize = (): void => send(encodeResize(size()));
  const onHangUp = (): void => socket.close();
  let onAbort = (): void => undefined;
  let silence: NodeJS.Timeout | undefined;
  let count = seen;

  return new Promise<Attached>((resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('message', (data) => {
      const message = decodeServerMessage(messageBytes(data));
      if (message?.type === 'preferences') count = offsetIn(message.text) ?? count;
      if (message?.type !== 'output') return;
      count += message.bytes.length;
      show(socket, stdout, message.bytes);
    });
    socket.on('ping', () => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.terminate(), silenceMilliseconds);
    });
    socket.on('close', (code, reason) => {
      const exit = exitCodeFrom(code);
      if (exit === undefined) resolve({ kind: 'lost', why: closeReason(reason), seen: count });
      else stdout.write('', () => resolve({ kind: 'exit', code: exit, seen: count }));
    });
    socket.on('error', (error) => resolve({ kind: 'lost', why: error.message, seen: count }));
    send(encodeHello(size()));
    stdin.on('data', onInput);
    stdin.once('end', onHangUp);
    stdout.on('resize', onResize);
    socket.resume();
    stdin.ref();
    stdin.resume();
  }).finally(() => {
    clearTimeout(silence);
    signal.removeEventListener('abort', onAbort);
    stdin.off('data', onInput);
    stdin.off('end', onHangUp);
    stdout.off('resize', onResize);
    socket.close();
  });
}

/** Where in all of the output what follows begins; undefined where the server does not say. */
function offsetIn(preferences: string): number | undefined {
  try {
    const { devbox_offset: offset } = JSON.parse(preferences);
    return Number.isSafeInteger(offset) && offset >= 0 ? offset : undefined;
  } catch {
    return undefined;
  }
}

/** Writes output; while the user's terminal is slow, the connection waits, and with it the server. */
function show(socket: WebSocket, stdout: NodeJS.WriteStream, bytes: Buffer): void {
  stdout.write(bytes);
  if (stdout.writableLength < highWater || socket.isPaused) return;
  socket.pause();
  stdout.once('drain', () => socket.resume());
}
