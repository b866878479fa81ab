/**
 * Where a value was written. Lines and columns count from 1. `text` is the scalar exactly as it stands in the
 * source, before it was given a type; `replaced` is what stood there before.
 */
export type Origin =
  | {
      readonly kind: 'file';
      /** Absolute path. */
      readonly file: string;
      readonly line: number;
      readonly column: number;
      readonly text?: string;
      readonly replaced?: Origin;
    }
  | {
      readonly kind: 'override';
      /** The whole override. */
      readonly override: string;
      /** Position of the override among all of them, from 0. */
      readonly index: number;
      readonly column: number;
      readonly text?: string;
      readonly replaced?: Origin;
    };

/** A text from which values come. */
export type Source =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'override'; readonly text: string; readonly index: number };

/** A range of a source; lines and columns are counted only when somebody asks. */
export interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
  /** The range is one plain or quoted scalar with this text. */
  readonly scalar?: string;
}

/** Turns a place, and the places that it replaced, into what users are told. */
export function originOf(place: Place, replaced?: Origin): Origin {
  const { source } = place;
  const more = {
    ...(place.scalar === undefined ? {} : { text: place.scalar }),
    ...(replaced === undefined ? {} : { replaced }),
  };
  if (source.kind === 'override') {
    return { kind: 'override', override: source.text, index: source.index, column: place.start + 1, ...more };
  }
  return { kind: 'file', file: source.path, ...position(source.text, place.start), ...more };
}

/** Line and column, from 1, of an offset. */
export function position(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = text.startsWith('\ufeff') ? 1 : 0;
  for (let at = lineStart; at < offset; ) {
    const next = text.slice(at, offset).search(/\r\n?|\n/);
    if (next < 0) break;
    at += next + (text.startsWith('\r\n', at + next) ? 2 : 1);
    lineStart = at;
    line++;
  }
  return { line, column: Math.max(1, offset - lineStart + 1) };
}

/** The lines around a place of a file, for an error card. */
export interface Frame {
  readonly file: string;
  /** Number of the line meant. */
  readonly line: number;
  /** Up to five lines, each with its number and a mark at the one meant. */
  readonly lines: string[];
}

/** Cuts a code frame out of a file: two lines before and after the one of the origin. */
export function frameOf(source: Source, offset: number): Frame | undefined {
  if (source.kind !== 'file') return undefined;
  const { line } = position(source.text, offset);
  const all = source.text.slice(0, offset + 4000).split(/\r\n?|\n/);
  const first = Math.max(1, line - 2);
  const last = Math.min(all.length, line + 2);
  const width = String(last).length;
  const lines: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = (all[number - 1] ?? '').slice(0, 200);
    lines.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`);
  }
  return { file: source.path, line, lines };
}
