import type { Card, Text } from './card.ts';
import { layoutCards } from './layout.ts';
import { type Painter, painter } from './theme.ts';
import type { View } from './view.ts';
import { type Line, wrap } from './wrap.ts';

export interface PlainOptions {
  /** Cells of a line; `Infinity` where nothing may be wrapped, as in a file or a pipe. */
  readonly columns: number;
  readonly color: boolean;
}

/** Cards and footer of a view as text, each line ended; empty where the view shows nothing. */
export function plainView(view: Pick<View, 'cards' | 'footer'>, options: PlainOptions): string {
  return printLines(viewLines(view, options.columns), options);
}

/** Cards as text, each line ended. */
export function plainCards(cards: readonly Card[], options: PlainOptions): string {
  return printLines(layoutCards(cards, options.columns), options);
}

/** A text as one line or, where it is wider than the columns, several; each line ended. */
export function plainLine(text: Text, options: PlainOptions): string {
  return printLines(wrap(text, options.columns), options);
}

/** The lines of a view: cards, then the footer after an empty line. */
export function viewLines(view: Pick<View, 'cards' | 'footer'>, columns: number): Line[] {
  const footer = (view.footer ?? []).flatMap((text) => wrap(text, columns));
  const between = view.cards.length > 0 && footer.length > 0 ? [[]] : [];
  return [...layoutCards(view.cards, columns), ...between, ...footer];
}

/** A line in its colours. */
export function paintLine(line: Line, paint: Painter): string {
  return line.map((span) => paint(span.role, span.text)).join('');
}

function printLines(lines: readonly Line[], options: PlainOptions): string {
  const paint = painter(options.color);
  return lines.map((line) => `${paintLine(line, paint)}\n`).join('');
}
