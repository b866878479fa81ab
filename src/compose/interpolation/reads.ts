import type { Node, ScalarNode } from '../nodes.ts';
import { type Origin, originOf } from '../origin.ts';

/** What an interpolation is about to read. */
export type Read =
  | { readonly kind: 'env'; readonly name: string }
  /** A value of the configuration; of what `hydra:` refers to, the path starts with `hydra`. */
  | { readonly kind: 'key'; readonly path: string; readonly origin: Origin | undefined };

/**
 * Asked before an interpolation reads something; throws where it may not.
 * @param by where the interpolations were written that led here, outermost first; undefined for one that was made.
 */
export type ReadGuard = (read: Read, by: readonly (Origin | undefined)[]) => void;

/** The interpolations that are being resolved, and who is asked about what they read. */
export class Reads {
  private readonly texts: ScalarNode[] = [];
  private readonly guard: ReadGuard | undefined;
  private readonly visit: ((node: Node) => void) | undefined;

  constructor(guard: ReadGuard | undefined, visit: ((node: Node) => void) | undefined) {
    this.guard = guard;
    this.visit = visit;
  }

  /** Notes that a node is looked at. */
  see(node: Node): void {
    this.visit?.(node);
  }

  /** Does something on behalf of an interpolation. */
  by<T>(text: Node, action: () => T): T {
    if (this.guard === undefined || text.kind !== 'scalar') return action();
    this.texts.push(text);
    try {
      return action();
    } finally {
      this.texts.pop();
    }
  }

  /** @throws what the guard throws. */
  ask(read: () => Read): void {
    if (this.guard === undefined || this.texts.length === 0) return;
    this.guard(
      read(),
      this.texts.map(({ place }) => (place === undefined ? undefined : originOf(place))),
    );
  }
}
