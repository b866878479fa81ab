import type { Readable } from 'node:stream';
import { windowBytes } from '../wire/exec-stream.ts';

/** Reads a stream only as far ahead as the receiver's window allows. */
export class WindowedReader {
  readonly #source: Readable;
  #allowed = windowBytes;

  /** @param send takes each stretch as it is read. */
  constructor(source: Readable, send: (bytes: Buffer) => void) {
    this.#source = source;
    source.on('data', (bytes: Buffer) => {
      this.#allowed -= bytes.length;
      if (this.#allowed <= 0) source.pause();
      send(bytes);
    });
  }

  /** The receiver has consumed so many bytes; it cannot have consumed more than it was sent. */
  grant(bytes: number): void {
    this.#allowed = Math.min(windowBytes, this.#allowed + bytes);
    if (this.#allowed > 0 && this.#source.isPaused()) this.#source.resume();
  }
}

/**
 * Collects consumed bytes until it is worth telling the sender: a grant for every chunk would double the number
 * of messages.
 */
export class GrantCollector {
  readonly #tell: (bytes: number) => void;
  #consumed = 0;

  constructor(tell: (bytes: number) => void) {
    this.#tell = tell;
  }

  consumed(bytes: number): void {
    this.#consumed += bytes;
    if (this.#consumed < windowBytes / 4) return;
    this.#tell(this.#consumed);
    this.#consumed = 0;
  }
}
