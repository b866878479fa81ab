import { expect, test } from '@jest/globals';
import { maxLineBytes } from '../../../../src/server/engine/log-room.ts';
import { Lines } from '../../../../src/server/engine/process/log/lines.ts';

function cut(...chunks: readonly string[]): { whole: string[]; rest: string[] } {
  const lines = new Lines();
  const whole = chunks.flatMap((chunk) => lines.add(Buffer.from(chunk)));
  return { whole: whole.map(String), rest: lines.end().map(String) };
}

const cases: [string, string[], string[], string[]][] = [
  ['a line', ['a\n'], ['a'], []],
  ['several in one piece', ['a\nb\n\nc\n'], ['a', 'b', '', 'c'], []],
  ['one in several pieces', ['a', 'b', 'c\nd'], ['abc'], ['d']],
  ['a break that comes later', ['a', '\n', '\n'], ['a', ''], []],
  ['a carriage return, which stays', ['a\r\n'], ['a\r'], []],
  ['nothing', [''], [], []],
];
test.each(cases)('%s', (_what, chunks, whole, rest) => {
  expect(cut(...chunks)).toEqual({ whole, rest });
});

test('a line without an end is cut into pieces, and no byte of it is lost', () => {
  const long = 'x'.repeat(2 * maxLineBytes + 5);
  const { whole, rest } = cut(long.slice(0, 1000), long.slice(1000), 'y\nz');
  expect(whole.map((line) => line.length)).toEqual([maxLineBytes, maxLineBytes, 6]);
  expect(whole.join('')).toBe(`${long}y`);
  expect(rest).toEqual(['z']);
});
