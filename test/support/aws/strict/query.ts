import { z } from 'zod';

/** Parameters of EC2's query protocol, or a part of them. */
export type Tree = string | Tree[] | { [key: string]: Tree };

/**
 * Reads `A.B=1&C.1.D=2` as `{A: {B: '1'}, C: [{D: '2'}]}`: where all keys are numbers there is a list.
 * Action and Version are left out.
 */
export function readQuery(body: string): Readonly<Record<string, Tree>> {
  const root: { [key: string]: Tree } = {};
  for (const [path, value] of new URLSearchParams(body)) {
    if (path === 'Action' || path === 'Version') continue;
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let at = root;
    for (const key of keys) {
      const next = at[key];
      const inside: { [key: string]: Tree } = typeof next === 'object' && !Array.isArray(next) ? next : {};
      at[key] = inside;
      at = inside;
    }
    at[last] = value;
  }
  return Object.fromEntries(Object.entries(root).map(([key, value]) => [key, withLists(value)]));
}

function withLists(tree: Tree): Tree {
  if (typeof tree === 'string' || Array.isArray(tree)) return tree;
  const entries = Object.entries(tree).map(([key, value]) => [key, withLists(value)] as const);
  if (entries.length === 0 || !entries.every(([key]) => /^\d+$/.test(key)))
    return Object.fromEntries(entries);
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
}

export const text = z.string();
export const integer = z
  .string()
  .regex(/^-?\d+$/)
  .transform(Number);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const list = <T extends z.ZodType>(item: T) => z.array(item).default([]);
export const tag = z.strictObject({ Key: text, Value: text.default('') });
export const tagSpecifications = list(z.strictObject({ ResourceType: text, Tag: list(tag) }));
export const filters = list(z.strictObject({ Name: text, Value: list(text) }));
/** What every describing call takes. */
export const describing = {
  Filter: filters,
  MaxResults: integer.optional(),
  NextToken: text.optional(),
  DryRun: flag.optional(),
};

export type Filters = z.output<typeof filters>;
export type TagSpecifications = z.output<typeof tagSpecifications>;
