import { Float, type Scalar, shrink } from '../scalars.ts';

export type ScalarTag = 'str' | 'int' | 'float' | 'bool' | 'null' | 'merge' | 'value';

const bool = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const floats =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const ints =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;

/** The type of a plain scalar by YAML 1.1, with `1e3` a float and without dates. */
export function plainTag(text: string): ScalarTag {
  const first = text.charAt(0);
  if (first === '') return 'null';
  if ('-+.0123456789'.includes(first)) {
    if (ints.test(text)) return 'int';
    return floats.test(text) ? 'float' : 'str';
  }
  if ('yYnNtTfFoO'.includes(first) && bool.test(text)) return 'bool';
  if (text === '~' || text === 'null' || text === 'Null' || text === 'NULL') return 'null';
  if (text === '<<') return 'merge';
  return text === '=' ? 'value' : 'str';
}

/** The value of a scalar with this tag; undefined where the text does not fit the tag. */
export function construct(tag: ScalarTag, text: string): Scalar | undefined {
  switch (tag) {
    case 'null':
      return null;
    case 'bool':
      return boolOf(text);
    case 'int':
      return intOf(text);
    case 'float':
      return floatOf(text);
    case 'str':
    case 'merge':
      return text;
    case 'value':
      return undefined;
  }
}

const words: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  no: false,
  false: false,
  off: false,
};

function boolOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

function intOf(text: string): number | bigint | undefined {
  const { sign, body } = split(text.replaceAll('_', ''));
  const value = unsigned(body);
  if (value === undefined) return undefined;
  return shrink(sign < 0 ? -value : value);
}

function unsigned(body: string): bigint | undefined {
  if (body === '0') return 0n;
  if (body.startsWith('0b')) return /^0b[01]+$/.test(body) ? BigInt(body) : undefined;
  if (body.startsWith('0x')) return /^0x[0-9a-fA-F]+$/.test(body) ? BigInt(body) : undefined;
  if (body.startsWith('0')) {
    const octal = /^0o?([0-7]+)$/.exec(body);
    return octal?.[1] === undefined ? undefined : BigInt(`0o${octal[1]}`);
  }
  if (!body.includes(':')) return /^\d+$/.test(body.trim()) ? BigInt(body.trim()) : undefined;
  let sum = 0n;
  for (const part of body.split(':')) {
    if (!/^\d+$/.test(part)) return undefined;
    sum = sum * 60n + BigInt(part);
  }
  return sum;
}

function floatOf(text: string): Float | undefined {
  const { sign, body } = split(text.replaceAll('_', '').toLowerCase());
  if (body === '.inf') return new Float(sign * Infinity);
  if (body === '.nan') return new Float(Number.NaN);
  let sum = 0;
  for (const part of body.split(':')) {
    const number = decimal(part.trim());
    if (number === undefined) return undefined;
    sum = sum * 60 + number;
  }
  return new Float(sign * sum);
}

function decimal(text: string): number | undefined {
  if (text === 'inf' || text === 'infinity') return Infinity;
  if (text === 'nan') return Number.NaN;
  return /^(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function split(text: string): { sign: 1 | -1; body: string } {
  const signed = text.startsWith('-') || text.startsWith('+');
  return { sign: text.startsWith('-') ? -1 : 1, body: signed ? text.slice(1) : text };
}
