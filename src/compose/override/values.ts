import { ComposeError } from '../errors.ts';
import { type PlainValue, plainScalar, setProperty } from '../nodes.ts';
import { keyText } from '../scalars.ts';
import type { Element } from './element.ts';
import { type OverrideType, type ParsedOverride, parseOverrideText } from './parser.ts';

/** A value that is not one value but several, wherever it occurs. */
export type SweepValue =
  | {
      readonly $sweep: 'choice';
      readonly list: readonly OverrideValue[];
      /** Written `a,b`; false for `choice(a,b)`. */
      readonly simple_form: boolean;
      readonly shuffle: boolean;
      readonly tags: readonly string[];
    }
  | {
      readonly $sweep: 'range';
      readonly start: number;
      readonly stop: number;
      readonly step: number;
      readonly shuffle: boolean;
      readonly tags: readonly string[];
    }
  | {
      readonly $sweep: 'interval';
      readonly start: number;
      readonly end: number;
      readonly tags: readonly string[];
    }
  | {
      readonly $sweep: 'glob';
      readonly include: readonly OverrideValue[];
      readonly exclude: readonly OverrideValue[];
    };

/** The value of an override: plain data, in which sweeps can occur. Keys of mappings are texts. */
export type OverrideValue =
  | null
  | boolean
  | number
  | string
  | readonly OverrideValue[]
  | { readonly [key: string]: OverrideValue }
  | SweepValue;

/** One parsed command line override. */
export interface Override {
  readonly type: OverrideType;
  /** What stands before `=` or `@`, as written: `a.b`, `group/sub`. */
  readonly key: string;
  /** What stands after `@`; null without one, `""` for a bare `key@=`. */
  readonly package: string | null;
  /** The value; null for a deletion without `=`. */
  readonly value: OverrideValue;
  /** Whether there is a `=`. */
  readonly hasValue: boolean;
  /** Whether the value as a whole is a sweep. */
  readonly isSweep: boolean;
  /** The override as given. */
  readonly text: string;
}

/**
 * Parses one override of the command line.
 * @throws ComposeError `override/syntax` or `override/function`.
 */
export function parseOverride(text: string): Override {
  const parsed = parseOverrideText(text);
  return {
    type: parsed.type,
    key: parsed.key,
    package: parsed.package,
    value: parsed.element === null ? null : plainElement(parsed.element),
    hasValue: parsed.element !== null,
    isSweep: isSweepOverride(parsed),
    text,
  };
}

/** Whether the whole value is a sweep, globs included. */
export function isSweepOverride({ element }: ParsedOverride): boolean {
  return element !== null && !['scalar', 'list', 'dict'].includes(element.kind);
}

function plainElement(element: Element): OverrideValue {
  switch (element.kind) {
    case 'scalar':
      return plainScalar(element.value);
    case 'list':
      return element.items.map(plainElement);
    case 'dict': {
      const object: Record<string, OverrideValue> = {};
      for (const [key, value] of element.entries) {
        setProperty(object, key === null ? 'null' : keyText(key), plainElement(value));
      }
      return object;
    }
    case 'choice': {
      const { list, simple, shuffle, tags } = element;
      return { $sweep: 'choice', list: list.map(plainElement), simple_form: simple, shuffle, tags };
    }
    case 'range': {
      const { start, stop, step, shuffle, tags } = element;
      return { $sweep: 'range', start: num(start), stop: num(stop), step: num(step), shuffle, tags };
    }
    case 'interval':
      return { $sweep: 'interval', start: num(element.start), end: num(element.end), tags: element.tags };
    case 'glob':
      return {
        $sweep: 'glob',
        include: element.include.map(plainElement),
        exclude: element.exclude.map(plainElement),
      };
  }
}

function num(value: Parameters<typeof plainScalar>[0]): number {
  const plain: PlainValue = plainScalar(value);
  if (typeof plain === 'number') return plain;
  throw new ComposeError('override/syntax', 'a bound of a sweep is no number');
}
