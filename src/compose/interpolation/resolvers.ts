import { ComposeError } from '../errors.ts';
import { copyNode, emptyList, type MapNode, type PlainValue, pathOf, pushItem, scalar } from '../nodes.ts';
import type { Place } from '../origin.ts';
import { keyText, scalarText } from '../scalars.ts';
import { loadText } from '../yaml/load.ts';
import { parseValue } from './parser.ts';
import type { Context, Resolver } from './resolve.ts';
import { isContainer, isFree, nodeOf, type Value, valueText } from './values.ts';

/** A resolver of the caller's: plain values in, a plain value out. What it throws becomes a ComposeError. */
export type CustomResolver = (...args: PlainValue[]) => PlainValue | undefined;

type Builtin = (args: readonly Value[], resolver: Resolver, context: Context) => Value;

const builtins: Readonly<Record<string, Builtin>> = {
  'oc.env': env,
  'oc.select': select,
  'oc.decode': decode,
  'oc.create': create,
  'oc.dict.keys': keys,
  'oc.dict.values': values,
  'oc.deprecated': deprecated,
  hydra,
};

/** The built-in resolver with this name. */
export function builtin(name: string): Builtin | undefined {
  return Object.hasOwn(builtins, name) ? builtins[name] : undefined;
}

/** A key or name given as an argument. */
function textArgument(name: string, args: readonly Value[], index: number): string {
  const value = args[index];
  if (typeof value === 'string') return value;
  throw new ComposeError('interpolation/arguments', `${name} needs text as argument ${index + 1}`);
}

function limit(name: string, args: readonly Value[], least: number, most: number): void {
  if (args.length >= least && args.length <= most) return;
  const expected = least === most ? String(least) : `${least} to ${most}`;
  throw new ComposeError(
    'interpolation/arguments',
    `${name} takes ${expected} arguments, not ${args.length}`,
  );
}

/** The environment variable, or the default as text; null stays null. */
function env(args: readonly Value[], { surroundings, reads }: Resolver): Value {
  limit('oc.env', args, 1, 2);
  const name = textArgument('oc.env', args, 0);
  reads.ask(() => ({ kind: 'env', name }));
  const value = Object.hasOwn(surroundings.env, name) ? surroundings.env[name] : undefined;
  if (value !== undefined) {
    surroundings.readEnv?.(name);
    return value;
  }
  const [, fallback] = args;
  if (fallback === undefined) {
    throw new ComposeError('interpolation/env', `the environment variable ${name} is not set`, {
      hint: `set it, or give a default: \${oc.env:${name},DEFAULT}`,
    });
  }
  return fallback === null ? null : valueText(fallback);
}

/** The value at a key; the default, or null, where there is none or it was never set. */
function select(args: readonly Value[], resolver: Resolver, { parent }: Context): Value {
  limit('oc.select', args, 1, 2);
  const found = resolver.select(parent, textArgument('oc.select', args, 0), false);
  return found === undefined || found.missing ? (args[1] ?? null) : found.value;
}

/** Parses a text as a value: numbers, lists, mappings, interpolations. */
function decode(args: readonly Value[], resolver: Resolver, context: Context): Value {
  limit('oc.decode', args, 1, 1);
  const [value = null] = args;
  if (value === null) return null;
  if (typeof value !== 'string')
    throw new ComposeError('interpolation/arguments', 'oc.decode takes text or null');
  return resolver.decode(parseValue(value), context);
}

/** A configuration made of a mapping, a list or a text of YAML; interpolations in it can be resolved. */
function create(args: readonly Value[], _resolver: Resolver, { parent, node }: Context): Value {
  limit('oc.create', args, 1, 1);
  const [value = null] = args;
  if (value === null) return null;
  const source = node.place?.source ?? { kind: 'override' as const, text: '', index: 0 };
  const made =
    typeof value === 'string' ? loadText(value, { ...source, text: value }) : freeToNode(value, node.place);
  if (made.kind === 'scalar')
    throw new ComposeError('interpolation/arguments', 'oc.create takes a mapping or list');
  made.parent = parent;
  return made;
}

function freeToNode(value: Value, place: Place | undefined): ReturnType<typeof nodeOf> {
  if (!isContainer(value) && !isFree(value)) {
    throw new ComposeError(
      'interpolation/arguments',
      `oc.create cannot make a config of ${scalarText(value)}`,
    );
  }
  try {
    return nodeOf(value, copyNode, place);
  } catch (error) {
    throw new ComposeError('interpolation/arguments', 'oc.create needs keys that are not null', {
      cause: error,
    });
  }
}

/** The mapping that `oc.dict.keys` and `oc.dict.values` are about. */
function mapping(name: string, args: readonly Value[], resolver: Resolver, context: Context): MapNode {
  limit(name, args, 1, 1);
  const key = textArgument(name, args, 0);
  const found = resolver.select(context.parent, key, true);
  if (found === undefined) throw new ComposeError('interpolation/key', `${name}: there is no ${key}`);
  if (isContainer(found.value) && found.value.kind === 'map') return found.value;
  throw new ComposeError('interpolation/type', `${name}: ${key} is no mapping`);
}

function keys(args: readonly Value[], resolver: Resolver, context: Context): Value {
  const list = emptyList();
  for (const key of mapping('oc.dict.keys', args, resolver, context).entries.keys())
    pushItem(list, scalar(key));
  list.parent = context.parent;
  return list;
}

/** The values as references to where they stand, so that a list of them follows later changes. */
function values(args: readonly Value[], resolver: Resolver, context: Context): Value {
  const map = mapping('oc.dict.values', args, resolver, context);
  const key = textArgument('oc.dict.values', args, 0);
  const list = emptyList();
  for (const name of map.entries.keys()) {
    const text = `\${${key.startsWith('.') ? '.' : ''}${key}.${keyText(name)}}`;
    pushItem(list, scalar(text, context.node.place));
  }
  list.parent = context.parent;
  return list;
}

/** The value of the key that replaces this one. */
function deprecated(args: readonly Value[], resolver: Resolver, { parent, key }: Context): Value {
  limit('oc.deprecated', args, 1, 2);
  const target = textArgument('oc.deprecated', args, 0);
  if (args.length > 1) textArgument('oc.deprecated', args, 1);
  const found = resolver.select(parent, target, false);
  if (found === undefined) {
    throw new ComposeError(
      'interpolation/key',
      `${pathOf(parent, key)} is deprecated, but there is no ${target}`,
    );
  }
  return found.value;
}

/** What is known of the run: `hydra:runtime.choices.x`, `hydra:job.name`. */
function hydra(args: readonly Value[], resolver: Resolver): Value {
  limit('hydra', args, 1, 2);
  const { runtime } = resolver.surroundings;
  if (runtime === undefined)
    throw new ComposeError('interpolation/runtime', 'there is no run that hydra: could tell of');
  const key = textArgument('hydra', args, 0);
  const found = resolver.select(runtime(), `.${key}`, true);
  if (found !== undefined) return found.value;
  const [, fallback] = args;
  if (fallback !== undefined) return fallback;
  throw new ComposeError('interpolation/key', `hydra: knows no ${key}`);
}
