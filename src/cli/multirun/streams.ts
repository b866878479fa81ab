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
