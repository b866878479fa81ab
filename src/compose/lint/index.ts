import { type Composition, embed } from '../compose.ts';
import { Entry } from '../defaults/element.ts';
import { notFound } from '../defaults/failures.ts';
import { ComposeError } from '../errors.ts';
import { Resolver } from '../interpolation/resolve.ts';
import { splitKey } from '../keys.ts';
import { nodeAt } from '../merge.ts';
import { emptyMap, nodeOrigin, type PlainObject, type PlainValue, toPlain } from '../nodes.ts';
import { type LoadedConfig, Repository, readConfig, type SearchPathEntry } from '../repository.ts';
import { readGraph } from '../yaml/graph.ts';
import { lintHeader } from './header.ts';
import { lintKeywords } from './keywords.ts';

/** What is wrong with a config file by itself, and which other configs it names. */
export interface FileReport {
  /** Everything wrong, in no order. */
  readonly errors: readonly ComposeError[];
  /** What it sets by itself, at the place where its header puts it; null where it cannot be read. */
  readonly content: FileContent | null;
  /** Paths of the configs in its defaults list, without extension; `GROUP/*` where the option is chosen elsewhere. */
  readonly names: readonly string[];
}

/** The content of one file as if it were a whole composition. */
export type FileContent = Pick<Composition, 'config' | 'resolve' | 'originOf'>;

/**
 * Looks at one config file as composing does not: at all of its mistakes, and at what the engine takes for a comment
 * or for another word.
 * @param file the file, absolute; it need not be the first of its name on the search path.
 * @param config its path in the search path, without extension.
 */
export function inspectConfig(
  searchPath: readonly SearchPathEntry[],
  file: string,
  config: string,
): FileReport {
  let loaded: LoadedConfig;
  try {
    loaded = readConfig(file, config);
  } catch (error) {
    if (error instanceof ComposeError) return { errors: [error], content: null, names: [] };
    throw error;
  }
  const repository = new Repository(searchPath);
  const parent = { entry: new Entry('config', config, {}), parent: undefined, children: [] };
  const named = loaded.defaults.flatMap((item) => {
    const entry =
      item.kind === 'config' ? new Entry('config', item.path, item) : new Entry('group', item.group, item);
    entry.adopt(parent.entry.groupPath, '');
    return entry.isSelf ? [] : optionsOf(entry);
  });
  const misspelled = lintKeywords(readGraph(loaded.source));
  const missing = named.filter(
    (entry) =>
      !entry.optional &&
      !isOpen(entry) &&
      !isThere(repository, entry) &&
      !misspelled.some(({ path }) => path === entry.name),
  );
  return {
    errors: [
      ...lintHeader(loaded.source),
      ...misspelled,
      ...missing.map((entry) => notFound(repository, { entry, parent, children: [] })),
    ],
    content: contentOf(loaded, parent.entry),
    names: named.map((entry) => (isOpen(entry) ? `${entry.groupPath}/*` : entry.configPath)),
  };
}

function contentOf({ root, header }: LoadedConfig, entry: Entry): FileContent {
  const group = entry.groupPath;
  const name = header ?? group.replaceAll('/', '.');
  const content = embed(
    root,
    name.replaceAll('_group_', group.replaceAll('/', '.')).replace(/^_global_\.?/, ''),
  );
  const top = content.kind === 'map' ? content : emptyMap();
  return {
    config: plainObject(toPlain(top)),
    resolve: (excuse) => plainObject(new Resolver(top, { env: {} }, excuse).toPlain(top)),
    originOf: (path) => {
      const node = nodeAt(top, typeof path === 'string' ? splitKey(path) : path);
      return node === undefined ? undefined : nodeOrigin(node);
    },
  };
}

const plainObject = (value: PlainValue): PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** A group with several options stands for that many. */
function optionsOf(entry: Entry): Entry[] {
  const { options, parentFolder } = entry;
  if (options === undefined) return [entry];
  return options.map((value) => {
    const one = new Entry('group', entry.path, { ...entry, value });
    one.adopt(parentFolder, '');
    return one;
  });
}

const isOpen = (entry: Entry): boolean => entry.isMissing || entry.isInterpolation || entry.name === null;

const isThere = (repository: Repository, entry: Entry): boolean =>
  repository.find(entry.configPath) !== undefined;
