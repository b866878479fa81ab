import type * as z from 'zod/mini';

type Schema = z.core.$ZodType;

/** The values that a setting can have, where these are few: true and false, the words of a choice. */
export function knownValues(schema: Schema): string[] {
  const { def } = schema._zod;
  if (def.type === 'boolean') return ['true', 'false'];
  if ('entries' in def) return Object.values(Object(def.entries)).map(String);
  if ('values' in def && Array.isArray(def.values)) return def.values.map(String);
  const inner = innerOf(schema);
  return inner === undefined ? [] : knownValues(inner);
}

/**
 * How a setting is written as a flag: `switch` for true and false, `list`, `pair` for a mapping of names to texts,
 * `text`, and `value` for numbers and everything else.
 */
export type Kind = 'switch' | 'text' | 'list' | 'pair' | 'value';

/** The kind of a setting, whatever it is wrapped in. */
export function kindOf(schema: Schema): Kind {
  const { def } = schema._zod;
  switch (def.type) {
    case 'boolean':
      return 'switch';
    case 'array':
      return 'list';
    case 'record':
      return 'pair';
    case 'string':
    case 'enum':
      return 'text';
  }
  const inner = 'innerType' in def ? def.innerType : undefined;
  if (isSchema(inner)) return kindOf(inner);
  // What is converted is written as it is before.
  const before = 'in' in def && isSchema(def.in) && def.in._zod.def.type !== 'transform' ? def.in : undefined;
  if (before !== undefined) return kindOf(before);
  return 'out' in def && isSchema(def.out) ? kindOf(def.out) : 'value';
}

/** Whether a list may be written as its only item: it is made from whatever is given. */
export function takesOneItem({ _zod: { def } }: Schema): boolean {
  return 'in' in def && isSchema(def.in) && def.in._zod.def.type === 'transform';
}

/** The settings inside a setting that is a mapping, by key; none for another kind. */
export function fieldsOf(schema: Schema): Readonly<Record<string, Schema>> {
  const { def } = schema._zod;
  if ('shape' in def) {
    const fields = Object.entries(Object(def.shape)).filter((entry): entry is [string, Schema] =>
      isSchema(entry[1]),
    );
    return Object.fromEntries(fields);
  }
  const inner = innerOf(schema);
  return inner === undefined ? {} : fieldsOf(inner);
}

/** What an optional, nullable or converted setting is in the end. */
function innerOf({ _zod: { def } }: Schema): Schema | undefined {
  if ('innerType' in def && isSchema(def.innerType)) return def.innerType;
  return 'out' in def && isSchema(def.out) ? def.out : undefined;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && '_zod' in value;
}
