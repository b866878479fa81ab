import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BoundedOutput } from '../../../src/server/exec/bounded.ts';

const bounded = (limit: number, ...chunks: (string | Buffer)[]) => {
  const output = new BoundedOutput(limit);
  for (const chunk of chunks) output.add(Buffer.from(chunk));
  return output.finish();
};

describe('bounded output', () => {
  const cases: [string, number, (string | Buffer)[], string, number][] = [
    ['all of a short text', 10, ['abc', 'def'], 'abcdef', 0],
    ['all of a text that just fits', 6, ['abc', 'def'], 'abcdef', 0],
    ['nothing of nothing', 0, [], '', 0],
    ['a mark that says what is missing', 4, ['abc', 'defg'], 'abcd\n[devbox: 3 more bytes left out]\n', 3],
    ['no second line break before the mark', 2, ['a\nbc'], 'a\n[devbox: 2 more bytes left out]\n', 2],
    ['nothing but the mark', 0, ['abc'], '[devbox: 3 more bytes left out]\n', 3],
    ['no half of a character', 3, ['aé€'], 'aé\n[devbox: 3 more bytes left out]\n', 3],
    ['no third of a character', 5, ['aé€'], 'aé\n[devbox: 3 more bytes left out]\n', 3],
    ['bytes that are no text as replacements', 9, [Buffer.from([0x61, 0xff])], 'a\ufffd', 0],
  ];
  test.each(cases)('keeps %s', (_what, limit, chunks, text, omitted) => {
    expect(bounded(limit, ...chunks)).toEqual({ text, omitted });
  });

  test('accounts for every byte of any text, however it is cut', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(texts, fc.nat(40), (chunks, limit) => {
        const whole = chunks.join('');
        const { text, omitted } = bounded(limit, ...chunks);
        const kept = Buffer.from(whole)
          .subarray(0, Buffer.byteLength(whole) - omitted)
          .toString();
        expect(whole.startsWith(kept)).toBe(true);
        expect(text.startsWith(kept)).toBe(true);
        expect(omitted === 0 ? text : text.slice(kept.length).trim()).toBe(
          omitted === 0 ? whole : `[devbox: ${omitted} more bytes left out]`,
        );
      }),
    );
  });
});
