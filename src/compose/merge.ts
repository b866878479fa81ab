import { type ComposeError, errorAt } from './errors.ts';
import {
  type Container,
  child,
  copyNode,
  isInterpolation,
  isMissing,
  type ListNode,
  type MapNode,
  type Node,
  pathOf,
  pushItem,
  replacing,
  setEntry,
} from './nodes.ts';
import type { Key } from './scalars.ts';

export interface MergeRules {
  /** What the interpolation at a key stands for, if it stands for a container. */
  target(parent: Container, key: Key, node: Node): Container | undefined;
  /** Called before a key is added; throws where the mapping takes no new keys. */
  mayAdd(map: MapNode, key: Key, node: Node): void;
}

/**
 * Merges `from` into `into`, which changes; `from` stays as it is. Mappings merge key by key, lists and scalars
 * replace, `???` never overwrites.
 * @throws ComposeError `merge/kinds` where a list meets a mapping.
 */
export function mergeMap(into: MapNode, from: MapNode, rules: MergeRules): void {
  for (const [key, source] of from.entries) mergeEntry(into, key, source, rules);
}

function mergeEntry(into: MapNode, key: Key, source: Node, rules: MergeRules): void {
  let existing = into.entries.get(key);
  if (existing === undefined) {
    rules.mayAdd(into, key, source);
    setEntry(into, key, copyNode(source));
    return;
  }
  if (isInterpolation(existing)) {
    const target = rules.target(into, key, existing);
    if (target !== undefined) {
      const copy = replacing(copyNode(target), existing);
      setEntry(into, key, copy);
      existing = copy;
    }
  }
  if (existing.kind !== 'scalar' && source.kind !== 'scalar') {
    mergeContainer(existing, source, rules);
  } else if (!isMissing(source)) {
    setEntry(into, key, replacing(copyNode(source), existing));
  }
}

/** Merges two containers of one kind. */
export function mergeContainer(into: Container, from: Container, rules: MergeRules): void {
  if (into.kind === 'map' && from.kind === 'map') mergeMap(into, from, rules);
  else if (into.kind === 'list' && from.kind === 'list') replaceItems(into, from);
  else throw mismatch(into, from);
}

function replaceItems(into: ListNode, from: ListNode): void {
  const before = into.items.splice(0);
  from.items.forEach((item, index) => {
    pushItem(into, replacing(copyNode(item), before[index]));
  });
  into.place = from.place ?? into.place;
}

function mismatch(into: Container, from: Container): ComposeError {
  const path = pathOf(into);
  const names = { map: 'a mapping', list: 'a list' };
  const what = `${path === '' ? 'the config' : path} is ${names[into.kind]} and cannot be merged with ${names[from.kind]}`;
  return errorAt(from.place, 'merge/kinds', what, { path, expected: names[into.kind] });
}

/** The node at a path below a container, without resolving anything. */
export function nodeAt(root: Container, path: readonly (string | number)[]): Node | undefined {
  return path.reduce<Node | undefined>(
    (at, key) => (at === undefined || at.kind === 'scalar' ? undefined : child(at, key)),
    root,
  );
}
