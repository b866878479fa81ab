import type { WebSocket } from 'ws';
import type { Engine, EngineBox, RunningTerminal } from '../engine/engine.ts';
import { messageBytes } from '../wire/message.ts';
import {
  type ClientMessage,
  closeCode,
  decodeClientMessage,
  defaultSize,
  encodeOutput,
  encodePreferences,
  encodeTitle,
} from '../wire/ttyd.ts';

/** Output that may wait for a slow client, in bytes, before the program is held up; and when it goes on. */
const highWater = 512 * 1024;
const lowWater = 64 * 1024;

/** Time that a shell gets after its client has gone, before it is killed. */
const hangUpMilliseconds = 1_000;

/**
 * Serves one terminal over ttyd's protocol. The shell starts at the first message, whatever it is: stock clients
 * send the hello, others begin with a resize or with input.
 */
export function serveTerminal(socket: WebSocket, engine: Engine, box: EngineBox): void {
  let start: Promise<TerminalBridge | undefined> | undefined;
  socket.on('message', (data) => {
    const message = decodeClientMessage(messageBytes(data));
    if (!message) return;
    const isFirst = start === undefined;
    start ??= open(socket, engine, box, message);
    void start.then((bridge) => {
      if (!isFirst || message.type === 'input') bridge?.handle(message);
    });
  });
  socket.on('close', () => void start?.then((bridge) => bridge?.clientGone()));
  socket.on('error', () => socket.terminate());
}

async function open(
  socket: WebSocket,
  engine: Engine,
  box: EngineBox,
  first: ClientMessage,
): Promise<TerminalBridge | undefined> {
  const size = first.type === 'hello' || first.type === 'resize' ? (first.size ?? defaultSize) : defaultSize;
  try {
    const terminal = await engine.terminal(box.id, size);
    socket.send(encodeTitle(box.spec.name));
    socket.send(encodePreferences());
    return new TerminalBridge(socket, terminal);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    socket.send(encodeOutput(Buffer.from(`devbox: ${why}\r\n`)));
    socket.close(closeCode(1));
    return undefined;
  }
}

class TerminalBridge {
  readonly #socket: WebSocket;
  readonly #terminal: RunningTerminal;
  #heldByClient = false;
  #heldByBacklog = false;

  constructor(socket: WebSocket, terminal: RunningTerminal) {
    this.#socket = socket;
    this.#terminal = terminal;
    terminal.onData((bytes) => this.#output(bytes));
    void terminal.exited.then(({ code }) => socket.close(closeCode(code)));
    if (socket.readyState !== socket.OPEN) this.clientGone();
  }

  handle(message: ClientMessage): void {
    switch (message.type) {
      case 'input':
        this.#terminal.write(message.bytes);
        return;
      case 'resize':
        this.#terminal.resize(message.size);
        return;
      case 'pause':
        this.#heldByClient = true;
        this.#hold();
        return;
      case 'resume':
        this.#heldByClient = false;
        this.#hold();
        return;
      case 'hello':
        return;
    }
  }

  clientGone(): void {
    this.#terminal.resume();
    this.#terminal.kill('SIGHUP');
    const timer = setTimeout(() => this.#terminal.kill('SIGKILL'), hangUpMilliseconds);
    void this.#terminal.exited.then(() => clearTimeout(timer));
  }

  #output(bytes: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(encodeOutput(bytes), () => {
      if (!this.#heldByBacklog || this.#socket.bufferedAmount > lowWater) return;
      this.#heldByBacklog = false;
      this.#hold();
    });
    if (this.#heldByBacklog || this.#socket.bufferedAmount < highWater) return;
    this.#heldByBacklog = true;
    this.#hold();
  }

  #hold(): void {
    if (this.#heldByClient || this.#heldByBacklog) this.#terminal.pause();
    else this.#terminal.resume();
  }
}
