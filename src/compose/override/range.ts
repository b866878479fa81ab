import { ComposeError } from '../errors.ts';
import { Float, numeric } from '../scalars.ts';
import type { Numeric, RangeSweep } from './element.ts';

/** More values than this are refused. */
const maxValues = 1_000_000;

/**
 * The values of a range. Float ranges are summed up in decimal with 28 digits, so that they print as their users
 * expect.
 * @throws ComposeError `sweep/range` for a step of zero or an endless range.
 */
export function rangeValues({ start, stop, step }: RangeSweep): Numeric[] {
  const bounds = [start, stop, step].map((bound) => numeric(bound) ?? Number.NaN);
  if (!bounds.every(Number.isFinite)) return endless(bounds);
  const whole = ![start, stop, step].some((bound) => bound instanceof Float);
  const to = decimalOf(stop);
  const by = decimalOf(step);
  if (by.digits === 0n) throw badRange('its step is zero');
  const values: Numeric[] = [];
  for (let at = decimalOf(start); by.digits > 0n ? compare(at, to) < 0 : compare(at, to) > 0; ) {
    if (values.length >= maxValues) throw badRange(`it has more than ${maxValues} values`);
    // The first value keeps its sign, also where it is a negative zero.
    const number = values.length === 0 ? (bounds[0] ?? 0) : Number(`${at.digits}e${at.exponent}`);
    values.push(whole ? number : new Float(number));
    at = round(add(at, by));
  }
  return values;
}

/** A range with an infinite bound has no values, or no end. */
function endless([start = Number.NaN, stop = Number.NaN, step = Number.NaN]: readonly number[]): [] {
  if ((step > 0 && start >= stop) || (step < 0 && start <= stop)) return [];
  throw badRange('its bounds have to be finite');
}

const badRange = (reason: string): ComposeError =>
  new ComposeError('sweep/range', `the range cannot be expanded: ${reason}`);

/** digits * 10 ^ exponent */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** The exact value of a double. */
function decimalOf(value: Numeric): Decimal {
  if (typeof value === 'bigint') return { digits: value, exponent: 0 };
  const double = numeric(value) ?? 0;
  if (Number.isInteger(double)) return { digits: BigInt(double), exponent: 0 };
  let scaled = double;
  let halvings = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    halvings++;
  }
  return { digits: BigInt(scaled) * 5n ** BigInt(halvings), exponent: -halvings };
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent);
  const scale = ({ digits, exponent: own }: Decimal): bigint => digits * 10n ** BigInt(own - exponent);
  return [scale(a), scale(b), exponent];
}

function compare(a: Decimal, b: Decimal): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function add(a: Decimal, b: Decimal): Decimal {
  const [left, right, exponent] = aligned(a, b);
  return { digits: left + right, exponent };
}

const precision = 28;

/** Rounds to 28 digits, halves to even. */
function round(value: Decimal): Decimal {
  const size = String(value.digits).replace('-', '').length;
  if (size <= precision) return value;
  const cut = size - precision;
  const unit = 10n ** BigInt(cut);
  const negative = value.digits < 0n;
  const magnitude = negative ? -value.digits : value.digits;
  const rest = magnitude % unit;
  let digits = magnitude / unit;
  const twice = rest * 2n;
  if (twice > unit || (twice === unit && digits % 2n === 1n)) digits++;
  return { digits: negative ? -digits : digits, exponent: value.exponent + cut };
}
