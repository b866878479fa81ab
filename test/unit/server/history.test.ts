import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { History } from '../../../src/server/terminal/holder/history.ts';

const kept = 1024 * 1024;
const text = ({ offset, bytes }: { offset: number; bytes: Buffer }) => ({ offset, text: bytes.toString() });

describe('the history of a terminal', () => {
  test('goes on where a viewer left', () => {
    const history = new History();
    expect(text(history.since(0))).toEqual({ offset: 0, text: '' });
    for (const part of ['one ', 'two ', 'three']) history.add(Buffer.from(part));
    expect(history.total).toBe(13);
    expect(text(history.since(4))).toEqual({ offset: 4, text: 'two three' });
    expect(text(history.since(6))).toEqual({ offset: 6, text: 'o three' });
    expect(text(history.since(13))).toEqual({ offset: 13, text: '' });
  });

  test('begins where it still can for a viewer that was away too long, or says what cannot be', () => {
    const history = new History();
    for (let part = 0; part < 30; part++) history.add(Buffer.alloc(100_000, 97 + (part % 26)));
    const { offset, bytes } = history.since(0);
    expect(bytes.length).toBeGreaterThanOrEqual(kept);
    expect(bytes.length).toBeLessThan(kept + 100_000);
    expect(offset + bytes.length).toBe(history.total);
    expect(text(history.since(10 ** 12))).toEqual({ offset: history.total, text: '' });
    expect(history.since(-5).offset).toBe(offset);
  });

  test('never loses or repeats a byte that is kept, however it came', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 });
    fc.assert(
      fc.property(parts, fc.nat(1500), (chunks, from) => {
        const history = new History();
        for (const chunk of chunks) history.add(Buffer.from(chunk));
        const all = Buffer.concat(chunks);
        const { offset, bytes } = history.since(from);
        expect(offset).toBe(Math.min(from, all.length));
        expect(bytes.equals(all.subarray(offset))).toBe(true);
      }),
    );
  });

  test('fills a screen from the beginning of a line', () => {
    const history = new History();
    history.add(Buffer.from('first line\nsecond'));
    expect(text(history.screenful())).toEqual({ offset: 0, text: 'first line\nsecond' });
    history.add(Buffer.from(`${'x'.repeat(20_000)}\n${'y'.repeat(1_000)}\nprompt> `));
    const { offset, bytes } = history.screenful();
    expect(bytes.toString()).toBe(`${'y'.repeat(1_000)}\nprompt> `);
    expect(offset + bytes.length).toBe(history.total);
  });

  test('fills it with what there is where there is no line', () => {
    const history = new History();
    history.add(Buffer.alloc(50_000, 'z'));
    const { offset, bytes } = history.screenful();
    expect([offset, bytes.length]).toEqual([50_000 - 16 * 1024, 16 * 1024]);
  });
});
