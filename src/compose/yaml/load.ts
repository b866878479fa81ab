import { checkText } from '../interpolation/check.ts';
import {
  emptyList,
  emptyMap,
  type ListNode,
  type MapNode,
  type Node,
  pushItem,
  scalar,
  setEntry,
} from '../nodes.ts';
import type { Source } from '../origin.ts';
import { Float, type Key, type Scalar } from '../scalars.ts';
import {
  readGraph,
  type YamlMapping,
  type YamlNode,
  type YamlScalar,
  type YamlSequence,
  yamlError,
} from './graph.ts';
import { construct, type ScalarTag } from './scalars.ts';

/** How many nodes aliases may add to a document, so that a few lines cannot stand for billions of values. */
const maxAliased = 200_000;

/**
 * Reads a YAML text as a configuration: a mapping or a list. An empty text is an empty mapping; a text that is only
 * a word is that word as a key without a value.
 * @throws ComposeError `yaml/syntax`, `yaml/value` or `interpolation/syntax`.
 */
export function loadYaml(source: Source): MapNode | ListNode {
  const root = readGraph(source);
  if (root === undefined) return emptyMap();
  const node = buildRoot(source, root);
  if (node.kind !== 'scalar') return node;
  if (node.value === null) return emptyMap();
  if (typeof node.value !== 'string') {
    throw yamlError(source, root.place.start, 'it holds a single value, not keys');
  }
  return loadText(node.value, source);
}

/** Reads the text of a scalar once more as YAML; a plain word becomes a key. */
export function loadText(text: string, source: Source): MapNode | ListNode {
  const inner: Source = source.kind === 'file' ? { ...source, text } : { ...source, text };
  const root = readGraph(inner);
  if (root === undefined) return emptyMap();
  const node = buildRoot(inner, root);
  if (node.kind !== 'scalar') return node;
  if (node.value === null) return emptyMap();
  if (typeof node.value !== 'string') throw yamlError(inner, 0, 'it holds a single value, not keys');
  const map = emptyMap(root.place);
  setEntry(map, node.value, scalar(null, root.place));
  return map;
}

function buildRoot(source: Source, root: YamlNode): Node {
  flattenAll(source, root);
  return new TreeBuilder(source).node(root);
}

/**
 * Applies merge keys and finds duplicate keys, level by level: that is the order in which a mapping that merges
 * another sees the other's keys before or after that one's own merging.
 */
function flattenAll(source: Source, root: YamlNode): void {
  const seen = new Set<YamlNode>();
  const queue: YamlNode[] = [root];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    if (seen.has(node) || node.kind === 'scalar') continue;
    seen.add(node);
    if (node.kind === 'sequence') {
      queue.push(...node.items);
      continue;
    }
    refuseDuplicates(source, node);
    flatten(source, node, new Set());
    for (const [, value] of node.pairs) queue.push(value);
  }
}

function refuseDuplicates(source: Source, mapping: YamlMapping): void {
  const keys = new Set<string>();
  for (const [key] of mapping.pairs) {
    if (key.kind !== 'scalar' || key.tag !== 'str') continue;
    if (keys.has(key.text)) throw yamlError(source, key.place.start, `the key ${key.text} is there twice`);
    keys.add(key.text);
  }
}

/** Replaces `<<` by the pairs that it names, in front of the mapping's own. */
function flatten(source: Source, mapping: YamlMapping, active: Set<YamlMapping>): void {
  if (!mapping.pairs.some(([key]) => key.tag === 'merge')) return;
  if (active.has(mapping)) throw yamlError(source, mapping.place.start, 'a mapping merges itself');
  active.add(mapping);
  const merged: [YamlNode, YamlNode][] = [];
  const own: [YamlNode, YamlNode][] = [];
  for (const pair of mapping.pairs) {
    const [key, value] = pair;
    if (key.tag === 'merge') merged.push(...mergedPairs(source, value, active));
    else own.push(pair);
  }
  mapping.pairs = [...merged, ...own];
  active.delete(mapping);
}

function mergedPairs(source: Source, value: YamlNode, active: Set<YamlMapping>): [YamlNode, YamlNode][] {
  if (value.kind === 'mapping') {
    flatten(source, value, active);
    return value.pairs;
  }
  if (value.kind === 'sequence') {
    return value.items.toReversed().flatMap((item) => {
      if (item.kind !== 'mapping') throw badMerge(source, item);
      flatten(source, item, active);
      return item.pairs;
    });
  }
  throw badMerge(source, value);
}

