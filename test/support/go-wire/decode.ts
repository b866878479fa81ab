/**
 * A type that Go decodes JSON into, as encoding/json does it: null and missing keys leave what is zero, unknown keys are
 * let by, a wrong type fails the whole answer.
 */
export interface GoType {
  /** What a missing key or null leaves; undefined for a pointer, which is nil then. */
  readonly zero: unknown;
  read(value: unknown, at: string, decoding: Decoding): unknown;
}

interface Decoding {
  /** Keys of structs that the JSON has not: Go is silent about them. */
  readonly missing: string[];
}

/** An answer that Go could not decode: its client fails with every command that asks for it. */
export class GoTypeError extends Error {
  override readonly name = 'GoTypeError';
}

const wrong = (value: unknown, at: string, type: string): never => {
  throw new GoTypeError(`cannot decode ${JSON.stringify(value)?.slice(0, 60)} at ${at} as ${type}`);
};

function scalar(name: string, zero: unknown, holds: (value: unknown) => boolean): GoType {
  return { zero, read: (value, at) => (holds(value) ? value : wrong(value, at, name)) };
}

export const text = scalar('string', '', (value) => typeof value === 'string');
/** JSON numbers without fraction and exponent, which JavaScript writes for whole numbers below 10^21. */
export const whole = scalar('int64', 0, (value) => Number.isSafeInteger(value));
export const real = scalar('float64', 0, (value) => typeof value === 'number');
export const truth = scalar('bool', false, (value) => typeof value === 'boolean');
/** json.Number: a number, or a text that is one. */
export const numeric = scalar(
  'Number',
  '',
  (value) =>
    typeof value === 'number' ||
    (typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(value)),
);
export const anything = scalar('any', undefined, () => true);
/** The client's own type for sizes: a text or whatever else it is, as it was written. */
export const textOrNumber = scalar('FlexString', '', () => true);
/** The client's own type for environments: an object, a text with lines, or an empty list. */
export const environment = scalar(
  'EnvVarsField',
  {},
  (value) =>
    typeof value === 'string' ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === 'object' && value !== null && !Array.isArray(value)),
);

export const pointer = (type: GoType): GoType => ({ ...type, zero: undefined });

export function list(type: GoType): GoType {
  return {
    zero: [],
    read(value, at, decoding) {
      if (!Array.isArray(value)) return wrong(value, at, 'a slice');
      return value.map((item, index) => readOrZero(type, item, `${at}[${index}]`, decoding));
    },
  };
}

export function struct(
  fields: Readonly<Record<string, GoType>>,
): GoType & { readonly fields: typeof fields } {
  const zero = Object.fromEntries(Object.entries(fields).map(([key, type]) => [key, type.zero]));
  return {
    fields,
    zero,
    read(value, at, decoding) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return wrong(value, at, 'a struct');
      }
      // Go takes a key in whatever case.
      const given = new Map(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]));
      return Object.fromEntries(
        Object.entries(fields).map(([key, type]) => {
          if (!given.has(key.toLowerCase())) decoding.missing.push(`${at}.${key}`);
          return [key, readOrZero(type, given.get(key.toLowerCase()), `${at}.${key}`, decoding)];
        }),
      );
    },
  };
}

function readOrZero(type: GoType, value: unknown, at: string, decoding: Decoding): unknown {
  return value === undefined || value === null ? type.zero : type.read(value, at, decoding);
}

/**
 * Decodes the text of an answer as Go does, and more strictly in one thing: each key that the client reads must be there,
 * since it would go on with nothing in its place.
 * @throws GoTypeError
 */
export function decode(type: GoType, json: string): unknown {
  const missing: string[] = [];
  const value = readOrZero(type, JSON.parse(json), '$', { missing });
  if (missing.length > 0) throw new GoTypeError(`the answer has no ${missing.join(', ')}`);
  return value;
}
