import { type Alternatives, type LayerOf, settleAlternatives, variablesAt } from './alternatives.ts';
import { Choices, placeOf } from './defaults/choices.ts';
import type { DefaultsTree } from './defaults/outline.ts';
import { type DefaultsEntry, type ExpandedDefaults, expandDefaults } from './defaults/tree.ts';
import { ComposeError, errorAt } from './errors.ts';
import type { ReadGuard } from './interpolation/reads.ts';
import { Resolver, type Surroundings } from './interpolation/resolve.ts';
import type { CustomResolver } from './interpolation/resolvers.ts';
import { splitKey } from './keys.ts';
import { type MergeRules, mergeContainer, nodeAt } from './merge.ts';
import {
  type Container,
  copyNode,
  emptyMap,
  type MapNode,
  type Node,
  nodeOrigin,
  type PlainObject,
  setEntry,
  toPlain,
} from './nodes.ts';
import type { Origin } from './origin.ts';
import { type ParsedOverride, parseOverrideText } from './override/parser.ts';
import { isSweepOverride } from './override/values.ts';
import { type Part, type PartOptions, partOf } from './part.ts';
import { Repository, type SearchPathEntry } from './repository.ts';
import { type HydraRuntime, runtimeTree } from './runtime.ts';
import { sourcesOf } from './sources.ts';
import { Updater } from './update.ts';
import { printYaml } from './yaml/print.ts';

export interface ComposeOptions {
  /** Folders with configs; the first that has a file wins. Those that do not exist are skipped. */
  readonly searchPath: readonly SearchPathEntry[];
  /** Path of the primary config, without extension. */
  readonly configName: string;
  /** Overrides as on the command line, in order; null takes a place among them and does nothing. */
  readonly overrides: readonly (string | null)[];
  /** Environment variables that `oc.env` reads. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Resolvers by name, in addition to the built-in ones. */
  readonly resolvers?: Readonly<Record<string, CustomResolver>>;
  /** What `hydra:` tells; without it, `hydra:` is an error. */
  readonly runtime?: HydraRuntime;
  /** Paths of mappings that take new keys by plain `path.key=value`; they need not exist in the config. */
  readonly openMaps?: readonly string[];
  /** Sets of keys of which only one counts: the one that the highest layer sets clears the others. */
  readonly alternatives?: readonly Alternatives[];
  /** How many of the overrides, from the first, are a layer of their own below the others. Default 0. */
  readonly lowerOverrides?: number;
  /** Asked before an interpolation reads something; what it throws ends the composition. */
  readonly guard?: ReadGuard;
}

/** A composed configuration. */
export interface Composition {
  /** The configuration with interpolations as they are; `???` where a value was never set. */
  readonly config: PlainObject;
  /**
   * The configuration with every interpolation resolved.
   * @param excuse hears of each value that cannot be resolved, instead of an error; such a value becomes `???`.
   * @throws ComposeError `interpolation/...`.
   */
  resolve(excuse?: (error: ComposeError) => void): PlainObject;
  /** The configs that it was merged from, in order. */
  readonly defaults: readonly DefaultsEntry[];
  /** The same with the entries that were left out, as the tree that the defaults lists make. */
  readonly defaultsTree: DefaultsTree;
  /** The option chosen for each config group (`group` or `group@package`); null for a group set to null. */
  readonly choices: Record<string, string | null>;
  /** What `hydra:` tells: what was set under `hydra.` and the facts of the run. No part of the configuration. */
  readonly hydra: PlainObject;
  /** Where the value at a path (`a.b[0]`, or keys one by one) was written; undefined where there is none. */
  originOf(path: string | readonly (string | number)[]): Origin | undefined;
  /**
   * Where everything was written that decides the value at a path, or of the values in it: interpolations on the way,
   * and what they refer to. In no order.
   */
  sourcesOf(path: readonly (string | number)[]): Origin[];
  /** The environment variables that are set and decide the value at a path. */
  variablesOf(path: readonly (string | number)[]): string[];
  /** The configuration, or the part at a path, as YAML; floats keep their point, `1.0`. */
  toYaml(path?: string | readonly (string | number)[]): string;
  /**
   * A part of the configuration, of what `hydra:` tells, or of both; undefined where nothing stands at the path.
   * @throws ComposeError `interpolation/...`.
   */
  part(options?: PartOptions): Part | undefined;
}

/**
 * Composes a configuration from files and overrides.
 * @throws ComposeError for everything that is wrong with either.
 */
export function compose(options: ComposeOptions): Composition {
  const slots = options.overrides.map((text, index) => (text === null ? null : parseAt(text, index)));
  const overrides = slots.filter((override) => override !== null);
  for (const override of overrides) refuseSweep(override, slots.indexOf(override));
  const repository = new Repository(options.searchPath);
  refuseNoMapping(repository, options.configName);
  const choices = new Choices(repository, slots);
  const surroundings = surroundingsOf(options);
  const defaults = expandDefaults(repository, options.configName, choices, surroundings);
  const root = emptyMap();
  const resolver = new Resolver(root, surroundings);
  for (const entry of defaults.list) mergeConfig(root, entry, repository, resolver);
  const updater = new Updater(root, resolver, ['hydra', ...(options.openMaps ?? [])]);
  for (const override of choices.keys) updater.apply(override, placeOf(override, slots.indexOf(override)));
  for (const each of options.alternatives ?? []) {
    settleAlternatives(root, each, layersOf(defaults.list, options.lowerOverrides ?? 0), surroundings);
  }
  return composition(root, options, defaults, choices, overrides);
}

