/**
 * A floating-point number that keeps being one: `1.0` is text `1.0`, where the JavaScript number 1 would be an
 * integer. Integers are plain numbers, or bigints beyond the exact range.
 */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A typed scalar as the engine keeps it. */
export type Scalar = null | boolean | number | bigint | Float | string | Uint8Array;

/** A mapping key. Floats are held as numbers here: 1 and 1.0 are the same key. */
export type Key = string | number | bigint | boolean;

/** An integer from its digits (sign, underscores already gone), exact at any size. */
export function integer(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits.replace(/^\+/, ''));
}

/** Makes an integer of a bigint as small as it can be held. */
export function shrink(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Numeric value of a number of either kind; undefined for anything else. Booleans do not count. */
export function numeric(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Float) return value.value;
  return typeof value === 'bigint' ? Number(value) : undefined;
}

/** The text of a float as configurations print it: `1.0`, `1e-05`, `1e+16`, `inf`, `nan`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0) return '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 16) {
    const plain = exponent < -6 || exponent > 20 ? value.toFixed(-exponent) : String(value);
    return /[.]/.test(plain) ? plain : `${plain}.0`;
  }
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** Text of a scalar inside a longer text: `True`, `None`, `1.0`, strings as they are. */
export function scalarText(value: Scalar): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Uint8Array) return bytesText(value);
  return String(value);
}

/** Like `scalarText`, but strings are quoted, as they are inside a printed list. */
export function scalarLiteral(value: Scalar): string {
  return typeof value === 'string' ? quoted(value) : scalarText(value);
}

/** Text of a key inside a printed mapping. */
export function keyLiteral(key: Key): string {
  return typeof key === 'string' ? quoted(key) : keyText(key);
}

/** Whether two keys are one: true is 1, false is 0. */
export function sameKey(a: Key | null, b: Key | null): boolean {
  const [left, right] = [a, b].map((key) => (typeof key === 'boolean' ? Number(key) : key));
  return left === right || (Number.isNaN(left) && Number.isNaN(right));
}

/** A key as text: `1`, `1.5`, `true`, `nan`. */
export function keyText(key: Key): string {
  if (typeof key !== 'number') return String(key);
  if (Number.isNaN(key)) return 'nan';
  if (!Number.isFinite(key)) return key > 0 ? 'inf' : '-inf';
  return String(key);
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = '';
  for (const char of text) {
    if (char === quote) body += `\\${char}`;
    else body += escapes[char] ?? (isPrintable(char) ? char : escapeCode(char.codePointAt(0) ?? 0));
  }
  return quote + body + quote;
}

function isPrintable(char: string): boolean {
  return char === ' ' || !/[\p{C}\p{Z}]/u.test(char);
}

function escapeCode(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

function bytesText(bytes: Uint8Array): string {
  let body = '';
  const hasSingle = bytes.includes(39);
  const quote = hasSingle && !bytes.includes(34) ? '"' : "'";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (char === quote) body += `\\${char}`;
    else if (escapes[char] !== undefined) body += escapes[char];
    else body += byte >= 32 && byte < 127 ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `b${quote}${body}${quote}`;
}
