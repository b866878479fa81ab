import { errorAt } from '../errors.ts';
import type { Source } from '../origin.ts';

/** Only this much of a file can be its header, in characters. */
const headerLength = 512;
const lineBreak = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/**
 * What the header lines (`# @package NAME`, before anything else) of a config say of its package; null if nothing.
 * @throws ComposeError `config/header`.
 */
export function readHeader(source: Source): string | null {
  let found: string | null = null;
  let offset = 0;
  if (!source.text.slice(0, headerLength).includes('@')) return null;
  for (const raw of source.text.slice(0, headerLength).split(lineBreak)) {
    const line = raw.trim();
    if (line !== '' && !/^#\s*@/.test(line)) break;
    if (line !== '') {
      const words = line
        .replace(/^#+/, '')
        .trim()
        .split(' ')
        .filter((word) => word !== '');
      const [keyword = '', value] = words;
      if (value === undefined || words.length > 2) {
        const at = { source, start: offset, end: offset + raw.length };
        throw errorAt(
          at,
          'config/header',
          `a header is one word and its value, not ${JSON.stringify(line)}`,
          {
            expected: '# @package NAME',
          },
        );
      }
      if (keyword === '@package') found = value;
    }
    offset += raw.length + 1;
  }
  return found;
}
