import { ComposeError } from './errors.ts';
import type { Element, Glob } from './override/element.ts';
import { shuffled } from './override/functions.ts';
import { type ParsedOverride, parseOverrideText } from './override/parser.ts';
import { rangeValues } from './override/range.ts';
import { elementText } from './override/text.ts';
import { Repository, type SearchPathEntry } from './repository.ts';
import { scalarText } from './scalars.ts';

export interface SweepOptions {
  /** Where `glob()` finds the options of a group. */
  readonly searchPath?: readonly SearchPathEntry[];
  /** Numbers from 0 up to but not including 1, for `shuffle()`. */
  readonly random?: () => number;
}

/** More jobs than this are refused. */
const maxJobs = 1_000_000;

/**
 * Expands the sweeps of a command line: the overrides of each job, the last sweep varying fastest. One job without
 * overrides is `[[]]`; a sweep without values gives no jobs.
 * @throws ComposeError `sweep/...` and `override/...`.
 */
export function expandSweep(overrides: readonly string[], options: SweepOptions = {}): string[][] {
  const parsed = overrides.map((text) => parseOverrideText(text));
  const values = new Map<string, string[]>();
  for (const override of parsed) {
    const key = keyOf(override);
    values.set(
      key,
      valuesOf(override, options).map((value) => `${key}=${value}`),
    );
  }
  return product([...values.values()]);
}

const prefixes = { change: '', add: '+', 'force-add': '++', delete: '~' };

const keyOf = ({ type, key, package: name }: ParsedOverride): string =>
  `${prefixes[type]}${key}${name === null ? '' : `@${name}`}`;

function valuesOf({ element, key, text }: ParsedOverride, options: SweepOptions): string[] {
  if (element === null) return ['null'];
  const mixed = <T>(items: readonly T[], shuffle: boolean): readonly T[] =>
    shuffle ? shuffled(items, options.random) : items;
  switch (element.kind) {
    case 'choice':
      return mixed(element.list, element.shuffle).map(elementText);
    case 'range':
      return mixed(rangeValues(element), element.shuffle).map(scalarText);
    case 'interval':
      throw new ComposeError('sweep/interval', `an interval has no end of values: ${text}`, {
        path: key,
        hint: 'use range(start,stop,step) or list the values',
      });
    case 'glob':
      return globbed(element, key, options);
    default:
      return [elementText(element)];
  }
}

function globbed(glob: Glob, group: string, { searchPath }: SweepOptions): string[] {
  if (searchPath === undefined) {
    throw new ComposeError('sweep/glob', `glob() needs a search path to find the options of ${group}`, {
      path: group,
    });
  }
  const include = glob.include.map(pattern);
  const exclude = glob.exclude.map(pattern);
  return new Repository(searchPath)
    .options(group)
    .map(({ name }) => name)
    .filter((name) => include.some((test) => test().test(name)) && !exclude.some((test) => test().test(name)))
    .map((name) => elementText({ kind: 'scalar', value: name, text: name, start: 0, end: 0 }));
}

/** A pattern of a glob; one that is no bare word is an error, but only where an option is compared with it. */
function pattern(element: Element): () => RegExp {
  if (element.kind === 'scalar' && typeof element.value === 'string' && element.quote === undefined) {
    const compiled = globPattern(element.value);
    return () => compiled;
  }
  return () => {
    throw new ComposeError('sweep/glob', 'the patterns in a list of glob() are words without quotes');
  };
}

/** `*`, `?` and `[...]` as in file names. */
function globPattern(text: string): RegExp {
  let source = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (char === '[') {
      const end = text.indexOf(
        ']',
        at + (/^\[!?\]/.test(text.slice(at)) ? 2 + (text.charAt(at + 1) === '!' ? 1 : 0) : 1),
      );
      if (end < 0) source += '\\[';
      else {
        source += characterClass(text.slice(at + 1, end));
        at = end;
      }
    } else source += char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 's');
}

function characterClass(body: string): string {
  const negated = body.startsWith('!');
  const inside = (negated ? body.slice(1) : body).replace(/[\\\]^[]/g, '\\$&');
  try {
    new RegExp(`[${inside}]`);
  } catch {
    return negated ? '.' : '(?!)';
  }
  return `[${negated ? '^' : ''}${inside}]`;
}

function product(lists: readonly (readonly string[])[]): string[][] {
  const count = lists.reduce((total, list) => total * list.length, 1);
  if (count > maxJobs)
    throw new ComposeError('sweep/too-large', `the sweep has ${count} jobs, more than ${maxJobs}`);
  let jobs: string[][] = [[]];
  for (const list of lists) jobs = jobs.flatMap((job) => list.map((value) => [...job, value]));
  return jobs;
}
