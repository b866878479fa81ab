import type { JsonObject, JsonValue } from './setting.ts';

/** One kind of a mapping that comes in several: a command, a provider. */
export interface Variant {
  /** What the telling key says: `up`, `lambda`. */
  readonly name: string;
  /** Its settings. */
  readonly properties: JsonObject;
}

/** Mappings that are told apart by one of their keys, such as the commands by `command`. */
export interface Variants {
  /** The telling key. */
  readonly key: string;
  /** The group whose options are of these kinds; a file that starts with one of them is of its kind. */
  readonly group: string;
  readonly all: readonly Variant[];
  /** Keys that each kind has beside its own. */
  readonly common: JsonObject;
}

/**
 * The schema of such a mapping in a file. A file that says of which kind it is, by its key or in its defaults list,
 * may hold the settings of that kind only; another one the settings of all kinds.
 */
export function variantsSchema({ key, group, all, common }: Variants): JsonObject {
  const names = all.map(({ name }) => name);
  const keys = new Set(all.flatMap(({ properties }) => Object.keys(properties)));
  const anyKind = [...keys].map((each): [string, JsonValue] => {
    const refs = all
      .filter(({ properties }) => Object.hasOwn(properties, each))
      .map(({ name }) => reference(group, name, each));
    const [first] = refs;
    return [each, refs.length === 1 && first !== undefined ? first : { anyOf: refs }];
  });
  return {
    type: ['object', 'null'],
    properties: { ...common, ...Object.fromEntries(anyKind) },
    additionalProperties: false,
    allOf: all.map((variant) =>
      // As entries, because an object with a property `then` would pass for a promise.
      Object.fromEntries([
        ['if', isKind(variant.name, names, { key, group })],
        ['then', only(group, variant, Object.keys(common))],
      ]),
    ),
  };
}

function only(group: string, { name, properties }: Variant, common: readonly string[]): JsonObject {
  const own = Object.keys(properties);
  return {
    properties: Object.fromEntries(own.map((each) => [each, reference(group, name, each)])),
    propertyNames: { enum: [...common, ...own] },
  };
}

const definitionName = (group: string, variant: string): string => `${group}_${variant}`;

const reference = (group: string, variant: string, key: string): JsonObject => ({
  $ref: `#/definitions/${definitionName(group, variant)}/properties/${key}`,
});

/** The settings of each kind, as `definitions`. */
export function variantDefinitions({ group, all }: Variants): JsonObject {
  return Object.fromEntries(
    all.map(({ name, properties }) => [definitionName(group, name), { type: 'object', properties }]),
  );
}

/** Holds for a file that names the kind, or begins with an option of it: `up`, `up_gh200`. */
function isKind(
  name: string,
  names: readonly string[],
  { key, group }: Pick<Variants, 'key' | 'group'>,
): JsonObject {
  const longer = names.filter((other) => other.startsWith(`${name}_`));
  const others = longer.map((other) => `(?!${other.slice(name.length)}(?:_|$))`).join('');
  return {
    anyOf: [
      { properties: { [key]: { const: name } }, required: [key] },
      {
        properties: {
          defaults: {
            type: 'array',
            contains: { type: 'string', pattern: `^(?:/?${group}/)?${name}${others}(?:_|$)` },
          },
        },
        required: ['defaults'],
        not: { required: [key] },
      },
    ],
  };
}
