import type { Readable } from 'node:stream';

/** Nobody's key is longer, in bytes. */
const longest = 64 * 1024;

const known = new WeakMap<Readable, Promise<string>>();

/**
 * The first line of a stream, without the blanks around it; what follows stays in the stream. It is read once: who
 * asks again, in the same process, gets the same line.
 */
export function readSecretLine(stream: Readable): Promise<string> {
  const reading = known.get(stream) ?? read(stream);
  known.set(stream, reading);
  return reading;
}

function read(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const done = (): void => {
      stream.off('data', onData).off('end', done).off('error', reject);
      stream.pause();
      const end = bytes.indexOf('\n');
      const rest = end < 0 ? Buffer.alloc(0) : bytes.subarray(end + 1);
      if (rest.length > 0) stream.unshift(rest);
      resolve(
        bytes
          .subarray(0, end < 0 ? bytes.length : end)
          .toString('utf8')
          .trim(),
      );
    };
    const onData = (chunk: Buffer | string): void => {
      bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
      if (bytes.includes('\n') || bytes.length > longest) done();
    };
    if (stream.readableEnded) done();
    else stream.on('data', onData).once('end', done).once('error', reject);
  });
}
