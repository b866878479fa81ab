import { parseDuration } from './duration.ts';

/** A moment in the past, as a person or a program names it. */
export type Since =
  /** Milliseconds since 1970. */
  | { readonly kind: 'at'; readonly time: number }
  /** So many milliseconds before now, by the clock of whoever is asked. */
  | { readonly kind: 'ago'; readonly milliseconds: number };

/** What is accepted, as the end of a sentence. */
export const sinceForms =
  'seconds since 1970, a time such as 2026-03-01T10:00:00Z, or an age such as 10m or 1h30m';

/** Reads Unix seconds (`1772359200`, `1772359200.5`), RFC 3339 or an age (`10m`, `1h30m`); undefined for anything else. */
export function parseSince(text: string): Since | undefined {
  if (/^\d{1,11}(\.\d{1,9})?$/.test(text)) return { kind: 'at', time: Number(text) * 1000 };
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return { kind: 'ago', milliseconds };
  if (!/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  // Date counts in milliseconds: what is finer is rounded down, so that no line of that time is lost.
  const time = Date.parse(
    text
      .replace(' ', 'T')
      .replace(/(\.\d{3})\d+/, '$1')
      .toUpperCase(),
  );
  return Number.isNaN(time) ? undefined : { kind: 'at', time };
}

/** The moment in milliseconds since 1970. @param now by the clock that an age counts from. */
export function sinceTime(since: Since, now: number): number {
  return since.kind === 'at' ? since.time : now - since.milliseconds;
}
