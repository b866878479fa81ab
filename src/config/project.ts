import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DevboxError } from '../base/errors.ts';
import { type RcContent, rcNames } from './rc-names.ts';

/** What a project directory contributes to the configuration. */
export interface Project {
  /** The directory in which it was found, absolute. */
  readonly directory: string;
  /** Configuration trees, absolute, first match wins. */
  readonly searchPath: readonly string[];
  /** Overrides that stand before those of the command line. */
  readonly overrides: readonly string[];
}

const treeName = '.devbox';

/**
 * Finds the project that `cwd` lies in: the nearest directory upwards with a `.devbox/` folder, an rc file, or a
 * package.json that has a `devbox` key.
 * @throws DevboxError of kind `usage` for an rc file that cannot be read or says something else than it may.
 */
export async function findProject(cwd: string): Promise<Project | undefined> {
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const names = namesIn(directory);
    const tree = names.has(treeName) && isDirectory(join(directory, treeName));
    const named =
      rcNames.some((name) => names.has(name)) || (names.has('package.json') && hasPackageKey(directory));
    if (named || tree) return asProject(directory, named ? await readRc(directory) : undefined, tree);
    if (dirname(directory) === directory) return undefined;
  }
}

/** Whether the package.json here has a `devbox` key; broken files are somebody else's business. */
function hasPackageKey(directory: string): boolean {
  try {
    const content: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    return typeof content === 'object' && content !== null && Object.hasOwn(content, 'devbox');
  } catch {
    return false;
  }
}

function namesIn(directory: string): Set<string> {
  try {
    return new Set(readdirSync(directory));
  } catch {
    return new Set();
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function readRc(directory: string): Promise<RcContent | undefined> {
  // An rc file is rare, and reading one loads two libraries.
  return (await import('./rc-file.ts')).readRcFile(directory);
}

function asProject(directory: string, rc: RcContent | undefined, tree: boolean): Project {
  const own = rc?.config_dir ?? (tree ? treeName : undefined);
  const trees = [...(own === undefined ? [] : [own]), ...(rc?.searchpath ?? [])];
  return {
    directory,
    searchPath: trees.map((path) => locate(directory, path)),
    overrides: rc?.overrides ?? [],
  };
}

/** A path of an rc file: relative to it, or inside an installed package as `pkg:NAME/path`. */
function locate(directory: string, path: string): string {
  if (!path.startsWith('pkg:')) return resolve(directory, path);
  const inside = path.slice('pkg:'.length);
  for (let base = directory; ; base = dirname(base)) {
    const candidate = join(base, 'node_modules', inside);
    if (isDirectory(candidate)) return candidate;
    if (dirname(base) === base) break;
  }
  throw new DevboxError('usage', `no installed package holds ${inside}`, {
    code: 'config/package-missing',
    title: 'Configuration Error',
    details: [{ label: 'Directory', value: directory }],
    hint: `Install it there, for example: npm install ${inside.split('/')[0]}`,
  });
}
