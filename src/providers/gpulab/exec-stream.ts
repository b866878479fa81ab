import type { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';
import { cleanLine } from '../../base/text.ts';
import { GrantCollector } from '../../server/exec/flow.ts';
import {
  decodeFrame,
  encodeFrame,
  encodeGrant,
  encodeStretch,
  execProtocol,
  exitReport,
  type StreamRequest,
  windowBytes,
} from '../../server/wire/exec-stream.ts';
import { maxMessageBytes, messageBytes } from '../../server/wire/message.ts';
import type { ExecRequest, ExecStreams } from '../provider.ts';
import type { Connection } from './connection.ts';
import { execTimedOut } from './exec-timed-out.ts';
import { closeReason, lost } from './socket.ts';

/** Exit code of a command whose output nobody reads any more: 128 + SIGPIPE, as in a shell. */
const brokenPipe = 141;

/** Exit code of a command with more words than can be handed over, as in a shell. */
const cannotStart = 126;

/** Runs a command over the protocol of server/wire/exec-stream.ts; see `execIn`. */
export async function execStreaming(
  connection: Connection,
  id: string,
  request: ExecRequest,
  streams: ExecStreams,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const first: StreamRequest = { argv: [...request.argv], timeout: request.timeoutSeconds };
  const frame = encodeFrame('request', JSON.stringify(first));
  if (frame.length > maxMessageBytes) {
    // More than any system takes; what a particular one does not take, the server says in the same words.
    streams.stderr.write(`devbox: ${cleanLine(request.argv[0] ?? '', 200)}: argument list too long\n`);
    return cannotStart;
  }
  const path = `/v1/containers/${encodeURIComponent(id)}/exec/stream`;
  const socket = await connection.openSocket(path, execProtocol);
  const session = new ExecClient(socket, streams);
  const onAbort = (): void => session.interrupt(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await session.run(frame, request.timeoutSeconds);
  } finally {
    signal.removeEventListener('abort', onAbort);
    session.release();
  }
}

class ExecClient {
  readonly #socket: WebSocket;
  readonly #streams: ExecStreams;
  #allowed = windowBytes;
  #stdinEnded = false;
  #reading = false;
  #exitKnown = false;
  #settle: { resolve(code: number): void; reject(error: unknown): void } | undefined;

  constructor(socket: WebSocket, streams: ExecStreams) {
    this.#socket = socket;
    this.#streams = streams;
  }

  run(request: Buffer, timeoutSeconds: number | null): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      const out = this.#sink(this.#streams.stdout, 'grantStdout');
      const err = this.#sink(this.#streams.stderr, 'grantStderr');
      this.#socket.on('message', (data) => {
        try {
          this.#receive(messageBytes(data), out, err, timeoutSeconds);
        } catch (error) {
          this.#fail(error);
        }
      });
      this.#socket.on('close', (_code, reason) => this.#lost(closeReason(reason)));
      this.#socket.on('error', (error) => this.#lost(error.message));
      this.#send(request);
      this.#socket.resume();
      this.#readStdin();
    });
  }

  /** Passes the user's interruption on: the command gets SIGINT, then the connection goes and takes it along. */
  interrupt(reason: unknown): void {
    this.#send(encodeFrame('signal', 'SIGINT'));
    this.#settle?.reject(reason);
  }

  /** Leaves streams and connection as if nothing had used them. */
  release(): void {
    const { stdin } = this.#streams;
    stdin.off('data', this.#onData);
    stdin.off('end', this.#onEnd);
    stdin.off('error', this.#onEnd);
    stdin.pause();
    if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
    this.#streams.stdout.off('error', this.#onSinkError);
    this.#streams.stderr.off('error', this.#onSinkError);
    this.#socket.close();
  }

  #receive(
    message: Buffer,
    out: (bytes: Buffer) => void,
    err: (bytes: Buffer) => void,
    timeoutSeconds: number | null,
  ): void {
    const { type, content } = decodeFrame(message);
    if (type === 'stdout') out(content);
    else if (type === 'stderr') err(content);
    else if (type === 'grantStdin') {
      this.#allowed += content.readUInt32BE();
      if (this.#allowed > 0 && this.#reading && !this.#stdinEnded) this.#streams.stdin.resume();
    } else if (type === 'exit') {
      const report = z.parse(exitReport, JSON.parse(content.toString('utf8')));
      this.#exitKnown = true;
      if (report.timed_out) this.#fail(execTimedOut(timeoutSeconds ?? 0));
      else void this.#flushed().then(() => this.#settle?.resolve(report.exit_code & 255));
    } else throw new DevboxError('failed', `the server sent ${type}`, { code: 'gpulab/unexpected-answer' });
  }

  /** Writes to a stream of the user's, and tells the server as it is consumed. */
  #sink(stream: NodeJS.WritableStream, grant: 'grantStdout' | 'grantStderr'): (bytes: Buffer) => void {
    const collector = new GrantCollector((bytes) => this.#send(encodeGrant(grant, bytes)));
    stream.on('error', this.#onSinkError);
    return (bytes) => {
      stream.write(bytes, (error?: Error | null) => {
        if (!error) collector.consumed(bytes.length);
      });
    };
  }

  readonly #onSinkError = (error: Error): void => {
    if (hasCode(error, 'EPIPE')) this.#settle?.resolve(brokenPipe);
    else this.#fail(error);
  };

  /** All that was written has reached the streams. */
  async #flushed(): Promise<void> {
    const { stdout, stderr } = this.#streams;
    await Promise.all(
      [stdout, stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))),
    );
  }

  #readStdin(): void {
    const { stdin } = this.#streams;
    this.#reading = true;
    stdin.on('data', this.#onData);
    stdin.on('end', this.#onEnd);
    stdin.on('error', this.#onEnd);
    if ('readableEnded' in stdin && stdin.readableEnded === true) this.#onEnd();
    else stdin.resume();
  }

  readonly #onData = (data: Buffer | string): void => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#allowed -= bytes.length;
    if (this.#allowed <= 0) this.#streams.stdin.pause();
    for (const frame of encodeStretch('stdin', bytes)) this.#send(frame);
  };

  readonly #onEnd = (): void => {
    if (this.#stdinEnded) return;
    this.#stdinEnded = true;
    this.#send(encodeFrame('stdinEnd'));
  };

  /** The connection is gone. After the exit nothing more is to come: a slow reader may still be taking the output. */
  #lost(why: string): void {
    if (!this.#exitKnown) this.#fail(lost('the command was cut off', why));
  }

  #fail(error: unknown): void {
    this.#settle?.reject(error);
  }

  #send(frame: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame);
  }
}
