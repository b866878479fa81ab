/**
 * Cells of a terminal that a line of text takes: two for East Asian wide characters and emoji, none for marks that
 * combine with the character before them.
 */
export function cells(text: string): number {
  if (narrow.test(text)) return text.length;
  let sum = 0;
  for (const { segment } of graphemes(text)) sum += wide.test(segment) ? 2 : zero.test(segment) ? 0 : 1;
  return sum;
}

/** What a reader takes for the characters of a text. */
export function graphemes(text: string): Iterable<{ readonly segment: string; readonly index: number }> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Made when first needed: most of what is shown is ASCII. */
let segmenter: Intl.Segmenter | undefined;

const narrow = /^[\u0020-\u007e\u00a0-\u02ff\u2010-\u2027]*$/;
const zero = /^[\p{Mark}\p{Cf}]+$/u;
/** The wide blocks of Unicode's EastAsianWidth.txt, joined where only unassigned code points lie between them. */
const wide =
  /[\p{Emoji_Presentation}\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{a960}-\u{a97c}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}\u{20000}-\u{3fffd}]|\ufe0f/u;
