import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';

/** Files that are wanted, by a pattern relative to a directory. */
export interface Glob {
  /** The directory or file below which all of them lie; empty for the directory itself. */
  readonly below: string;
  matches(path: string): boolean;
}

/**
 * Reads a pattern: `*` and `?` within a name, `[abc]`, `**` for any directories. One that means a directory means what is in
 * it.
 * @throws DevboxError of kind `usage` for one that leads out of the directory.
 */
export function parseGlob(text: string): Glob {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (text.startsWith('/') || parts.length === 0 || parts.includes('..') || text.includes('\0')) {
    throw new DevboxError('usage', `${cleanLine(text, 200) || 'an empty text'} is no pattern for artifacts`, {
      code: 'run/artifacts',
      title: 'Usage Error',
      hint: 'Write it relative to the working directory, without "..": artifacts=[out/*.png,report.html]',
    });
  }
  const plain = parts.findIndex((part) => /[*?[]/.test(part));
  const source = parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    if (part === '**') return isLast ? '.*' : '(?:.*/)?';
    return `${partSource(part)}${isLast ? '' : '/'}`;
  });
  const pattern = new RegExp(`^${source.join('')}(?:/.*)?$`, 's');
  return {
    below: (plain < 0 ? parts : parts.slice(0, plain)).join('/'),
    matches: (path) => pattern.test(path),
  };
}

function partSource(part: string): string {
  return part.replace(/\[!?[^\]]+\]|[^\w]/g, (piece) => {
    if (piece === '*') return '[^/]*';
    if (piece === '?') return '[^/]';
    if (piece.length === 1) return `\\${piece}`;
    const isNot = piece.startsWith('[!');
    const members = piece.slice(isNot ? 2 : 1, -1).replace(/[\\^\]]/g, '\\$&');
    return isNot ? `[^/${members}]` : `[${members}]`;
  });
}
