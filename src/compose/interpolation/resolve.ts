import { ComposeError, errorAt } from '../errors.ts';
import { splitKey } from '../keys.ts';
import {
  type Container,
  isInterpolation,
  isMissing,
  type MapNode,
  missing,
  type Node,
  nodeOrigin,
  type PlainObject,
  type PlainValue,
  pathOf,
  plainScalar,
  type ScalarNode,
  setProperty,
} from '../nodes.ts';
import { type Key, keyText } from '../scalars.ts';
import { childOf, circle, findChild, noKey, rootOf, type Step } from './lookup.ts';
import { parseText } from './parser.ts';
import { type ReadGuard, Reads } from './reads.ts';
import { builtin, type CustomResolver } from './resolvers.ts';
import type { Argument, Interpolation, NodeReference, Text } from './syntax.ts';
import { type FreeMap, fromPlain, isContainer, plainValue, type Value, valueText } from './values.ts';

/** What interpolations can refer to besides the configuration. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolvers by name, in addition to the built-in ones. */
  readonly resolvers?: Readonly<Record<string, CustomResolver>>;
  /** What `hydra:` refers to. */
  readonly runtime?: () => MapNode;
  /** Asked before an interpolation reads something; throws where it may not. */
  readonly guard?: ReadGuard;
  /** Hears of every node that a resolution looks at. */
  readonly visit?: (node: Node) => void;
  /** Hears of every environment variable that is set and read. */
  readonly readEnv?: (name: string) => void;
}

/** Hears of a value that cannot be resolved; the value is then `???` in the result. */
export type Excuse = (error: ComposeError) => void;

/** What a selection found: a value, or nothing. `missing` is a value that was never set. */
type Found = { readonly value: Value; readonly missing: boolean } | undefined;

/** Resolutions may lead to one another this deep. */
const maxDepth = 300;

/** References to containers may lie within one another this deep; more is a circle. */
const maxReferences = 100;

/** Values that may be looked at in one go, and characters that a text may have. */
const maxWork = 500_000;
const maxText = 4_000_000;

const tooMuch = (reason: string): ComposeError => new ComposeError('interpolation/too-much', reason);

/** Resolves the interpolations of one configuration, on demand. */
export class Resolver {
  readonly root: Container;
  readonly surroundings: Surroundings;
  /** Who reads what, and whether that is allowed. */
  readonly reads: Reads;
  private readonly excuse: Excuse | undefined;
  private depth = 0;
  private references = 0;
  private spent = 0;

  constructor(root: Container, surroundings: Surroundings, excuse?: Excuse) {
    this.root = root;
    this.surroundings = surroundings;
    this.excuse = excuse;
    this.reads = new Reads(surroundings.guard, surroundings.visit);
  }

  /**
   * The value of a child, resolved if it is an interpolation; containers as they are.
   * @throws ComposeError `interpolation/...`.
   */
  valueAt(parent: Container, key: Key): Value {
    const node = childOf(parent, key);
    if (node === undefined) throw new ComposeError('interpolation/key', `there is no ${pathOf(parent, key)}`);
    return this.resolve(parent, key, node, []);
  }

  /** The whole of a container as plain data, everything resolved. */
  toPlain(container: Container): PlainValue {
    return this.plainContainer(container, new Set());
  }

  private plainContainer(container: Container, active: Set<Container>): PlainValue {
    if (active.has(container)) {
      throw new ComposeError('interpolation/cycle', `${pathOf(container) || 'the config'} contains itself`, {
        path: pathOf(container),
      });
    }
    active.add(container);
    const convert = (key: Key, node: Node): PlainValue => {
      this.spend();
      if (node.kind !== 'scalar') return this.plainContainer(node, active);
      if (!isInterpolation(node)) return plainScalar(node.value);
      if (this.excuse === undefined) return this.plainLeaf(container, key, node, active);
      try {
        return this.plainLeaf(container, key, node, new Set(active));
      } catch (error) {
        if (!(error instanceof ComposeError)) throw error;
        this.excuse(error);
        return missing;
      }
    };
    let plain: PlainValue;
    if (container.kind === 'list') {
      plain = container.items.map((item, index) => convert(index, item));
    } else {
      const object: PlainObject = {};
      for (const [key, node] of container.entries) setProperty(object, keyText(key), convert(key, node));
      plain = object;
    }
    active.delete(container);
    return plain;
  }

