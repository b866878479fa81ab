import type * as z from 'zod/mini';
import { toJSONSchema } from 'zod/v4/core';

/** A JSON Schema, or a part of one. */
export type JsonObject = { readonly [key: string]: JsonValue };
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** Where every schema keeps what may stand in place of a value. */
export const openRef: JsonObject = { $ref: '#/definitions/open' };

/** What may stand in place of any value in a file: it is filled in later. */
export const openDefinition: JsonObject = {
  description: 'an interpolation such as ${region}, or ??? for a value that is still to be set',
  type: 'string',
  pattern: '^\\?\\?\\?$|\\$\\{',
};

/**
 * The JSON Schemas of the settings in a mapping as they may stand in a configuration file: like the settings
 * themselves, but an interpolation or `???` may stand in place of each value. They refer to `definitions/open`.
 * @param values the defaults that the schemas show, by key.
 */
export function settingSchemas(mapping: z.ZodMiniType, values: unknown): JsonObject {
  const { properties } = plainSchema(mapping);
  if (!isJsonObject(properties)) return {};
  return mapped(properties, (schema, key) => {
    const value = isJsonObject(values) ? values[key] : undefined;
    return { ...opened(schema), ...(value === undefined || value === '???' ? {} : { default: value }) };
  });
}

/** The JSON Schema of a zod schema, draft 7. */
export function plainSchema(schema: z.ZodMiniType): JsonObject {
  const made: unknown = toJSONSchema(schema, { target: 'draft-7', io: 'output', unrepresentable: 'any' });
  if (!isJsonObject(made)) return {};
  const { $schema: _, ...rest } = made;
  return rest;
}

function opened(node: JsonObject): JsonObject {
  const { description, default: _, ...strict } = node;
  const branches = branchesOf(strict).map(loosened);
  const isOpen = branches.some(takesAnyText);
  const all = isOpen ? branches : [...branches, openRef];
  const [only] = all;
  return {
    ...(description === undefined ? {} : { description }),
    ...(all.length === 1 && only !== undefined ? only : { anyOf: all }),
  };
}

function branchesOf(node: JsonObject): JsonObject[] {
  const { anyOf } = node;
  if (Array.isArray(anyOf)) return anyOf.filter(isJsonObject);
  const { type, ...rest } = node;
  return Array.isArray(type) && Object.keys(rest).length === 0
    ? type.map((each) => ({ type: each }))
    : [node];
}

/** Without what a part of a configuration cannot be held to: that a key is there. */
function loosened(node: JsonObject): JsonObject {
  const { required: _required, propertyNames: _names, default: _default, ...rest } = node;
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (key === 'properties' && isJsonObject(value)) result[key] = mapped(value, (schema) => opened(schema));
    else if ((key === 'additionalProperties' || key === 'items') && isJsonObject(value))
      result[key] = opened(value);
    else if (Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER) result[key] = value;
  }
  // A name that consists of digits is text all the same.
  return takesAnyText(result) ? { ...result, type: ['string', 'number'] } : result;
}

function takesAnyText({ type, ...rest }: JsonObject): boolean {
  const isText = type === 'string' || (Array.isArray(type) && type.includes('string'));
  return isText && Object.keys(rest).every((key) => key === 'minLength' || key === 'description');
}

/** Changes each value of a mapping of schemas. */
export function mapped(
  schemas: JsonObject,
  change: (schema: JsonObject, key: string) => JsonObject,
): JsonObject {
  return Object.fromEntries(
    Object.entries(schemas).map(([key, value]) => [key, isJsonObject(value) ? change(value, key) : value]),
  );
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
