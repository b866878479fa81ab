import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Writes whole lines to another stream, each beginning with a label, so that lines of several never mix. */
export function labelledStream(target: Writable, label: string): Writable {
  const decoder = new StringDecoder('utf8');
  let open = '';
  const pass = (text: string, done: (error?: Error | null) => void): void => {
    if (text === '') done();
    else target.write(text, done);
  };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = (open + decoder.write(chunk)).split('\n');
      open = lines.pop() ?? '';
      pass(lines.map((line) => `${label} ${line}\n`).join(''), done);
    },
    final(done) {
      const left = open + decoder.end();
      pass(left === '' ? '' : `${label} ${left}\n`, done);
    },
  });
  // Whoever writes learns of a failure from the write itself.
  stream.on('error', () => undefined);
  return stream;
}

/** Keeps what is written to it, up to a limit. */
export interface Captured {
  readonly stream: Writable;
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
    text: () => Buffer.concat(chunks).toString('utf8'),
    isCut: () => isCut,
  };
}
