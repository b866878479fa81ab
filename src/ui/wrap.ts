import type { Text } from './card.ts';
import type { Role } from './theme.ts';
import { cells, graphemes } from './width.ts';

/** A run of text in one role. */
export interface Span {
  readonly text: string;
  readonly role: Role;
}

/** One line of a screen or a page, its spans in order. */
export type Line = readonly Span[];

/**
 * Breaks a text into lines of at most `width` cells, at spaces; a word that is wider than a whole line is cut where
 * the line ends, with no mark added, so that joining the pieces gives the word again.
 * @param width cells in a line, at least 1; `Infinity` keeps every line whole.
 */
export function wrap(text: Text, width: number): Line[] {
  const spans = spansOf(text);
  return breaks(spans.map((span) => span.text).join(''), width).map(([start, end]) =>
    slice(spans, start, end),
  );
}

/** The pieces of a text as spans; tabs, which have no width of their own, become spaces. */
export function spansOf(text: Text): Span[] {
  const pieces = typeof text === 'string' ? [text] : text;
  return pieces.map((piece) =>
    typeof piece === 'string'
      ? { text: piece.replaceAll('\t', '  '), role: 'plain' }
      : { text: piece.text.replaceAll('\t', '  '), role: piece.tone },
  );
}

/** Cells that a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, span) => sum + cells(span.text), 0);
}

type Range = readonly [start: number, end: number];

/** Where the lines of a text start and end. */
function breaks(text: string, width: number): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  for (const paragraph of text.split('\n')) {
    for (const [from, to] of paragraphBreaks(paragraph, width)) ranges.push([start + from, start + to]);
    start += paragraph.length + 1;
  }
  return ranges;
}

function paragraphBreaks(paragraph: string, width: number): Range[] {
  if (cells(paragraph) <= width) return [[0, paragraph.length]];
  const ranges: Range[] = [];
  let start = 0;
  let end = 0;
  for (const match of paragraph.matchAll(/\S+/g)) {
    const word: Range = [match.index, match.index + match[0].length];
    if (cells(paragraph.slice(start, word[1])) <= width) {
      end = word[1];
      continue;
    }
    if (end > start) ranges.push([start, end]);
    const pieces = cut(match[0], width);
    const last = pieces.pop() ?? [0, match[0].length];
    for (const [from, to] of pieces) ranges.push([word[0] + from, word[0] + to]);
    start = word[0] + last[0];
    end = word[1];
  }
  if (end > start) ranges.push([start, end]);
  return ranges;
}

/** A word in pieces of at most `width` cells each, cut after a slash where a piece has one. */
function cut(word: string, width: number): Range[] {
  const pieces: Range[] = [];
  let start = 0;
  while (cells(word.slice(start)) > width) {
    const end = start + fitting(word.slice(start), width);
    const slash = word.lastIndexOf('/', end - 1) + 1;
    const next = slash > start + 1 ? slash : end;
    pieces.push([start, next]);
    start = next;
  }
  return [...pieces, [start, word.length]];
}

/** How much of a word fits into `width` cells: one character at least. */
function fitting(word: string, width: number): number {
  let used = 0;
  for (const { segment, index } of graphemes(word)) {
    used += cells(segment);
    if (used > width && index > 0) return index;
  }
  return word.length;
}

function slice(spans: readonly Span[], start: number, end: number): Span[] {
  const result: Span[] = [];
  let position = 0;
  for (const span of spans) {
    const text = span.text.slice(Math.max(0, start - position), Math.max(0, end - position));
    if (text !== '') result.push({ text, role: span.role });
    position += span.text.length;
  }
  return result;
}
