import { expect, test } from '@jest/globals';
import { lastLines } from '../../../src/server/engine/process/log.ts';

const cases: [string, number | null, string][] = [
  ['a\nb\nc\n', null, 'a\nb\nc\n'],
  ['a\nb\nc\n', 2, 'b\nc\n'],
  ['a\nb\nc', 2, 'b\nc'],
  ['a\nb\nc\n', 3, 'a\nb\nc\n'],
  ['a\nb\nc\n', 9, 'a\nb\nc\n'],
  ['a\n\n\n', 2, '\n\n'],
  ['a\n', 1, 'a\n'],
  ['a', 1, 'a'],
  ['\n', 1, '\n'],
  ['', 5, ''],
  ['a\nb\n', 0, ''],
];
test.each(cases)('of %j the last %s lines are %j', (text, count, expected) => {
  expect(lastLines(text, count)).toBe(expected);
});
