import { type ComposeError, errorAt } from '../errors.ts';
import { emptyMap, isMissing, type ListNode, type MapNode, type Node, setEntry } from '../nodes.ts';
import type { Place } from '../origin.ts';

/** An entry of a defaults list as written. */
export type DefaultItem = ConfigItem | GroupItem;

/** `path` or `path@package`; `_self_` is the config itself. */
export interface ConfigItem {
  readonly kind: 'config';
  readonly path: string;
  readonly package: string | null;
  readonly place: Place | undefined;
}

/** `[optional] [override] group[@package]: option`. */
export interface GroupItem {
  readonly kind: 'group';
  readonly group: string;
  readonly package: string | null;
  readonly value: string | null | readonly string[];
  readonly optional: boolean;
  readonly override: boolean;
  readonly place: Place | undefined;
}

/**
 * Takes the defaults list out of a config; the tree itself stays as it is.
 * @throws ComposeError `defaults/invalid`.
 */
export function takeDefaults(
  config: string,
  tree: MapNode | ListNode,
): { root: MapNode | ListNode; defaults: DefaultItem[] } {
  const list = tree.kind === 'map' ? tree.entries.get('defaults') : undefined;
  if (tree.kind !== 'map' || list === undefined) return { root: tree, defaults: [] };
  const root = emptyMap(tree.place);
  for (const [key, value] of tree.entries) if (key !== 'defaults') setEntry(root, key, value);
  if (isMissing(list)) return { root, defaults: [] };
  if (list.kind !== 'list') {
    throw invalid(list, config, 'the defaults list has to be a list', 'a list of - group: option');
  }
  return { root, defaults: list.items.map((item) => readItem(config, item)) };
}

function readItem(config: string, node: Node): DefaultItem {
  if (node.kind === 'map') return readGroup(config, node);
  if (node.kind === 'list' || typeof node.value !== 'string') {
    throw invalid(node, config, 'an entry of the defaults list is a word or one group: option');
  }
  const [path, name] = splitPackage(node.value);
  if (path === '_self_' && name !== null) throw invalid(node, config, '_self_ takes no package');
  return { kind: 'config', path, package: name, place: node.place };
}

function readGroup(config: string, node: MapNode): DefaultItem {
  const [entry, second] = node.entries;
  if (entry === undefined || second !== undefined) {
    throw invalid(node, config, 'an entry of the defaults list names exactly one group');
  }
  const [key, value] = entry;
  if (typeof key !== 'string') throw invalid(value, config, `a group is a word, not ${String(key)}`);
  const [spelled, name] = splitPackage(key);
  const words = spelled.split(' ');
  const group = words.pop() ?? '';
  if (group === '') throw invalid(value, config, `${JSON.stringify(key)} names no group`);
  const item = { kind: 'group', group, package: name, ...keywords(words), place: value.place } as const;
  if (value.kind === 'list') return { ...item, value: value.items.map((option) => optionOf(config, option)) };
  if (value.kind === 'scalar' && (value.value === null || typeof value.value === 'string')) {
    return { ...item, value: value.value };
  }
  throw invalid(value, config, `the option of ${group} has to be a word or a list of words`, undefined, {
    hint: 'quote an option whose name is a number or true or false',
  });
}

/** Leading keywords; the first unknown word ends them, as it always did. */
function keywords(words: readonly string[]): { optional: boolean; override: boolean } {
  const end = words.findIndex((word) => word !== 'optional' && word !== 'override');
  const known = end < 0 ? words : words.slice(0, end);
  return { optional: known.includes('optional'), override: known.includes('override') };
}

/** Splits `name@package`; `_here_` is the package of the parent, and of a renaming only the first name counts. */
function splitPackage(text: string): [string, string | null] {
  const at = text.indexOf('@');
  if (at < 0) return [text, null];
  const [name = ''] = text.slice(at + 1).split(':');
  return [text.slice(0, at), name === '_here_' ? '' : name];
}

function optionOf(config: string, option: Node): string {
  if (option.kind === 'scalar' && typeof option.value === 'string') return option.value;
  throw invalid(option, config, 'the options of a group are words');
}

function invalid(
  node: Node,
  config: string,
  message: string,
  expected?: string,
  more: { hint?: string } = {},
): ComposeError {
  return errorAt(node.place, 'defaults/invalid', `in ${config}: ${message}`, {
    path: config,
    expected,
    ...more,
  });
}
