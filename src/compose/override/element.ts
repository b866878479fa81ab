import { Float, type Key, type Scalar } from '../scalars.ts';

/** A parsed value with its place in the override: offsets of its first character and behind its last. */
export type Element = ScalarElement | ListElement | DictElement | Sweep | Glob;

export interface ScalarElement {
  readonly kind: 'scalar';
  readonly value: Scalar;
  /** The quote that it was written in; undefined for a bare word. */
  readonly quote?: "'" | '"';
  /** The scalar as written, escapes resolved. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface ListElement {
  readonly kind: 'list';
  readonly items: readonly Element[];
  readonly start: number;
  readonly end: number;
}

export interface DictElement {
  readonly kind: 'dict';
  /** Key, value, and the key as text: `1.0` is the key 1, but is printed as it was. */
  readonly entries: readonly (readonly [Key | null, Element, string])[];
  readonly start: number;
  readonly end: number;
}

export type Sweep = ChoiceSweep | RangeSweep | IntervalSweep;

export interface ChoiceSweep {
  readonly kind: 'choice';
  readonly list: readonly Element[];
  /** Written `a,b`, not `choice(a,b)`. */
  readonly simple: boolean;
  readonly shuffle: boolean;
  readonly tags: readonly string[];
}

/** An integer or a float. */
export type Numeric = number | bigint | Float;

export interface RangeSweep {
  readonly kind: 'range';
  readonly start: Numeric;
  readonly stop: Numeric;
  readonly step: Numeric;
  readonly shuffle: boolean;
  readonly tags: readonly string[];
}

export interface IntervalSweep {
  readonly kind: 'interval';
  readonly start: Numeric;
  readonly end: Numeric;
  readonly tags: readonly string[];
}

export interface Glob {
  readonly kind: 'glob';
  readonly include: readonly Element[];
  readonly exclude: readonly Element[];
}

export const isNumeric = (value: Scalar): value is Numeric =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;

export const isSweep = (element: Element): element is Sweep =>
  element.kind === 'choice' || element.kind === 'range' || element.kind === 'interval';

/** A scalar that no place of the override shows, as a function's result. */
export const computed = (value: Scalar, text: string): ScalarElement => ({
  kind: 'scalar',
  value,
  text,
  start: 0,
  end: 0,
});
