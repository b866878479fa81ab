import type { RawData } from 'ws';
import { encodeOutput, encodePreferences, encodeTitle } from '../../wire/ttyd.ts';

/** Output that may wait for a slow viewer, in bytes, before the program is held up; and when it goes on. */
const highWater = 512 * 1024;
const lowWater = 64 * 1024;
/** Largest message of output, in bytes. */
const chunkBytes = 64 * 1024;

/** What is used of a WebSocket. */
export interface ViewerSocket {
  readonly OPEN: number;
  readonly readyState: number;
  /** Bytes that were sent and have not gone out. */
  readonly bufferedAmount: number;
  send(frame: Buffer, sent?: () => void): void;
  close(code: number): void;
  terminate(): void;
  on(event: 'message', listener: (data: RawData) => void): unknown;
  on(event: 'close', listener: (code: number) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
}

/** One connection that shows a terminal. */
export class Viewer {
  readonly #socket: ViewerSocket;
  readonly #changed: () => void;
  #heldByClient = false;
  #heldByBacklog = false;
  #isGreeted = false;

  /** @param changed hears that `holds` may have changed. */
  constructor(socket: ViewerSocket, changed: () => void) {
    this.#socket = socket;
    this.#changed = changed;
  }

  /** Whether it takes nothing now, by its own wish or because it is slow. */
  get holds(): boolean {
    return this.#heldByClient || this.#heldByBacklog;
  }

  /** Whether it has said what it wants, and been shown the beginning; nothing is sent before that. */
  get isGreeted(): boolean {
    return this.#isGreeted;
  }

  /** What a terminal begins with. @param offset where its output begins, for a viewer that asked. */
  greet(title: string, offset: number | null): void {
    this.#isGreeted = true;
    this.#socket.send(encodeTitle(title));
    this.#socket.send(encodePreferences(offset === null ? {} : { devbox_offset: offset }));
  }

  show(bytes: Buffer): void {
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      this.#send(encodeOutput(bytes.subarray(start, start + chunkBytes)));
    }
  }

  hold(wanted: boolean): void {
    this.#heldByClient = wanted;
    this.#changed();
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Lets go of a viewer that does not answer; it may come back. */
  drop(): void {
    this.#socket.terminate();
  }

  #send(frame: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(frame, () => {
      if (!this.#heldByBacklog || this.#socket.bufferedAmount > lowWater) return;
      this.#heldByBacklog = false;
      this.#changed();
    });
    if (this.#heldByBacklog || this.#socket.bufferedAmount < highWater) return;
    this.#heldByBacklog = true;
    this.#changed();
  }
}
