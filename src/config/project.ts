import { lstatSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DevboxError } from '../base/errors.ts';
import { codeNames, type RcContent, rcNames } from './rc-names.ts';
import { readText } from './read-text.ts';

/** What a project directory contributes to the configuration. */
export interface Project {
  /** The directory in which it was found, absolute. */
  readonly directory: string;
  /** Its rc file, absolute; absent where there is only a tree. */
  readonly rcFile?: string;
  /** Configuration trees, absolute, first match wins. */
  readonly searchPath: readonly string[];
  /** Overrides that stand before those of the command line. */
  readonly overrides: readonly string[];
}

const treeName = '.devbox';

/**
 * Finds the project that `cwd` lies in: the nearest directory upwards with a `.devbox/` folder, an rc file, or a
 * package.json that has a `devbox` key.
 * @param onCode hears of files on the way that other tools would run as configuration; devbox does not.
 * @throws DevboxError of kind `usage` for an rc file that cannot be read or says something else than it may.
 */
export async function findProject(
  cwd: string,
  onCode: (file: string) => void = () => undefined,
): Promise<Project | undefined> {
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const names = namesIn(directory);
    for (const name of codeNames) if (names.has(name)) onCode(join(directory, name));
    const tree = names.has(treeName) && isTree(join(directory, treeName));
    const named =
      rcNames.some((name) => names.has(name)) || (names.has('package.json') && hasPackageKey(directory));
    if (named || tree) return asProject(directory, named ? await readRc(directory, names) : undefined, tree);
    if (dirname(directory) === directory) return undefined;
  }
}

/** Whether the package.json here has a `devbox` key; broken files are somebody else's business. */
function hasPackageKey(directory: string): boolean {
  try {
    const text = readText(join(directory, 'package.json'));
    if (!text.includes('"devbox"')) return false;
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null && Object.hasOwn(content, 'devbox');
  } catch {
    return false;
  }
}

const soughtNames = [treeName, 'package.json', ...rcNames, ...codeNames];

/** Which of the names that matter are there. A look at each is faster than a listing of a large directory. */
function namesIn(directory: string): Set<string> {
  return new Set(soughtNames.filter((name) => isThere(join(directory, name))));
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // The directory is not there, or may not be looked into.
    return false;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // A loop of links, or a path through a file.
    return false;
  }
}

/** @throws DevboxError of kind `usage` for a link that leads nowhere but to itself. */
function isTree(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    if (Object(cause).code !== 'ELOOP') return false;
    throw new DevboxError('usage', `${path} cannot be read: its links lead in a circle`, {
      code: 'config/tree-unreadable',
      title: 'Configuration Error',
      hint: 'Mend the link, or take it away.',
      cause,
    });
  }
}

async function readRc(directory: string, names: ReadonlySet<string>): Promise<Rc> {
  // An rc file is rare, and reading one loads two libraries.
  return (await import('./rc-file.ts')).readRcFile(directory, names);
}

interface Rc {
  readonly file: string;
  readonly content: RcContent;
}

function asProject(directory: string, rc: Rc | undefined, tree: boolean): Project {
  const { config_dir, searchpath = [], overrides = [] } = rc?.content ?? {};
  const own = config_dir ?? (tree ? treeName : undefined);
  const trees = [...(own === undefined ? [] : [own]), ...searchpath];
  return {
    directory,
    ...(rc === undefined ? {} : { rcFile: rc.file }),
    searchPath: trees.map((path) => existing(locate(directory, path), rc?.file ?? directory)),
    overrides,
  };
}

/** A tree that is named and not there would leave its presets out without a word. */
function existing(tree: string, namedBy: string): string {
  if (isDirectory(tree)) return tree;
  throw new DevboxError('usage', `the project names ${tree}, which is no directory`, {
    code: 'config/directory-missing',
    title: 'Configuration Error',
    details: [{ label: 'Named by', value: namedBy }],
    hint: 'Make it, or take it out of config_dir or searchpath.',
  });
}

/** A path of an rc file: relative to it, or inside an installed package as `pkg:NAME/path`. */
function locate(directory: string, path: string): string {
  if (!path.startsWith('pkg:')) return resolve(directory, path);
  const inside = path.slice('pkg:'.length);
  const isInside = inside !== '' && !inside.split('/').includes('..');
  for (let base = directory; isInside; base = dirname(base)) {
    const candidate = join(base, 'node_modules', inside);
    if (isDirectory(candidate)) return candidate;
    if (dirname(base) === base) break;
  }
  throw new DevboxError('usage', `no installed package holds ${inside}`, {
    code: 'config/package-missing',
    title: 'Configuration Error',
    details: [{ label: 'Directory', value: directory }],
    hint: `Install it there, for example: npm install ${packageName(inside)}`,
  });
}

/** The package of a path such as `@team/boxes/conf`. */
function packageName(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}
