import { Float, type Key, numeric, type Scalar } from '../scalars.ts';
import type { ChoiceSweep, Element, Numeric, RangeSweep, Sweep } from './element.ts';

/**
 * Sorts values of one sort: numbers (booleans are 0 and 1) or texts or lists of them.
 * @throws Error where two values cannot be compared.
 */
export function sortElements(items: readonly Element[], reverse: boolean): Element[] {
  return [...items].sort(reverse ? (a, b) => compare(b, a) : compare);
}

/** Sorts the values of a choice, or turns a range round. */
export function sortSweep(sweep: ChoiceSweep | RangeSweep, reverse: boolean): Sweep {
  return sweep.kind === 'choice'
    ? { ...sweep, list: sortElements(sweep.list, reverse) }
    : sortRange(sweep, reverse);
}

function sortRange(sweep: RangeSweep, reverse: boolean): Sweep {
  const [start, stop, step] = [value(sweep.start), value(sweep.stop), value(sweep.step)];
  const turn = (distance: number): Sweep => ({
    ...sweep,
    start: like(stop + distance, sweep.stop, sweep.step),
    stop: like(start + distance, sweep.start, sweep.step),
    step: like(-step, sweep.step, sweep.step),
  });
  if (!reverse && start > stop) return turn(Math.abs(step));
  if (reverse && start < stop) return turn(-Math.abs(step));
  return sweep;
}

const value = (number: Numeric): number => numeric(number) ?? Number.NaN;

/** A sum is a float as soon as one of its parts is. */
const like = (sum: number, a: Numeric, b: Numeric): Numeric =>
  a instanceof Float || b instanceof Float ? new Float(sum) : sum;

function compare(a: Element, b: Element): number {
  if (a.kind === 'list' && b.kind === 'list') return compareLists(a.items, b.items);
  if (a.kind === 'scalar' && b.kind === 'scalar' && a.quote === undefined && b.quote === undefined) {
    if (typeof a.value === 'string' && typeof b.value === 'string') return compareTexts(a.value, b.value);
    const [left, right] = [orderable(a.value), orderable(b.value)];
    if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0;
  }
  throw new Error('cannot compare values of these kinds');
}

function orderable(value: Scalar): number | undefined {
  return typeof value === 'boolean' ? Number(value) : numeric(value);
}

/** By code points, as `<` on texts elsewhere. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [[...a], [...b]];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareLists(a: readonly Element[], b: readonly Element[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]];
    if (left !== undefined && right !== undefined && !same(left, right)) return compare(left, right);
  }
  return a.length - b.length;
}

function same(a: Element, b: Element): boolean {
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    if (a.quote !== b.quote) return false;
    const [left, right] = [orderable(a.value), orderable(b.value)];
    return left !== undefined && right !== undefined ? left === right : a.value === b.value;
  }
  if (a.kind === 'list' && b.kind === 'list') {
    return a.items.length === b.items.length && a.items.every((item, at) => sameAt(item, b.items[at]));
  }
  if (a.kind === 'dict' && b.kind === 'dict') {
    const other = new Map<Key | null, Element>(b.entries.map(([key, item]) => [key, item]));
    return a.entries.length === other.size && a.entries.every(([key, item]) => sameAt(item, other.get(key)));
  }
  return false;
}

const sameAt = (a: Element, b: Element | undefined): boolean => b !== undefined && same(a, b);
