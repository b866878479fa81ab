import yargs from 'yargs';
import type { Context } from '../../base/context.ts';
import { wrap } from '../../ui/wrap.ts';

/** A word and what it means. */
export type Entry = readonly [term: string, meaning: string];

/** Narrower than this, meanings stand below their words. */
const narrow = 60;

/** A heading and words with their meanings, in two columns where there is room. */
export function section(heading: string, entries: readonly Entry[], columns: number): string[] {
  const widest = Math.max(...entries.map(([term]) => term.length));
  const isNarrow = columns < narrow;
  const left = isNarrow ? 6 : 2 + widest + 2;
  const lines = entries.flatMap(([term, meaning]) => {
    const [first = '', ...others] = textLines(meaning, columns - left);
    const head = isNarrow
      ? [`  ${term}`, `${' '.repeat(left)}${first}`]
      : [`  ${term.padEnd(widest)}  ${first}`];
    return [...head, ...others.map((line) => `${' '.repeat(left)}${line}`)];
  });
  return [heading, ...lines.map((line) => line.trimEnd())];
}

/** A text in lines of at most so many characters, those after the first one indented. */
export function paragraph(text: string, columns: number, indent = 2): string[] {
  return textLines(text, columns - indent).map((line, index) =>
    index === 0 ? line : `${' '.repeat(indent)}${line}`,
  );
}

function textLines(text: string, columns: number): string[] {
  return wrap(text, Math.max(10, columns)).map((line) => line.map((span) => span.text).join(''));
}

/** yargs as a layouter of flags only: our own flags are read elsewhere, faster. */
export function blankPage(columns: number) {
  return yargs([])
    .scriptName('devbox')
    .help(false)
    .version(false)
    .wrap(columns)
    .parserConfiguration({ 'boolean-negation': false });
}

/** The columns that help fills. */
export function widthOf(context: Context): number {
  return context.stdout.isTTY ? Math.min(context.stdout.columns, 110) : 100;
}
