import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { capturedStream } from '../../../../src/base/captured.ts';
import { labelledStream } from '../../../../src/cli/multirun/streams.ts';

/** A stream and what was written to it, one piece each. */
function target(): { stream: Writable; pieces: string[] } {
  const pieces: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      pieces.push(String(chunk));
      done();
    },
  });
  return { stream, pieces };
}

const ended = (stream: Writable): Promise<void> => new Promise((resolve) => stream.end(() => resolve()));

it('labels lines, each written whole, however they come in', async () => {
  const { stream, pieces } = target();
  const labelled = labelledStream(stream, '#1');
  const bytes = Buffer.from('one\ntw€o\n\nlast');
  for (const byte of bytes) labelled.write(Buffer.from([byte]));
  await ended(labelled);
  expect(pieces).toEqual(['#1 one\n', '#1 tw€o\n', '#1 \n', '#1 last\n']);
});

it('passes an error of its target on to who writes', async () => {
  const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
  broken.on('error', () => undefined);
  const labelled = labelledStream(broken, '#1');
  expect(await new Promise((resolve) => labelled.write('x\n', resolve))).toEqual(new Error('gone'));
});

it('keeps what is written up to a limit', async () => {
  const captured = capturedStream(5);
  captured.stream.write('abc');
  expect(captured.isCut()).toBe(false);
  captured.stream.write('defg');
  captured.stream.write('h');
  await ended(captured.stream);
  expect(captured.text()).toBe('abcde');
  expect(captured.isCut()).toBe(true);
});