  private plainLeaf(parent: Container, key: Key, node: ScalarNode, active: Set<Container>): PlainValue {
    try {
      return this.reads.by(node, () =>
        plainValue(this.resolve(parent, key, node, []), (found) => this.plainReferred(found, active)),
      );
    } catch (error) {
      if (!(error instanceof ComposeError) || error.origin !== undefined) throw error;
      throw this.locate(error, parent, key, node);
    }
  }

  /** A container that an interpolation led to. Some resolvers make a new one each time, without end. */
  private plainReferred(container: Container, active: Set<Container>): PlainValue {
    if (++this.references > maxReferences) {
      this.references = 0;
      throw new ComposeError('interpolation/cycle', `${pathOf(container)} refers to itself without end`);
    }
    try {
      return this.plainContainer(container, active);
    } finally {
      this.references = Math.max(0, this.references - 1);
    }
  }

  /** The container that an interpolation leads to, if it leads to one; nothing where it cannot be resolved. */
  container(parent: Container, key: Key, node: Node): Container | undefined {
    if (node.kind !== 'scalar') return node;
    if (!isInterpolation(node)) return undefined;
    try {
      const value = this.resolve(parent, key, node, []);
      return isContainer(value) ? value : undefined;
    } catch (error) {
      if (error instanceof ComposeError) return undefined;
      throw error;
    }
  }

  /** The value of a node that stands in `parent` under `key`. */
  private resolve(parent: Container, key: Key, node: Node, steps: readonly Step[]): Value {
    this.reads.see(node);
    if (node.kind !== 'scalar') return node;
    if (!isInterpolation(node)) return node.value;
    this.spend();
    if (++this.depth > maxDepth) {
      this.depth = 0;
      throw circle(steps, parent, key, node);
    }
    try {
      const parts = parseText(node.value);
      return this.reads.by(node, () => this.text(parts, { parent, key, node, steps }));
    } catch (error) {
      if (error instanceof ComposeError && error.origin === undefined)
        throw this.locate(error, parent, key, node);
      throw error;
    } finally {
      this.depth = Math.max(0, this.depth - 1);
    }
  }

  /** Adds to an error which interpolation it happened in. */
  private locate(error: ComposeError, parent: Container, key: Key, node: ScalarNode): ComposeError {
    const path = pathOf(parent, key);
    const message = `${path}: ${error.message}`;
    const { expected, nearest: close, candidates, hint } = error;
    return errorAt(node.place, error.code, message, { path, expected, nearest: close, candidates, hint });
  }

