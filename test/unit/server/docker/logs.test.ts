import { describe, expect, test } from '@jest/globals';
import { Cursor } from '../../../../src/server/engine/docker/log-cursor.ts';
import { type Line, readLines } from '../../../../src/server/engine/docker/log-lines.ts';

/** An engine's answer of these messages. */
function frames(...messages: readonly [1 | 2, string][]): Buffer {
  return Buffer.concat(
    messages.map(([stream, text]) => {
      const header = Buffer.alloc(8);
      header[0] = stream;
      header.writeUInt32BE(Buffer.byteLength(text), 4);
      return Buffer.concat([header, Buffer.from(text)]);
    }),
  );
}

describe('the lines of an answer', () => {
  test('have their stream and their time in UTC, as fine as it is', () => {
    const answer = frames(
      [1, '2026-11-27T10:00:00.123456789Z one\n'],
      [2, '2026-11-27T12:00:00+02:00 two words\n'],
      [1, '2026-11-27T10:00:00Z \n'],
    );
    expect(readLines(answer, false)).toEqual([
      { stream: 'stdout', key: '2026-11-27T10:00:00.123456789Z', text: 'one' },
      { stream: 'stderr', key: '2026-11-27T10:00:00.000000000Z', text: 'two words' },
      { stream: 'stdout', key: '2026-11-27T10:00:00.000000000Z', text: '' },
    ]);
  });

  test('are put together from parts, with those of the other stream between them', () => {
    const answer = frames(
      [1, '2026-11-27T10:00:00.1Z aa'],
      [2, '2026-11-27T10:00:00.2Z other\n'],
      [1, '2026-11-27T10:00:00.3Z bb\n'],
      [1, '2026-11-27T10:00:00.4Z without an end'],
    );
    expect(readLines(answer, false).map(({ text }) => text)).toEqual(['aabb', 'other']);
    expect(readLines(answer, true).map(({ text }) => text)).toEqual(['aabb', 'other', 'without an end']);
  });
});

describe('a cursor', () => {
  const at = (second: number, stream: Line['stream'], text: string): Line => ({
    key: `2026-11-27T10:00:0${second}.000000000Z`,
    stream,
    text,
  });
  const behind = (text: string, lines: readonly Line[]): string[] =>
    (Cursor.parse(text)?.behind(lines) ?? lines).map((line) => line.text);
  const place = (lines: readonly Line[], previous: string | null = null, isWhole = true): string =>
    Cursor.after(lines, { previous: Cursor.parse(previous), from: null, isWhole }).format();

  test('is behind lines of one time as they come, in each stream for itself', () => {
    const all = [
      at(1, 'stdout', 'a'),
      at(1, 'stderr', 'x'),
      at(1, 'stdout', 'b'),
      at(1, 'stdout', 'b'),
      at(2, 'stderr', 'y'),
    ];
    const seen: string[] = [];
    let cursor = place([]);
    for (let count = 0; count <= all.length; count++) {
      const window = all.slice(0, count);
      seen.push(...behind(cursor, window));
      cursor = place(window, cursor);
    }
    expect(seen).toEqual(['a', 'x', 'b', 'b', 'y']);
    expect(behind(cursor, all)).toEqual([]);
  });

  test('does not lose what one stream has written down later than the other', () => {
    const early = [at(1, 'stderr', 'x'), at(5, 'stdout', 'a')];
    const cursor = place(early);
    expect(behind(cursor, [...early, at(4, 'stderr', 'late')])).toEqual(['late']);
  });

  test('need not read all again that the other stream wrote', () => {
    const lines = [at(1, 'stdout', 'a'), at(9, 'stdout', 'b')];
    expect(Cursor.parse(place(lines))?.since).toBe(Date.parse('2026-11-27T10:00:07Z'));
  });

  test('cannot follow last lines that may leave out others of the same time', () => {
    expect(Cursor.canFollow([at(1, 'stdout', 'a'), at(1, 'stdout', 'b')])).toBe(false);
    expect(Cursor.canFollow([at(1, 'stdout', 'a'), at(2, 'stdout', 'b')])).toBe(true);
    expect(Cursor.canFollow([at(1, 'stderr', 'x'), at(2, 'stdout', 'b')])).toBe(false);
  });

  test('that is none is taken for none', () => {
    for (const text of [null, '', '1,2', 'v9']) expect(Cursor.parse(text)).toBeNull();
  });
});