/** Files in the order in which they are merged, and above them the overrides. */
function layersOf(files: readonly DefaultsEntry[], lowerOverrides: number): LayerOf {
  return ({ source }) => {
    if (source.kind === 'file') return files.findLastIndex(({ file }) => file === source.path);
    return files.length + (source.index < lowerOverrides ? 0 : 1);
  };
}

function surroundingsOf({ env = {}, resolvers, guard }: ComposeOptions): Surroundings {
  return {
    env,
    ...(resolvers === undefined ? {} : { resolvers }),
    ...(guard === undefined ? {} : { guard }),
  };
}

/** Parses an override; errors say which one it is. */
function parseAt(text: string, index: number): ParsedOverride {
  try {
    return parseOverrideText(text);
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    const { code, message, hint, candidates } = error;
    const place = { source: { kind: 'override', text, index } as const, start: 0, end: text.length };
    throw errorAt(place, code, message, { hint, candidates });
  }
}

function refuseSweep(override: ParsedOverride, index: number): void {
  if (!isSweepOverride(override)) return;
  const { element, key, text } = override;
  const equals = text.indexOf('=');
  const list = `${text.slice(0, equals)}=[${text.slice(equals + 1).trim()}]`;
  const simple = element?.kind === 'choice' && element.simple;
  throw errorAt(
    placeOf(override, index),
    'override/sweep',
    `${text} is a sweep: it stands for several values`,
    {
      path: key,
      hint: simple
        ? `for a list, write '${list}'; for a sweep, add --multirun`
        : 'for a sweep, add --multirun',
    },
  );
}

function refuseNoMapping(repository: Repository, configName: string): void {
  const loaded = repository.load(configName);
  if (loaded === undefined || loaded.root.kind === 'map') return;
  throw errorAt(
    loaded.root.place,
    'config/kind',
    `the primary config ${configName} has to be a mapping, not a list`,
    {
      path: configName,
    },
  );
}

function mergeConfig(root: MapNode, entry: DefaultsEntry, repository: Repository, resolver: Resolver): void {
  const loaded = repository.load(entry.config);
  if (loaded === undefined) throw new ComposeError('config/not-found', `there is no config ${entry.config}`);
  const rules: MergeRules = {
    target: (parent, key, node) => resolver.container(parent, key, node),
    mayAdd: () => undefined,
  };
  mergeContainer(root, embed(loaded.root, entry.package), rules);
}

/** Puts the content of a config where its package says. */
export function embed(content: Container, packageName: string): Container {
  if (packageName === '') return content;
  let node: Node = copyNode(content);
  for (const key of splitKey(packageName).reverse()) {
    const map = emptyMap();
    setEntry(map, key, node);
    node = map;
  }
  return node.kind === 'scalar' ? emptyMap() : node;
}

function composition(
  root: MapNode,
  options: ComposeOptions,
  defaults: ExpandedDefaults,
  choices: Choices,
  overrides: readonly ParsedOverride[],
): Composition {
  const own = root.entries.get('hydra');
  root.entries.delete('hydra');
  const set = own?.kind === 'map' ? own : emptyMap();
  const { runtime } = options;
  const facts =
    runtime &&
    once(() => {
      const tree = runtimeTree(runtime, { options, choices: choices.known, overrides, hydra: set });
      // Interpolations in there lead to the configuration, as if both were one tree.
      const top = emptyMap();
      setEntry(top, 'hydra', tree);
      for (const [key, node] of root.entries) top.entries.set(key, node);
      return tree;
    });
  const hydra = facts ?? (() => set);
  const surroundings: Surroundings = {
    ...surroundingsOf(options),
    ...(facts === undefined ? {} : { runtime: facts }),
  };
  const find = (path: string | readonly (string | number)[]): Node | undefined =>
    nodeAt(root, typeof path === 'string' ? (path === '' ? [] : splitKey(path)) : path);
  return {
    config: asObject(toPlain(root)),
    resolve: (excuse) => asObject(new Resolver(root, surroundings, excuse).toPlain(root)),
    defaults: defaults.list,
    get defaultsTree() {
      return defaults.tree();
    },
    choices: Object.fromEntries(choices.known),
    get hydra() {
      return asObject(toPlain(hydra()));
    },
    originOf: (path) => {
      const node = find(path);
      return node === undefined ? undefined : nodeOrigin(node);
    },
    sourcesOf: (path) => sourcesOf(root, path, (visit) => new Resolver(root, { ...surroundings, visit })),
    variablesOf: (path) => variablesAt(root, path, surroundings),
    toYaml: (path = '') => {
      const node = find(path);
      return node === undefined ? '' : printYaml(node);
    },
    part: (wanted = {}) =>
      partOf({ config: root, hydra, resolver: (top) => new Resolver(top, surroundings) }, wanted),
  };
}

/** Most compositions are never asked for what few ask for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const asObject = (value: unknown): PlainObject => (isObject(value) ? value : {});

const isObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
