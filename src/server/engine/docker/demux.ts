import { Readable } from 'node:stream';

/** One message of a stream in which an engine sends two: which, and its bytes. */
export interface Message {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

/** Takes the engines' framing apart: a byte for the stream, three of zeros, four for the length, and the bytes. */
export class FrameParser {
  #rest: Buffer = Buffer.alloc(0);

  /** @returns the messages that are complete by now. */
  add(bytes: Buffer): Message[] {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: Message[] = [];
    while (rest.length >= 8) {
      const end = 8 + rest.readUInt32BE(4);
      if (rest.length < end) break;
      messages.push({ stream: rest[0] === 2 ? 'stderr' : 'stdout', bytes: rest.subarray(8, end) });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return messages;
  }
}

/** The two streams of a command, out of the one that the engine sends. */
export class Demultiplexed {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the engine sends nothing any more. */
  readonly ended: Promise<void>;
  readonly #source: Readable;
  readonly #full = new Set<Readable>();

  /** @param intercept is shown each message first; those that it answers true to go no further. */
  constructor(source: Readable, intercept: (message: Message) => boolean) {
    this.#source = source;
    this.stdout = this.#open();
    this.stderr = this.#open();
    const parser = new FrameParser();
    source.on('data', (bytes: Buffer) => {
      for (const message of parser.add(bytes)) if (!intercept(message)) this.#deliver(message);
    });
    // What an engine does when it goes away in the middle is to close; for the reader that is the end.
    source.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      source.once('end', resolve);
      source.once('close', resolve);
    });
    void this.ended.then(() => {
      for (const stream of [this.stdout, this.stderr]) if (!stream.destroyed) stream.push(null);
    });
  }

  #open(): Readable {
    const ready = (): void => {
      this.#full.delete(stream);
      if (this.#full.size === 0) this.#source.resume();
    };
    const stream = new Readable({
      read: ready,
      destroy(error, done) {
        ready();
        done(error);
      },
    });
    return stream;
  }

  /** Both streams come in one: while one of them is full the other has to wait. */
  #deliver({ stream: name, bytes }: Message): void {
    const stream = this[name];
    if (stream.destroyed || stream.push(bytes)) return;
    this.#full.add(stream);
    this.#source.pause();
  }
}
