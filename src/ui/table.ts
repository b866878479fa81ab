import { plainText, type Table, type Text } from './card.ts';
import { cells } from './width.ts';
import { type Line, lineWidth, type Span, wrap } from './wrap.ts';

const gap = 2;

/** Cells before the first column, and how headings look. */
const looks = {
  part: { indent: 4, role: 'label' },
  list: { indent: 0, role: 'heading' },
} as const;

/**
 * Lays a table out in borderless columns under headings. Where the columns do not fit, the widest ones wrap; where
 * even their longest words do not fit, every row becomes a block of labelled values after an empty line.
 * @param width cells of a line; `Infinity` where nothing may be wrapped.
 * @param labelled lays out one value with its label, for the case that columns do not fit.
 */
export function layoutTable(
  table: Table,
  width: number,
  labelled: (label: string, value: Text) => Line[],
): Line[] {
  const { indent, role } = looks[table.look ?? 'part'];
  const widths = columnWidths(table, width - indent - gap * (table.columns.length - 1));
  if (widths === undefined) return stacked(table, labelled);
  const headings = table.columns.map((text) => [{ text, role }]);
  const lines = [joinCells(headings, widths, indent)];
  for (const row of table.rows) {
    const wrapped = widths.map((columnWidth, column) => wrap(row[column] ?? '', columnWidth));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    for (let i = 0; i < height; i++) {
      lines.push(
        joinCells(
          wrapped.map((lines) => lines[i] ?? []),
          widths,
          indent,
        ),
      );
    }
  }
  return lines;
}

/** Widths of the columns that fit into `available` cells together, or undefined where there are none. */
function columnWidths(table: Table, available: number): number[] | undefined {
  const columns = table.columns.map((heading, column) => {
    const values = table.rows.map((row) => plainText(row[column] ?? ''));
    const words = [heading, ...values.flatMap((value) => value.split(/\s+/))];
    const lines = [heading, ...values.flatMap((value) => value.split('\n'))];
    return { least: Math.max(...words.map(cells)), width: Math.max(...lines.map(cells)) };
  });
  let excess = columns.reduce((sum, column) => sum + column.width, 0) - available;
  for (; excess > 0; excess--) {
    const [widest] = columns
      .filter((column) => column.width > column.least)
      .sort((a, b) => b.width - a.width);
    if (widest === undefined) return undefined;
    widest.width--;
  }
  return columns.map((column) => column.width);
}

function joinCells(row: readonly Line[], widths: readonly number[], indent: number): Line {
  const spans: Span[] = indent === 0 ? [] : [{ text: ' '.repeat(indent), role: 'plain' }];
  row.forEach((cell, column) => {
    spans.push(...cell);
    const padding = (widths[column] ?? 0) - lineWidth(cell) + gap;
    if (row.slice(column + 1).some((rest) => rest.length > 0)) {
      spans.push({ text: ' '.repeat(Math.max(0, padding)), role: 'plain' });
    }
  });
  return spans;
}

function stacked(table: Table, labelled: (label: string, value: Text) => Line[]): Line[] {
  return table.rows.flatMap((row) => [
    [],
    ...table.columns.flatMap((heading, column) => labelled(heading, row[column] ?? '')),
  ]);
}
