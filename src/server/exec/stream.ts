import type { WebSocket } from 'ws';
import * as z from 'zod/mini';
import { CommandNotStarted, type Engine, type Exit, type RunningCommand } from '../engine/engine.ts';
import { ApiProblem } from '../problem.ts';
import { checkRequest } from '../wire/check.ts';
import {
  decodeFrame,
  type ExitReport,
  encodeFrame,
  encodeGrant,
  encodeStretch,
  type Frame,
  type StreamRequest,
  signalName,
  streamRequest,
} from '../wire/exec-stream.ts';
import { messageBytes } from '../wire/message.ts';
import { after } from './after.ts';
import { drained, letGo } from './drain.ts';
import { GrantCollector, WindowedReader } from './flow.ts';

/** Time that a command gets after its client has gone, before it is killed. */
const hangUpMilliseconds = 2_000;

/**
 * Input that may wait for a command, in bytes. A client keeps to its window but for one stretch of any length; of one that
 * does not, no more is taken off its connection until the command has read.
 */
const maxWaitingBytes = 32 * 1024 * 1024;

/** WebSocket close codes of this protocol: what the client sent was wrong; the box cannot do it. */
const closeInvalid = 1008;
const closeRefused = 4404;

/**
 * Serves one connection of the protocol in wire/exec-stream.ts.
 * @param ended hears the exit code once it is over; null where it was cut off.
 */
export function serveExecStream(
  socket: WebSocket,
  engine: Engine,
  id: string,
  ended: (exitCode: number | null) => void,
): void {
  const session = new ExecSession(socket);
  socket.on('message', (data) => session.receive(messageBytes(data), engine, id));
  socket.on('close', () => {
    session.clientGone();
    ended(session.exitCode);
  });
  socket.on('error', () => socket.terminate());
}

class ExecSession {
  readonly #socket: WebSocket;
  #began = false;
  #gone = false;
  #timedOut = false;
  #signalled = false;
  #exitCode: number | null = null;
  #command: RunningCommand | undefined;
  /** What came for the command before it ran. */
  #early: Frame[] = [];
  #waitingBytes = 0;
  #grants: { stdout(bytes: number): void; stderr(bytes: number): void } | undefined;
  readonly #stdinGrant = new GrantCollector((bytes) => this.#send(encodeGrant('grantStdin', bytes)));

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  receive(message: Buffer, engine: Engine, id: string): void {
    try {
      const frame = decodeFrame(message);
      if (frame.type === 'stdin') this.#waits(frame.content.length);
      if (frame.type === 'signal' && !z.safeParse(signalName, frame.content.toString('utf8')).success) {
        throw new Error('an unknown signal');
      }
      if (!this.#began) {
        if (frame.type !== 'request') throw new Error('the first message must be the request');
        this.#began = true;
        const request = checkRequest(streamRequest, JSON.parse(frame.content.toString('utf8')));
        void this.#run(engine, id, request);
      } else if (this.#command) this.#handle(this.#command, frame);
      else this.#early.push(frame);
    } catch (error) {
      this.#socket.close(closeInvalid, reason(error));
    }
  }

  /** Null as long as there is none. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  clientGone(): void {
    this.#gone = true;
    const command = this.#command;
    if (!command) return;
    // One that was interrupted gets its time to clean up; a second signal would cut that short.
    if (!this.#signalled) {
      command.kill('SIGHUP');
      command.kill('SIGTERM');
    }
    const timer = setTimeout(() => command.kill('SIGKILL'), hangUpMilliseconds);
    void command.exited.then(() => {
      clearTimeout(timer);
      // The group's leader is gone; what of its group stayed goes now.
      command.kill('SIGKILL');
      letGo(command);
    });
  }

  async #run(engine: Engine, id: string, request: StreamRequest): Promise<void> {
    try {
      const [file = '', ...args] = request.argv;
      const command = await engine.exec(id, [file, ...args]);
      this.#command = command;
      if (this.#gone) return this.clientGone();
      const exit = await this.#serve(command, request);
      this.#finish(exit);
    } catch (error) {
      if (error instanceof CommandNotStarted) {
        this.#send(encodeFrame('stderr', `devbox: ${error.message}\n`));
        this.#finish({ code: error.exitCode, signal: null });
      } else if (error instanceof ApiProblem) this.#socket.close(closeRefused, reason(error));
      else this.#socket.close(1011, reason(error));
    }
  }

  async #serve(command: RunningCommand, request: StreamRequest): Promise<Exit> {
    const stdout = new WindowedReader(command.stdout, (bytes) => this.#sendStretch('stdout', bytes));
    const stderr = new WindowedReader(command.stderr, (bytes) => this.#sendStretch('stderr', bytes));
    this.#grants = { stdout: (bytes) => stdout.grant(bytes), stderr: (bytes) => stderr.grant(bytes) };
    for (const frame of this.#early.splice(0)) this.#handle(command, frame);
    const callOff = request.timeout
      ? after(request.timeout, () => {
          this.#timedOut = true;
          command.kill('SIGKILL');
        })
      : undefined;
    await drained(command);
    callOff?.();
    letGo(command);
    this.#command = undefined;
    return command.exited;
  }

  #handle(command: RunningCommand, { type, content }: Frame): void {
    switch (type) {
      case 'stdin':
        command.stdin.write(content, () => {
          this.#waits(-content.length);
          this.#stdinGrant.consumed(content.length);
        });
        return;
      case 'stdinEnd':
        command.stdin.end();
        return;
      case 'signal':
        this.#signalled = true;
        command.kill(z.parse(signalName, content.toString('utf8')));
        return;
      case 'grantStdout':
        this.#grants?.stdout(content.readUInt32BE());
        return;
      case 'grantStderr':
        this.#grants?.stderr(content.readUInt32BE());
        return;
      default:
        throw new Error(`a client does not send ${type}`);
    }
  }

  /** So much more input waits for the command, or less. */
  #waits(bytes: number): void {
    this.#waitingBytes += bytes;
    const isTooMuch = this.#waitingBytes > maxWaitingBytes;
    if (isTooMuch && !this.#socket.isPaused) this.#socket.pause();
    else if (!isTooMuch && this.#socket.isPaused) this.#socket.resume();
  }

  #finish({ code, signal }: Exit): void {
    this.#exitCode = code;
    const report: ExitReport = { exit_code: code, signal, timed_out: this.#timedOut };
    this.#send(encodeFrame('exit', JSON.stringify(report)));
    this.#socket.close(1000);
  }

  #sendStretch(type: 'stdout' | 'stderr', bytes: Buffer): void {
    for (const frame of encodeStretch(type, bytes)) this.#send(frame);
  }

  #send(frame: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame);
  }
}

/** Why, short enough for a close frame: 123 bytes at most. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return Buffer.from(message)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
}
