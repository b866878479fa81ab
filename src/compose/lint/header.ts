import { nearest } from '../../base/text.ts';
import { type ComposeError, errorAt } from '../errors.ts';
import type { Source } from '../origin.ts';

/**
 * What looks like a package header and is none: a misspelled keyword or package, a missing `@`, one that stands after
 * other lines. All of these are comments to the engine.
 */
export function lintHeader(source: Source): ComposeError[] {
  const errors: ComposeError[] = [];
  let offset = 0;
  let inHeader = true;
  for (const raw of source.text.split('\n')) {
    const line = raw.trim();
    const problem = problemOf(line, inHeader);
    if (problem !== undefined) {
      const place = { source, start: offset + raw.search(/\S/), end: offset + raw.length };
      errors.push(errorAt(place, 'config/header', problem, { expected: '# @package NAME' }));
    }
    if (line !== '' && !/^#\s*@/.test(line)) inHeader = false;
    offset += raw.length + 1;
  }
  return errors;
}

function problemOf(line: string, inHeader: boolean): string | undefined {
  const [, sign, keyword, colon, value] = /^#+\s*(@?)([\w-]+)(:?)\s+(\S+)\s*$/.exec(line) ?? [];
  if (keyword === undefined || value === undefined || nearest(keyword, ['package']) === undefined)
    return undefined;
  const isSpecial = /^_|_$/.test(value);
  const packageName = specialPackages.find((name) => isSpecial && nearest(value, [name]) !== undefined);
  if (sign === '') {
    return packageName === undefined
      ? undefined
      : `${line} is a comment only: the header is # @package ${packageName}`;
  }
  if (keyword !== 'package' || colon !== '') {
    return `${line} is a comment only: the keyword is @package`;
  }
  if (!inHeader) return `${line} stands after other lines, so it is a comment only: it has to come first`;
  if (packageName !== undefined && !value.includes(packageName)) {
    return `the package ${value} is not one of the special ones; did you mean ${packageName}?`;
  }
  return undefined;
}

const specialPackages = ['_global_', '_group_'];
