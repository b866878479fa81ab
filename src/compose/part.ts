import type { Resolver } from './interpolation/resolve.ts';
import { nodeOf } from './interpolation/values.ts';
import {
  type Container,
  copyNode,
  emptyList,
  emptyMap,
  type MapNode,
  type Node,
  type PlainValue,
  pushItem,
  scalar,
  setEntry,
  toPlain,
} from './nodes.ts';
import { keyText } from './scalars.ts';
import { printYaml } from './yaml/print.ts';

export interface PartOptions {
  /** The configuration, what `hydra:` tells under the key `hydra`, or both. Default: `job`. */
  readonly of?: 'job' | 'hydra' | 'all';
  /** Only what stands at this path, such as `api` or `hydra.job`. */
  readonly path?: string;
  /** Whether interpolations are resolved. */
  readonly resolve?: boolean;
  /** What to print instead of a text under a key; for secrets. */
  readonly mask?: (key: string, text: string) => string;
}

/** A part of a composition in two forms. */
export interface Part {
  readonly value: PlainValue;
  /** Floats keep their point, `1.0`. */
  readonly yaml: string;
}

/** The trees that a part is taken from. */
export interface Trees {
  readonly config: MapNode;
  /** What `hydra:` tells. */
  readonly hydra: () => MapNode;
  readonly resolver: (root: MapNode) => Resolver;
}

/**
 * Takes a part out of a composition; undefined where nothing stands at the path.
 * @throws ComposeError `interpolation/...`.
 */
export function partOf(trees: Trees, options: PartOptions): Part | undefined {
  const { of = 'job', path } = options;
  if (of === 'hydra' && path !== undefined && path.split('.', 1)[0] !== 'hydra') return undefined;
  const root = of === 'job' ? trees.config : withHydra(trees);
  const resolver = trees.resolver(root);
  const start = path ?? (of === 'hydra' ? 'hydra' : '');
  const value = start === '' ? root : resolver.select(root, start, false)?.value;
  if (value === undefined) return undefined;
  const copy = nodeOf(value, (node) => (options.resolve ? resolved(resolver, node) : copyNode(node)));
  const found = path === undefined && of === 'hydra' ? under('hydra', copy) : copy;
  const shown = options.mask === undefined ? found : masked(found, lastKey(path), options.mask);
  return { value: toPlain(shown), yaml: printYaml(shown) };
}

/** A tree in which the configuration and what is known of the run refer to one another. */
function withHydra({ config, hydra }: Trees): MapNode {
  const root = under('hydra', copyNode(hydra()));
  for (const [key, node] of config.entries) setEntry(root, key, copyNode(node));
  return root;
}

function under(key: string, node: Node): MapNode {
  const map = emptyMap();
  setEntry(map, key, node);
  return map;
}

function resolved(resolver: Resolver, from: Container): Container {
  // Finds circles, so that the copy comes to an end.
  resolver.toPlain(from);
  return copyResolved(resolver, from);
}

function copyResolved(resolver: Resolver, from: Container): Container {
  const copy = (node: Container): Container => copyResolved(resolver, node);
  if (from.kind === 'list') {
    const list = emptyList();
    for (const index of from.items.keys()) pushItem(list, nodeOf(resolver.valueAt(from, index), copy));
    return list;
  }
  const map = emptyMap();
  for (const key of from.entries.keys()) setEntry(map, key, nodeOf(resolver.valueAt(from, key), copy));
  return map;
}

function masked(node: Node, key: string, mask: NonNullable<PartOptions['mask']>): Node {
  if (node.kind === 'scalar') return typeof node.value === 'string' ? scalar(mask(key, node.value)) : node;
  if (node.kind === 'list') {
    const list = emptyList();
    for (const item of node.items) pushItem(list, masked(item, key, mask));
    return list;
  }
  const map = emptyMap();
  for (const [own, value] of node.entries) setEntry(map, own, masked(value, keyText(own), mask));
  return map;
}

const lastKey = (path = ''): string => path.slice(path.lastIndexOf('.') + 1);