const badMerge = (source: Source, node: YamlNode): Error =>
  yamlError(source, node.place.start, '<< takes a mapping or a list of mappings');

class TreeBuilder {
  private readonly active = new Set<YamlNode>();
  private readonly built = new Set<YamlNode>();
  private aliased = 0;
  private readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  node(from: YamlNode): Node {
    if (this.built.has(from) && ++this.aliased > maxAliased) {
      throw yamlError(this.source, from.place.start, 'aliases repeat too much');
    }
    if (from.kind === 'scalar') return this.scalar(from);
    if (this.active.has(from)) throw yamlError(this.source, from.place.start, 'a value contains itself');
    this.active.add(from);
    const node = from.kind === 'sequence' ? this.sequence(from) : this.mapping(from);
    this.active.delete(from);
    this.built.add(from);
    return node;
  }

  private scalar(from: YamlScalar): Node {
    const value = this.value(from);
    if (typeof value === 'string' && value.includes('${')) checkText(value, from.place);
    return scalar(value, from.place);
  }

  private value(from: YamlScalar): Scalar {
    const { tag, text } = from;
    if (tag === 'binary') return this.binary(from);
    const value = isScalarTag(tag) && tag !== 'merge' ? construct(tag, text) : undefined;
    if (value !== undefined) return value;
    const what =
      tag === 'value' || tag === 'merge' ? `a lone ${text}` : `the tag ${tag} with ${JSON.stringify(text)}`;
    throw yamlError(
      this.source,
      from.place.start,
      `${what} has no meaning here`,
      'put quotes around the value',
    );
  }

  private binary(from: YamlScalar): Uint8Array {
    const [, digits = '', padding = ''] =
      /^([A-Za-z0-9+/]*)(=*)/.exec(from.text.replace(/[^A-Za-z0-9+/=]/g, '')) ?? [];
    const rest = digits.length % 4;
    if (rest === 1 || (rest > 0 && padding.length < 4 - rest)) {
      throw yamlError(this.source, from.place.start, 'the binary value is no base64');
    }
    return Buffer.from(digits, 'base64');
  }

  private sequence(from: YamlSequence): Node {
    const list = emptyList(from.place);
    if (from.tag === 'pairs') {
      for (const item of from.items) pushItem(list, this.pair(item));
      return list;
    }
    if (from.tag !== 'seq') throw this.badTag(from);
    for (const item of from.items) pushItem(list, this.node(item));
    return list;
  }

  private pair(item: YamlNode): Node {
    const [only, ...more] = item.kind === 'mapping' ? item.pairs : [];
    if (only === undefined || more.length > 0) {
      throw yamlError(this.source, item.place.start, '!!pairs holds mappings of one key');
    }
    const pair = emptyList(item.place);
    for (const part of only) pushItem(pair, this.node(part));
    return pair;
  }

  private mapping(from: YamlMapping): Node {
    if (from.tag !== 'map') throw this.badTag(from);
    const map = emptyMap(from.place);
    for (const [key, value] of from.pairs) {
      if (this.built.has(from)) this.aliased++;
      setEntry(map, known(map, this.key(key)), this.node(value));
    }
    return map;
  }

  private key(from: YamlNode): Key {
    if (from.kind !== 'scalar')
      throw yamlError(this.source, from.place.start, 'a key cannot be a list or mapping');
    const value = this.value(from);
    if (value instanceof Float) return value.value;
    if (value !== null && !(value instanceof Uint8Array)) return value;
    const what = value === null ? 'null' : 'binary';
    throw yamlError(this.source, from.place.start, `a key cannot be ${what}`, 'put quotes around the key');
  }

  private badTag(node: YamlNode): Error {
    return yamlError(this.source, node.place.start, `the tag ${node.tag} has no meaning here`);
  }
}

/** The key under which a mapping has this one already: true is 1, false is 0. */
function known(map: MapNode, key: Key): Key {
  const other = typeof key === 'boolean' ? Number(key) : key === 1 ? true : key === 0 ? false : undefined;
  return other !== undefined && map.entries.has(other) ? other : key;
}

const scalarTags: ReadonlySet<string> = new Set(['str', 'int', 'float', 'bool', 'null', 'merge', 'value']);
const isScalarTag = (tag: string): tag is ScalarTag => scalarTags.has(tag);
