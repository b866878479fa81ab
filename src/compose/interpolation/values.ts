import {
  type Container,
  emptyList,
  emptyMap,
  type Node,
  type PlainValue,
  plainScalar,
  pushItem,
  scalar,
  setEntry,
  setProperty,
} from '../nodes.ts';
import type { Place } from '../origin.ts';
import { Float, type Key, keyLiteral, keyText, type Scalar, scalarLiteral, scalarText } from '../scalars.ts';

/**
 * What resolvers take and give: scalars, containers of the configuration, and free lists and mappings, which belong
 * to no configuration: nothing in them is resolved, and no interpolation leads into them.
 */
export type Value = Scalar | Container | FreeList | FreeMap;

export interface FreeList {
  readonly kind: 'free-list';
  readonly items: readonly Value[];
}

export interface FreeMap {
  readonly kind: 'free-map';
  readonly entries: ReadonlyMap<Key | null, Value>;
}

export const isContainer = (value: Value): value is Container =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'map' || value.kind === 'list');

export const isFree = (value: Value): value is FreeList | FreeMap =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'free-list' || value.kind === 'free-map');

/** The text of a value inside a longer text. */
export function valueText(value: Value): string {
  if (isContainer(value)) return nodeLiteral(value);
  return isFree(value) ? freeLiteral(value) : scalarText(value);
}

function nodeLiteral(node: Node): string {
  if (node.kind === 'scalar') return scalarLiteral(node.value);
  if (node.kind === 'list') return `[${node.items.map(nodeLiteral).join(', ')}]`;
  const pairs = [...node.entries].map(([key, value]) => `${keyLiteral(key)}: ${nodeLiteral(value)}`);
  return `{${pairs.join(', ')}}`;
}

function freeLiteral(value: Value): string {
  if (isContainer(value)) return nodeLiteral(value);
  if (!isFree(value)) return scalarLiteral(value);
  if (value.kind === 'free-list') return `[${value.items.map(freeLiteral).join(', ')}]`;
  const pairs = [...value.entries].map(
    ([key, item]) => `${key === null ? 'None' : keyLiteral(key)}: ${freeLiteral(item)}`,
  );
  return `{${pairs.join(', ')}}`;
}

/** A value as plain data; `container` says what becomes of containers of the configuration. */
export function plainValue(value: Value, container: (node: Container) => PlainValue): PlainValue {
  if (isContainer(value)) return container(value);
  if (!isFree(value)) return plainScalar(value);
  if (value.kind === 'free-list') return value.items.map((item) => plainValue(item, container));
  const object: Record<string, PlainValue> = {};
  for (const [key, item] of value.entries) {
    setProperty(object, key === null ? 'null' : keyText(key), plainValue(item, container));
  }
  return object;
}

/** Plain data as a value: whole numbers become integers. */
export function fromPlain(plain: unknown): Value {
  if (typeof plain === 'number') return Number.isSafeInteger(plain) ? plain : new Float(plain);
  if (plain === undefined || plain === null) return null;
  if (Array.isArray(plain)) return { kind: 'free-list', items: plain.map(fromPlain) };
  if (typeof plain === 'object') {
    return {
      kind: 'free-map',
      entries: new Map(Object.entries(plain).map(([key, item]) => [key, fromPlain(item)])),
    };
  }
  return typeof plain === 'boolean' || typeof plain === 'bigint' ? plain : String(plain);
}

/** A copy of a value as nodes of a configuration; `place` is where nodes come from that are not copied. */
export function nodeOf(value: Value, copy: (node: Container) => Node, place?: Place): Node {
  if (isContainer(value)) return copy(value);
  if (!isFree(value)) return scalar(value, place);
  if (value.kind === 'free-list') {
    const list = emptyList(place);
    for (const item of value.items) pushItem(list, nodeOf(item, copy, place));
    return list;
  }
  const map = emptyMap(place);
  for (const [key, item] of value.entries) {
    if (key === null) throw new Error('a key cannot be null');
    setEntry(map, key, nodeOf(item, copy, place));
  }
  return map;
}
