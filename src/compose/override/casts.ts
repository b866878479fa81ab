import { Float, floatText, integer, numeric, scalarText, shrink } from '../scalars.ts';
import { computed, type Element, isNumeric, type Numeric } from './element.ts';

type Cast = (element: Element) => Element;

/** `int(...)`: numbers lose their fraction, texts are read as integers, containers and sweeps item by item. */
export const castInt: Cast = (element) =>
  castInside(element, castInt, (value) => intOf(value)) ?? castIntScalar(element);

function castIntScalar(element: Element): Element {
  if (element.kind !== 'scalar') throw new Error('cannot cast this to int');
  const { value } = element;
  if (typeof value === 'boolean') return scalarOf(Number(value));
  if (typeof value === 'string') return scalarOf(intOfText(value));
  if (isNumeric(value)) return scalarOf(intOf(value));
  throw new Error('cannot cast null to int');
}

function intOf(value: Numeric): Numeric {
  if (!(value instanceof Float)) return value;
  if (!Number.isFinite(value.value)) throw new Error(`cannot cast ${floatText(value.value)} to int`);
  return shrink(BigInt(Math.trunc(value.value)));
}

function intOfText(text: string): Numeric {
  const digits = text.trim();
  if (!/^[+-]?\d+(?:_\d+)*$/.test(digits))
    throw new Error(`cannot read ${JSON.stringify(text)} as an integer`);
  return integer(digits.replaceAll('_', ''));
}

/** `float(...)`: like `int`, to floating-point numbers. */
export const castFloat: Cast = (element) =>
  castInside(element, castFloat, (value) => new Float(numeric(value) ?? Number.NaN)) ??
  castFloatScalar(element);

function castFloatScalar(element: Element): Element {
  if (element.kind !== 'scalar') throw new Error('cannot cast this to float');
  const { value } = element;
  if (typeof value === 'boolean') return scalarOf(new Float(Number(value)));
  if (typeof value === 'string') return scalarOf(new Float(floatOfText(value)));
  if (isNumeric(value)) return scalarOf(new Float(numeric(value) ?? Number.NaN));
  throw new Error('cannot cast null to float');
}

function floatOfText(text: string): number {
  const word = text.trim().toLowerCase();
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(word);
  if (special) return special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/.test(word)) {
    throw new Error(`cannot read ${JSON.stringify(text)} as a number`);
  }
  return Number(word.replaceAll('_', ''));
}

/** `str(...)`: numbers and booleans become text. */
export const castStr: Cast = (element) => {
  const inside = castInside(element, castStr, undefined);
  if (inside !== undefined) return inside;
  if (element.kind !== 'scalar' || element.value === null) throw new Error('cannot cast this to str');
  const { value } = element;
  const text = typeof value === 'boolean' ? String(value) : scalarText(value);
  return { ...computed(text, text), start: element.start, end: element.end };
};

/** `bool(...)`: numbers are true unless zero, null is false, texts have to say true or false. */
export const castBool: Cast = (element) => {
  const inside = castInside(element, castBool, undefined);
  if (inside !== undefined) return inside;
  if (element.kind !== 'scalar') throw new Error('cannot cast this to bool');
  return scalarOf(truth(element.value));
};

function truth(value: unknown): boolean {
  if (typeof value === 'string') {
    const word = value.toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    throw new Error(`cannot read ${JSON.stringify(value)} as true or false`);
  }
  return typeof value === 'boolean' ? value : value !== null && numeric(value) !== 0;
}

/** Casts what a container or sweep holds; undefined for a scalar. */
function castInside(
  element: Element,
  cast: Cast,
  bound: ((value: Numeric) => Numeric) | undefined,
): Element | undefined {
  switch (element.kind) {
    case 'scalar':
      return undefined;
    case 'list':
      return { ...element, items: element.items.map(cast) };
    case 'dict':
      return {
        ...element,
        entries: element.entries.map(([key, value, printed]) => [key, cast(value), printed]),
      };
    case 'choice':
      return {
        ...element,
        list: element.list.map((item) => castChoice(item, cast)),
        shuffle: false,
        tags: [],
      };
    case 'range':
      if (bound === undefined) throw new Error('cannot cast a range');
      return {
        kind: 'range',
        start: bound(element.start),
        stop: bound(element.stop),
        step: bound(element.step),
        shuffle: false,
        tags: [],
      };
    case 'interval':
      if (bound === undefined) throw new Error('cannot cast an interval');
      return { ...element, start: bound(element.start), end: bound(element.end) };
    case 'glob':
      throw new Error('cannot cast a glob');
  }
}

function castChoice(item: Element, cast: Cast): Element {
  const result = cast(item);
  if (result.kind === 'choice' || result.kind === 'range' || result.kind === 'interval') {
    throw new Error('cannot cast a sweep inside a choice');
  }
  return result;
}

const scalarOf = (value: Numeric | boolean): Element => computed(value, scalarText(value));
