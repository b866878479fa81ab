import { type Origin, originOf, type Place } from './origin.ts';
import { Float, type Key, keyText, type Scalar } from './scalars.ts';

/**
 * The composed tree. Scalars never change and are shared between compositions; containers know their parent and key,
 * so a container read from a file is copied (`copyNode`) before it is attached to another.
 */
export type Node = ScalarNode | Container;
export type Container = MapNode | ListNode;

/** What each node knows of its past. */
interface Provenance {
  place: Place | undefined;
  /** The node that this one took the place of. */
  replaced?: Node;
}

export interface ScalarNode extends Provenance {
  readonly kind: 'scalar';
  readonly value: Scalar;
}

interface Attached extends Provenance {
  parent: Container | undefined;
  key: Key | undefined;
}

export interface MapNode extends Attached {
  readonly kind: 'map';
  readonly entries: Map<Key, Node>;
}

export interface ListNode extends Attached {
  readonly kind: 'list';
  readonly items: Node[];
}

export const missing = '???';

export function scalar(value: Scalar, place?: Place): ScalarNode {
  return { kind: 'scalar', value, place };
}

export function emptyMap(place?: Place): MapNode {
  return { kind: 'map', entries: new Map(), parent: undefined, key: undefined, place };
}

export function emptyList(place?: Place): ListNode {
  return { kind: 'list', items: [], parent: undefined, key: undefined, place };
}

export const isMissing = (node: Node): boolean => node.kind === 'scalar' && node.value === missing;

/** Whether the value has to be resolved: it contains `${`, escaped or not. */
export const isInterpolation = (node: Node): node is ScalarNode & { readonly value: string } =>
  node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('${');

/** Puts a node into a mapping; a container must not be attached anywhere else. */
export function setEntry(map: MapNode, key: Key, node: Node): void {
  map.entries.set(key, attach(node, map, key));
}

/** Puts a node at the end of a list; a container must not be attached anywhere else. */
export function pushItem(list: ListNode, node: Node): void {
  list.items.push(attach(node, list, list.items.length));
}

/** Replaces an item of a list. */
export function setItem(list: ListNode, index: number, node: Node): void {
  list.items[index] = attach(node, list, index);
}

function attach(node: Node, parent: Container, key: Key): Node {
  if (node.kind !== 'scalar') {
    node.parent = parent;
    node.key = key;
  }
  return node;
}

/** A copy that can be attached elsewhere. Scalars are shared. */
export function copyNode(node: Node): Node {
  if (node.kind === 'scalar') return node;
  return node.kind === 'map' ? copyMap(node) : copyList(node);
}

export function copyMap(node: MapNode): MapNode {
  const copy: MapNode = { ...node, entries: new Map(), parent: undefined, key: undefined };
  for (const [key, value] of node.entries) setEntry(copy, key, copyNode(value));
  return copy;
}

function copyList(node: ListNode): ListNode {
  const copy: ListNode = { ...node, items: [], parent: undefined, key: undefined };
  for (const item of node.items) pushItem(copy, copyNode(item));
  return copy;
}

/** The node with a note of what it replaces. A container has to be a private copy already. */
export function replacing(node: Node, replaced: Node | undefined): Node {
  if (replaced?.place === undefined || replaced === node) return node;
  if (node.kind === 'scalar') return { ...node, replaced };
  node.replaced = replaced;
  return node;
}

/** The origin of a node with the chain of those it replaced. */
export function nodeOrigin(node: Node): Origin | undefined {
  const chain: Place[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.replaced) {
    if (at.place !== undefined && chain.length < 100) chain.push(at.place);
  }
  let origin: Origin | undefined;
  for (const place of chain.reverse()) origin = originOf(place, origin);
  return origin;
}

/** The child under a key written as text: list indexes are decimal. */
export function child(container: Container, key: string | number): Node | undefined {
  if (container.kind === 'map') return container.entries.get(key) ?? byText(container, key);
  const index = typeof key === 'number' ? key : /^\d+$/.test(key) ? Number(key) : -1;
  return container.items[index];
}

function byText(map: MapNode, key: string | number): Node | undefined {
  for (const [own, node] of map.entries) {
    if (typeof own !== 'string' && keyText(own) === String(key)) return node;
  }
  return undefined;
}

/** The path of a container from the root, with dots and brackets: `a.b[0].c`; empty for the root. */
export function pathOf(container: Container, last?: Key): string {
  const parts: { key: Key; inList: boolean }[] = [];
  if (last !== undefined) parts.push({ key: last, inList: container.kind === 'list' });
  for (let at: Container = container; at.parent !== undefined; at = at.parent) {
    if (at.key !== undefined) parts.push({ key: at.key, inList: at.parent.kind === 'list' });
  }
  let path = '';
  for (const { key, inList } of parts.reverse()) {
    if (inList) path += `[${keyText(key)}]`;
    else path += path === '' ? keyText(key) : `.${keyText(key)}`;
  }
  return path;
}

/** Values of a composed configuration: JSON's, with NaN and the infinities. */
export type PlainValue = null | boolean | number | string | PlainValue[] | PlainObject;
export interface PlainObject {
  [key: string]: PlainValue;
}

/** A scalar as a plain value; bytes become base64 text. */
export function plainScalar(value: Scalar): PlainValue {
  if (value instanceof Float) return value.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Sets an own property whatever its name, `__proto__` included. */
export function setProperty<T>(object: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** The tree as plain objects, interpolations as they are. */
export function toPlain(node: Node): PlainValue {
  if (node.kind === 'scalar') return plainScalar(node.value);
  if (node.kind === 'list') return node.items.map(toPlain);
  const object: PlainObject = {};
  for (const [key, value] of node.entries) setProperty(object, keyText(key), toPlain(value));
  return object;
}
