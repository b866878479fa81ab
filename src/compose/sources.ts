import { ComposeError } from './errors.ts';
import type { Resolver } from './interpolation/resolve.ts';
import { isContainer, type Value } from './interpolation/values.ts';
import { type Container, isInterpolation, type Node, nodeOrigin } from './nodes.ts';
import type { Origin } from './origin.ts';

/**
 * Where everything was written that decides the value at a path: the value itself, or each one in it, the
 * interpolations that lead there, and what they refer to. What cannot be resolved ends the search, not with an error.
 * @param open makes a resolver that tells of every node that it looks at.
 */
export function sourcesOf(
  root: Container,
  path: readonly (string | number)[],
  open: (visit: (node: Node) => void) => Resolver,
): Origin[] {
  const seen = new Set<Node>();
  const note = (node: Node): void => {
    if (node.kind === 'scalar') seen.add(node);
    // A container that was copied from where an interpolation led has taken the interpolation's place.
    for (let at = node.replaced; at !== undefined; at = at.replaced) {
      if (node.kind !== 'scalar' && isInterpolation(at)) seen.add(at);
    }
  };
  const resolver = open(note);
  const walked = new Set<Container>();
  const everything = (container: Container): void => {
    if (walked.has(container)) return;
    walked.add(container);
    note(container);
    const keys = container.kind === 'map' ? container.entries.keys() : container.items.keys();
    for (const key of keys) {
      const value = attempt(() => resolver.valueAt(container, key));
      if (value !== undefined && isContainer(value)) everything(value);
    }
  };
  note(root);
  let at: Container | undefined = root;
  for (const key of path) {
    const from: Container = at;
    const value: Value | undefined = attempt(() => resolver.valueAt(from, key));
    at = value !== undefined && isContainer(value) ? value : undefined;
    if (at === undefined) break;
  }
  if (at !== undefined && path.length > 0) everything(at);
  return [...seen].flatMap((node) => nodeOrigin(node) ?? []);
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof ComposeError) return undefined;
    throw error;
  }
}
