import { nearest } from '../../base/text.ts';
import { ComposeError, errorAt } from '../errors.ts';
import { splitKey } from '../keys.ts';
import { type Container, type Node, pathOf } from '../nodes.ts';
import { type Key, keyText } from '../scalars.ts';

/** A child of a container on the way of a resolution: circles are found by meeting one twice. */
export interface Step {
  readonly parent: Container;
  readonly key: Key;
}

/** The top of the tree that a container belongs to. */
export function rootOf(container: Container): Container {
  let at = container;
  while (at.parent !== undefined) at = at.parent;
  return at;
}

/** A child under its own key. */
export function childOf(parent: Container, key: Key): Node | undefined {
  return parent.kind === 'map' ? parent.entries.get(key) : parent.items[Number(key)];
}

/** A child under a key given as text: only keys that are texts count; a list takes an index. */
export function findChild(parent: Container, segment: string): { node: Node; key: Key } | undefined {
  if (parent.kind === 'map') {
    const node = parent.entries.get(segment);
    return node === undefined ? undefined : { node, key: segment };
  }
  if (!/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(segment)) {
    throw new ComposeError('interpolation/key', `${pathOf(parent)} is a list and has no item ${segment}`);
  }
  const index = Number(segment.replaceAll('_', ''));
  const node = parent.items[index];
  return node === undefined ? undefined : { node, key: index };
}

/** Interpolations that lead back to where they began: shows the chain. */
export function circle(steps: readonly Step[], parent: Container, key: Key, node: Node): ComposeError {
  const names = steps.map((step) => pathOf(step.parent, step.key));
  const own = pathOf(parent, key);
  const first = names.indexOf(own);
  const chain = [...names.slice(Math.max(0, first)), own].slice(-8).join(' > ');
  return errorAt(
    node.place,
    'interpolation/cycle',
    `interpolations refer to one another in a circle: ${chain}`,
    {
      path: own,
    },
  );
}

/** A reference to a key that does not exist: names the nearest. */
export function noKey(text: string, from: Container, key: string): ComposeError {
  const segments = splitKey(key.replace(/^\.*/, ''));
  const last = segments.pop() ?? '';
  let holder: Container | undefined = key.startsWith('.') ? undefined : rootOf(from);
  for (const segment of segments) {
    const found: Node | undefined = holder === undefined ? undefined : findChild(holder, segment)?.node;
    holder = found === undefined || found.kind === 'scalar' ? undefined : found;
  }
  const candidates = holder?.kind === 'map' ? [...holder.entries.keys()].map(keyText) : undefined;
  const close = candidates === undefined ? undefined : nearest(last, candidates);
  const meant = close === undefined ? '' : `; did you mean ${[...segments, close].join('.')}?`;
  return new ComposeError('interpolation/key', `${text} refers to a key that does not exist${meant}`, {
    nearest: close,
  });
}
