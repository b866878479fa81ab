import { ComposeError, errorAt } from './errors.ts';
import { Resolver, type Surroundings } from './interpolation/resolve.ts';
import { splitKey } from './keys.ts';
import { nodeAt } from './merge.ts';
import {
  type Container,
  isInterpolation,
  isMissing,
  type MapNode,
  type Node,
  replacing,
  type ScalarNode,
  scalar,
  setEntry,
} from './nodes.ts';
import { originOf, type Place } from './origin.ts';

/** Keys of which only one counts: each says in another way what the others say. */
export interface Alternatives {
  readonly keys: readonly string[];
  /** Whether one layer may set two, for others to choose from. Default false. */
  readonly mayTie?: boolean;
}

/** Tells how high the layer is in which a place stands; the same number for places of one layer. */
export type LayerOf = (place: Place) => number;

interface Candidate {
  readonly key: string;
  readonly node: ScalarNode;
  readonly place: Place;
  readonly layer: number;
}

/**
 * Lets the one that the highest layer sets clear the others, as if it had set them to null.
 * @throws ComposeError `config/alternatives` where one layer sets two, naming both places.
 */
export function settleAlternatives(
  root: MapNode,
  { keys, mayTie = false }: Alternatives,
  layerOf: LayerOf,
  surroundings: Surroundings,
): void {
  const all = keys.flatMap((key): Candidate[] => {
    const node = nodeAt(root, splitKey(key));
    if (node?.kind !== 'scalar' || node.value === null || isMissing(node) || !node.place) return [];
    return [{ key, node, place: node.place, layer: layerOf(node.place) }];
  });
  if (all.length < 2) return;
  const layers = [...new Set(all.map(({ layer }) => layer))].sort((a, b) => b - a);
  for (const layer of layers) {
    const [first, second] = all.filter((each) => each.layer === layer && isSet(root, each, surroundings));
    if (first === undefined) continue;
    if (second !== undefined && !mayTie) throw bothSet(first, second, root, surroundings);
    for (const lower of all.filter((each) => each.layer < layer && isSet(root, each, surroundings))) {
      clear(root, lower.key, lower.node, first.place);
    }
    return;
  }
}

/** Whether a value is there once it is resolved; one that cannot be, or may not be, is an error where it is used. */
function isSet(root: Container, { key, node }: Candidate, surroundings: Surroundings): boolean {
  if (!isInterpolation(node)) return true;
  const path = splitKey(key);
  const parent = nodeAt(root, path.slice(0, -1));
  if (parent === undefined || parent.kind === 'scalar') return true;
  try {
    return new Resolver(root, surroundings).valueAt(parent, path.at(-1) ?? '') !== null;
  } catch {
    return true;
  }
}

function clear(root: MapNode, key: string, before: Node, { source, start, end }: Place): void {
  const path = splitKey(key);
  const parent = nodeAt(root, path.slice(0, -1));
  if (parent?.kind !== 'map') return;
  setEntry(parent, path.at(-1) ?? '', replacing(scalar(null, { source, start, end }), before));
}

function bothSet(
  first: Candidate,
  second: Candidate,
  root: Container,
  surroundings: Surroundings,
): ComposeError {
  const where = [first, second].map((each) => `${each.key} ${wordsFor(each, root, surroundings)}`).join(', ');
  return errorAt(second.place, 'config/alternatives', `${first.key} and ${second.key} are both set`, {
    path: second.key,
    expected: 'only one of them',
    hint: `leave one out: ${where}`,
  });
}

/** The variables that a value is read from, or else where it was written. */
function wordsFor({ key, place }: Candidate, root: Container, surroundings: Surroundings): string {
  const variables = variablesAt(root, splitKey(key), surroundings);
  if (variables.length > 0) return `from the environment variable ${variables.join(', ')}`;
  const origin = originOf(place);
  return origin.kind === 'file'
    ? `in ${origin.file}:${origin.line}:${origin.column}`
    : `in the override ${origin.override}`;
}

/** The environment variables that were found and read while the value at a path was resolved. */
export function variablesAt(
  root: Container,
  path: readonly (string | number)[],
  surroundings: Surroundings,
): string[] {
  const parent = nodeAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (parent === undefined || parent.kind === 'scalar' || key === undefined) return [];
  const names = new Set<string>();
  try {
    new Resolver(root, { ...surroundings, readEnv: (name) => names.add(name) }).valueAt(parent, key);
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
  }
  return [...names];
}
