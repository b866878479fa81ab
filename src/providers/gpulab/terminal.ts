import type { WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';
import { DevboxError } from '../../base/errors.ts';
import { ttydProtocol } from '../../server/wire/ttyd.ts';
import type { TerminalStreams } from '../provider.ts';
import { type Attached, attach } from './attach.ts';
import { type Connection, has } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { lost } from './socket.ts';
import { terminalSchema } from './wire.ts';

/** How long a lost connection is tried again, in milliseconds, and the longest wait between two tries. */
const patienceMilliseconds = 60_000;
const longestWait = 3_000;

/** What a terminal is opened with. */
export interface TerminalOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Hands the user's terminal over to a shell in a container until it ends. The terminal is put back as it was,
 * however it ends. On a server of ours a lost connection is taken up again where it broke off.
 * @returns the shell's exit code, 0 where the server does not tell.
 */
export async function terminalIn(
  connection: Connection,
  id: string,
  streams: TerminalStreams,
  options: TerminalOptions,
): Promise<number> {
  const { stdin, stdout } = streams;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new DevboxError('usage', 'a shell needs a terminal on standard input and output', {
      code: 'terminal/no-tty',
      hint: 'To run a command without one: devbox exec NAME -- COMMAND',
    });
  }
  options.signal.throwIfAborted();
  const terminal = new RemoteTerminal(connection, id, await askForTerminal(connection, id));
  const first = await terminal.open();
  const wasRaw = stdin.isRaw;
  stdin.setRawMode(true);
  try {
    return await hold(terminal, first, streams, options);
  } finally {
    stdin.setRawMode(wasRaw);
    stdin.pause();
    stdin.unref();
  }
}

/** Keeps the user's terminal attached until the shell ends. */
async function hold(
  terminal: RemoteTerminal,
  first: WebSocket,
  streams: TerminalStreams,
  options: TerminalOptions,
): Promise<number> {
  for (let socket = first; ; ) {
    const end = await attach(socket, streams, terminal.seen, options.signal);
    terminal.seen = end.seen;
    if (end.kind === 'exit') return end.code;
    if (!terminal.canResume) throw lost('the terminal was cut off', end.why);
    socket = await comeBack(terminal, end, streams, options);
  }
}

/** Connects again to the same shell; Ctrl-C gives up. */
async function comeBack(
  terminal: RemoteTerminal,
  { why }: Extract<Attached, { kind: 'lost' }>,
  { stdin, stdout }: TerminalStreams,
  { clock, signal }: TerminalOptions,
): Promise<WebSocket> {
  const givenUp = new AbortController();
  const onInput = (data: Buffer | string): void => {
    if (Buffer.from(data).includes(3)) givenUp.abort(lost('the terminal was cut off', why));
  };
  const either = AbortSignal.any([signal, givenUp.signal]);
  stdout.write('\r\n[devbox: the connection was lost; connecting again, Ctrl-C gives up]\r\n');
  stdin.on('data', onInput);
  stdin.ref();
  stdin.resume();
  const start = clock.monotonic();
  try {
    for (let wait = 200; ; wait = Math.min(wait * 2, longestWait)) {
      try {
        return await terminal.reopen();
      } catch (error) {
        if (error instanceof DevboxError && error.kind === 'not-found') throw goneMeanwhile(error);
        if (clock.monotonic() - start > patienceMilliseconds) throw lost('the terminal was cut off', why);
      }
      either.throwIfAborted();
      await clock.sleep(wait, either);
    }
  } finally {
    stdin.off('data', onInput);
  }
}

function goneMeanwhile(cause: DevboxError): DevboxError {
  return new DevboxError('failed', 'the shell ended while the connection was lost', {
    code: 'terminal/ended-meanwhile',
    details: [{ label: 'Server', value: cause.message }],
    hint: 'A new one is opened with: devbox ssh NAME',
    cause,
  });
}

/** A terminal at a server, and how much of its output has come. */
class RemoteTerminal {
  readonly #connection: Connection;
  readonly #id: string;
  readonly #address: string;
  readonly canResume: boolean;
  /** Bytes of output. */
  seen = 0;

  constructor(connection: Connection, id: string, address: string) {
    this.#connection = connection;
    this.#id = id;
    this.#address = address;
    this.canResume = has(connection, 'terminal-resume');
  }

  open(): Promise<WebSocket> {
    const address = this.canResume ? `${this.#address}?from=${this.seen}` : this.#address;
    return this.#connection.openSocket(address, ttydProtocol);
  }

  async reopen(): Promise<WebSocket> {
    // A request first: where the server has to be started for it, it is.
    await this.#connection.request({ method: 'GET', path: `/v1/containers/${encodeURIComponent(this.#id)}` });
    return this.open();
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
