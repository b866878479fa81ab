import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shellLine, shellWord } from '../../../src/base/shell.ts';

test.each([
  ['ls', 'ls'],
  ['--color=auto', "'--color=auto'"],
  ['a/b.c-d_e:f@g%h+i,j', 'a/b.c-d_e:f@g%h+i,j'],
  ['', "''"],
  ['a b', "'a b'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['~', "'~'"],
  ['A=1', "'A=1'"],
  ['ls | wc', "'ls | wc'"],
])('%j is written %s', (word, written) => {
  expect(shellWord(word)).toBe(written);
});

test('a real shell gives back any words as they were', () => {
  const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const line = `printf '%s\\0' ${shellLine(words)}`;
      const output = execFileSync('/bin/sh', ['-c', line]).toString('utf8');
      expect(output).toBe(words.map((each) => `${Buffer.from(each).toString('utf8')}\0`).join(''));
    }),
    { numRuns: 40 },
  );
});
