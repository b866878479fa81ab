import { ComposeError } from '../errors.ts';
import { type Key, scalarText } from '../scalars.ts';
import type { Element } from './element.ts';

/**
 * An element as it would be written on the command line: special characters escaped, quotes kept.
 * @throws ComposeError `sweep/nested` for a sweep.
 */
export function elementText(element: Element): string {
  switch (element.kind) {
    case 'scalar': {
      const { value, quote } = element;
      if (value === null) return 'null';
      if (typeof value !== 'string') return scalarText(value);
      return quote === undefined ? escapeText(value) : inQuotes(value, quote);
    }
    case 'list':
      return `[${element.items.map(elementText).join(',')}]`;
    case 'dict':
      return `{${element.entries.map(([key, value, printed]) => `${keyOf(key, printed)}:${elementText(value)}`).join(',')}}`;
    case 'glob':
      return `{include:[${element.include.map(elementText).join(',')}],exclude:[${element.exclude.map(elementText).join(',')}]}`;
    default:
      throw new ComposeError('sweep/nested', 'a sweep inside a value cannot be expanded', {
        hint: 'a sweep has to be the whole value of an override',
      });
  }
}

const keyOf = (key: Key | null, printed: string): string =>
  typeof key === 'string' ? escapeText(key) : printed;

const escapeText = (text: string): string => text.replace(/[\\()[\]{}:=, \t]/g, '\\$&');

/** Backslashes are doubled before a quote and at the end, where they would escape something. */
function inQuotes(text: string, quote: "'" | '"'): string {
  const doubled = text.replace(quote === "'" ? /\\+(?='|$)/g : /\\+(?="|$)/g, '$&$&');
  return `${quote}${doubled.replaceAll(quote, `\\${quote}`)}${quote}`;
}