  /** One interpolation alone gives its value as it is; anything else becomes text. */
  private text(parts: Text, context: Context): Value {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) {
      return typeof only === 'string' ? only : this.interpolation(only, context);
    }
    let text = '';
    for (const part of parts) {
      text += typeof part === 'string' ? part : valueText(this.interpolation(part, context));
      if (text.length > maxText) throw tooMuch('its text has no end');
    }
    return text;
  }

  /** Counts what is done, so that a few lines cannot ask for billions of values. */
  private spend(): void {
    if (++this.spent > maxWork) throw tooMuch('interpolations repeat too much');
  }

  private interpolation(part: Interpolation, context: Context): Value {
    if (part.kind === 'node') return this.reference(part, context);
    const name = part.name.map((piece) => this.nameText(piece, context)).join('');
    const args = part.args.map((argument) => this.argument(argument, context));
    return this.call(name, args, context);
  }

  private nameText(piece: string | Interpolation, context: Context): string {
    if (typeof piece === 'string') return piece;
    const value = this.interpolation(piece, context);
    if (typeof value === 'string') return value;
    throw new ComposeError('interpolation/type', `${piece.text} has to be text to be part of a name`);
  }

  private argument(argument: Argument, context: Context): Value {
    switch (argument.kind) {
      case 'scalar':
        return argument.value;
      case 'text':
        return argument.quoted
          ? valueText(this.text(argument.parts, context))
          : this.text(argument.parts, context);
      case 'list':
        return { kind: 'free-list', items: argument.items.map((item) => this.argument(item, context)) };
      case 'dict': {
        const entries = argument.entries.map(([key, item]) => [key, this.argument(item, context)] as const);
        return { kind: 'free-map', entries: new Map(entries) } satisfies FreeMap;
      }
    }
  }

  /** Evaluates an argument text, as `oc.decode` does. */
  decode(argument: Argument, context: Context): Value {
    return this.argument(argument, context);
  }

  private call(name: string, args: readonly Value[], context: Context): Value {
    const own = this.surroundings.resolvers;
    if (own !== undefined && Object.hasOwn(own, name)) return this.callCustom(name, own[name], args);
    const resolver = builtin(name);
    if (resolver === undefined) {
      throw new ComposeError('interpolation/resolver', `there is no resolver ${name}`, {
        hint: 'built-in resolvers are oc.env, oc.select, oc.decode, oc.create, oc.dict.keys, oc.dict.values, oc.deprecated, hydra',
      });
    }
    return resolver(args, this, context);
  }

  private callCustom(name: string, resolver: CustomResolver | undefined, args: readonly Value[]): Value {
    if (resolver === undefined)
      throw new ComposeError('interpolation/resolver', `there is no resolver ${name}`);
    const plain = args.map((value) => plainValue(value, (node) => this.toPlain(node)));
    try {
      return fromPlain(resolver(...plain));
    } catch (error) {
      if (error instanceof ComposeError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ComposeError('interpolation/resolver', `the resolver ${name} failed: ${reason}`, {
        cause: error,
      });
    }
  }

  private reference(part: NodeReference, context: Context): Value {
    const key = part.key.map((piece) => this.nameText(piece, context)).join('');
    const found = this.select(context.parent, key, true, context.steps, true);
    if (found === undefined) throw noKey(part.text, context.parent, key);
    if (isContainer(found.value)) {
      for (let at: Container | undefined = context.parent; at !== undefined; at = at.parent) {
        if (at === found.value) {
          throw new ComposeError('interpolation/cycle', `${part.text} refers to what it is part of`);
        }
      }
    }
    return found.value;
  }

  /**
   * Follows a key from a container: from the root, or with leading dots from the container and its parents.
   * @param strict whether a value that was never set on the way is an error.
   */
  select(from: Container, key: string, strict: boolean, steps: readonly Step[] = [], typed = false): Found {
    const dots = /^\.*/.exec(key)?.[0].length ?? 0;
    let start: Container | undefined = dots === 0 ? rootOf(from) : from;
    for (let up = 1; up < dots; up++) start = start?.parent;
    if (start === undefined)
      throw new ComposeError('interpolation/key', `${key} leads above the top of the config`);
    const rest = key.slice(dots);
    if (rest !== '') return this.walk(start, splitKey(rest), strict, steps, typed);
    this.askFor(start, undefined, start);
    return { value: start, missing: false };
  }

  private walk(
    start: Container,
    segments: readonly string[],
    strict: boolean,
    steps: readonly Step[],
    typed: boolean,
  ): Found {
    const [segment, next] = segments;
    const found = segment === undefined ? undefined : findChild(start, segment);
    if (found === undefined) return undefined;
    const { node, key } = found;
    const missing = isMissing(node);
    if (missing && strict) {
      throw new ComposeError('interpolation/missing', `${pathOf(start, key)} was never set: it is ???`, {
        hint: `set it with ${pathOf(start, key)}=VALUE`,
      });
    }
    if (next === undefined) {
      if (steps.some((step) => step.parent === start && step.key === key)) {
        throw circle(steps, start, key, node);
      }
      this.askFor(start, key, node);
      return { value: this.resolve(start, key, node, [...steps, { parent: start, key }]), missing };
    }
    const value = this.resolve(start, key, node, steps);
    if (isContainer(value))
      return this.reads.by(node, () => this.walk(value, segments.slice(1), strict, steps, typed));
    if (!typed) return undefined;
    throw new ComposeError(
      'interpolation/key',
      `${pathOf(start, key)} holds no keys, so there is no ${next} in it`,
    );
  }

  private askFor(parent: Container, key: Key | undefined, node: Node): void {
    this.reads.ask(() => ({
      kind: 'key',
      path: pathOf(parent, key),
      origin: nodeOrigin(node),
    }));
  }
}

/** Where an interpolation stands that is being resolved. */
export interface Context {
  readonly parent: Container;
  readonly key: Key;
  readonly node: ScalarNode;
  readonly steps: readonly Step[];
}
