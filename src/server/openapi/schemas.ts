import * as z from 'zod/mini';
import { names } from './names.ts';

export type Json = Readonly<Record<string, unknown>>;

/** JSON Schemas of zod schemas: a reference where one is named, else the schema itself. */
export interface Schemas {
  of(schema: z.ZodMiniType): Json;
  /** The named ones that were met. */
  readonly named: Readonly<Record<string, Json>>;
}

/**
 * Translates all of them at once.
 * @param side whether they say what the server takes or what it gives.
 */
export function translate(schemas: readonly z.ZodMiniType[], side: 'taken' | 'given'): Schemas {
  for (const [id, schema] of Object.entries(names)) {
    z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  }
  const places = new Map(schemas.map((schema, index) => [schema, `schema${index}`]));
  const shape = Object.fromEntries([...places].map(([schema, place]) => [place, schema]));
  const { properties = {}, $defs = {} } = z.toJSONSchema(z.object(shape), {
    io: side === 'taken' ? 'input' : 'output',
    unrepresentable: 'throw',
    override: ({ jsonSchema }) => {
      // zod's own bounds of whole numbers, and how it reads a time, tell nobody anything.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      // More may be added to an answer later.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return {
    of(schema) {
      const place = places.get(schema);
      const found = place === undefined ? undefined : properties[place];
      if (typeof found !== 'object') throw new Error('a schema that was not translated');
      return pointed(found);
    },
    named: Object.fromEntries(
      Object.entries($defs).map(([id, schema]) => [id, typeof schema === 'object' ? pointed(schema) : {}]),
    ),
  };
}

/** With references to where an OpenAPI document keeps its schemas. */
function pointed(schema: object): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
