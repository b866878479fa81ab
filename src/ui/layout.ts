import type { Card, Text } from './card.ts';
import { layoutTable } from './table.ts';
import type { Role } from './theme.ts';
import { cells } from './width.ts';
import { type Line, type Span, wrap } from './wrap.ts';

/** Cells before a label, and between its colon and the value. */
const indent = 1;
const gap = 2;
/** Short labels are padded to this, so that cards with different labels still look alike. */
const narrowestLabel = 10;
/** What a value gets even where the labels leave it less; the terminal then breaks the line. */
const narrowestValue = 10;

const titleRoles = { normal: 'title', bad: 'title-bad', warning: 'title-warning' } as const satisfies Record<
  string,
  Role
>;

/**
 * Lays cards out one below the other, with an empty line between them and all values in one column.
 * @param width cells of a line; `Infinity` where nothing may be wrapped.
 */
export function layoutCards(cards: readonly Card[], width: number): Line[] {
  const labels = labelWidth(cards);
  return cards.flatMap((card, index) => [...(index > 0 ? [[]] : []), ...layoutCard(card, width, labels)]);
}

/**
 * The lines of one card.
 * @param labels cells of the label column, for cards that stand together; see `labelWidth`.
 */
export function layoutCard(card: Card, width: number, labels = labelWidth([card])): Line[] {
  const role = titleRoles[card.mood ?? 'normal'];
  const title =
    card.title === '' ? [] : wrap(card.title, width).map((line) => line.map((span) => ({ ...span, role })));
  const rows = card.rows.flatMap((row) => layoutRow(row.label, row.value, width, labels));
  const tableLabels = Math.max(labels, ...(card.table?.columns ?? []).map(labelCells));
  const table = card.table
    ? layoutTable(card.table, width, (label, value) => layoutRow(label, value, width, tableLabels))
    : [];
  // Blocks of a table begin with an empty line, which sets nothing apart where nothing stands above.
  const [first, ...below] = table;
  const begins = title.length + rows.length === 0 && first?.length === 0;
  return [...title, ...rows, ...(begins ? below : table)];
}

/** The width of the label column in which all these cards' labels fit, colons included. */
export function labelWidth(cards: readonly Card[]): number {
  const labels = cards.flatMap((card) => card.rows.map((row) => row.label));
  return Math.max(narrowestLabel, ...labels.map(labelCells));
}

/** A label with its colon; a row without a label goes on with the one above. */
const labelText = (label: string): string => (label === '' ? '' : `${label}:`);

const labelCells = (label: string): number => cells(labelText(label));

/** A right-aligned label with its value beside it; what does not fit goes on below the value. */
function layoutRow(label: string, value: Text, width: number, labels: number): Line[] {
  const start = indent + labels + gap;
  const head: Span[] = [
    { text: ' '.repeat(Math.max(0, indent + labels - labelCells(label))), role: 'plain' },
    { text: labelText(label), role: 'label' },
    { text: ' '.repeat(gap), role: 'plain' },
  ];
  return wrap(value, Math.max(narrowestValue, width - start)).map((line, index) => [
    ...(index === 0 ? head : [{ text: ' '.repeat(start), role: 'plain' as const }]),
    ...line,
  ]);
}
