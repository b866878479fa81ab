import { Writable } from 'node:stream';

/** Keeps what is written to it, up to a limit. */
export interface Captured {
  readonly stream: Writable;
  bytes(): Buffer;
  /** The bytes as UTF-8, what is none of it replaced. */
  text(): string;
  /** Whether more was written than is kept. */
  isCut(): boolean;
}

/** @param limit bytes that are kept. */
export function capturedStream(limit: number): Captured {
  const chunks: Buffer[] = [];
  let size = 0;
  let isCut = false;
  return {
    stream: new Writable({
      write(chunk: Buffer, _encoding, done) {
        const part = chunk.subarray(0, Math.max(0, limit - size));
        if (part.length < chunk.length) isCut = true;
        if (part.length > 0) chunks.push(Buffer.from(part));
        size += part.length;
        done();
      },
    }),
    bytes: () => Buffer.concat(chunks),
    text: () => Buffer.concat(chunks).toString('utf8'),
    isCut: () => isCut,
  };
}
