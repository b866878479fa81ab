import { fromPlain, nodeOf } from './interpolation/values.ts';
import { mergeMap } from './merge.ts';
import {
  emptyList,
  emptyMap,
  type MapNode,
  missing,
  type Node,
  type PlainObject,
  pushItem,
  scalar,
  setEntry,
} from './nodes.ts';
import type { ParsedOverride } from './override/parser.ts';

/** What the caller knows of the run; everything is reachable as `${hydra:...}`. */
export interface HydraRuntime {
  readonly job?: {
    readonly name?: string;
    /** Number of the job in a sweep, from 0. */
    readonly num?: number;
    readonly id?: string;
  };
  readonly runtime?: {
    readonly cwd?: string;
    readonly output_dir?: string;
    readonly version?: string;
    /** The folders of the search path, in order, and whose they are. */
    readonly config_sources?: readonly {
      readonly path: string;
      readonly schema: string;
      readonly provider: string;
    }[];
  };
  /** Anything else under its own name. */
  readonly more?: PlainObject;
}

interface Facts {
  readonly options: { readonly configName: string };
  readonly choices: ReadonlyMap<string, string | null>;
  readonly overrides: readonly ParsedOverride[];
  /** What the configuration sets under `hydra`. */
  readonly hydra: MapNode;
}

/**
 * The tree behind `hydra:`: job, runtime with the choices, and the overrides. What belongs to a sweep only, the
 * number and id of a job, is `???` elsewhere.
 */
export function runtimeTree(runtime: HydraRuntime, { options, choices, overrides, hydra }: Facts): MapNode {
  const isHydra = ({ key }: ParsedOverride): boolean => key.startsWith('hydra.') || key.startsWith('hydra/');
  const task = overrides.filter((override) => !isHydra(override)).map(({ text }) => text);
  const root = emptyMap();
  const { name, ...number } = runtime.job ?? {};
  const job = {
    ...(name === undefined ? {} : { name }),
    override_dirname: dirname(task),
    id: missing,
    num: missing,
    config_name: options.configName,
    ...number,
  };
  setEntry(root, 'job', tree(job));
  const about = tree({ ...runtime.runtime });
  if (about.kind === 'map') {
    const chosen = emptyMap();
    for (const [group, option] of choices) setEntry(chosen, group, scalar(option));
    setEntry(about, 'choices', chosen);
  }
  setEntry(root, 'runtime', about);
  const lists = emptyMap();
  setEntry(lists, 'hydra', texts(overrides.filter(isHydra).map(({ text }) => text)));
  setEntry(lists, 'task', texts(task));
  setEntry(root, 'overrides', lists);
  for (const [key, value] of Object.entries(runtime.more ?? {})) setEntry(root, key, tree(value));
  mergeMap(root, hydra, { target: () => undefined, mayAdd: () => undefined });
  return root;
}

/** The overrides in one word: sorted, joined by commas. */
const dirname = (task: readonly string[]): string => [...task].sort().join(',');

const tree = (value: unknown): Node => nodeOf(fromPlain(value), (node) => node);

function texts(items: readonly string[]): Node {
  const list = emptyList();
  for (const item of items) pushItem(list, scalar(item));
  return list;
}
