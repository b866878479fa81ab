import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { DevboxError } from '../base/errors.ts';

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
const rcNames = ['.devboxrc.yaml', '.devboxrc.yml', '.devboxrc.json', 'devbox.config.yaml', 'devbox.config.json'];

/**
 * Finds the project that `cwd` lies in: the nearest directory upwards with a `.devbox/` folder, an rc file, or a
 * package.json that has a `devbox` key.
 * @throws DevboxError of kind `usage` for an rc file that cannot be read or says something else than it may.
 */
export async function findProject(cwd: string): Promise<Project | undefined> {
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const names = namesIn(directory);
    const rcFile = rcNames.find((name) => names.has(name));
    const tree = names.has(treeName) && isDirectory(join(directory, treeName));
    if (rcFile !== undefined || tree || names.has('package.json')) {
      const rc = rcFile || names.has('package.json') ? await readRc(directory) : undefined;
      if (rc || tree) return asProject(directory, rc, tree);
    }
    if (dirname(directory) === directory) return undefined;
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

const rcSchema = z.strictObject({
  config_dir: z.optional(z.string()),
  searchpath: z.optional(z.array(z.string())),
  overrides: z.optional(z.array(z.string())),
});

interface Rc {
  readonly file: string;
  readonly content: z.infer<typeof rcSchema>;
}

async function readRc(directory: string): Promise<Rc | undefined> {
  const [{ cosmiconfigSync }, { load }] = await Promise.all([import('cosmiconfig'), import('js-yaml')]);
  const yaml = (_path: string, text: string): unknown => load(text);
  const explorer = cosmiconfigSync('devbox', {
    searchPlaces: [...rcNames, 'package.json'],
    loaders: { '.yaml': yaml, '.yml': yaml, '.json': (_path, text) => JSON.parse(text) },
    searchStrategy: 'none',
    cache: false,
  });
  let found: ReturnType<typeof explorer.search>;
  try {
    found = explorer.search(directory);
  } catch (error) {
    throw new DevboxError('usage', error instanceof Error ? error.message : String(error), {
      code: 'config/rc-unreadable',
      title: 'Configuration Error',
      details: [{ label: 'Directory', value: directory }],
      hint: 'Mend the file, or move it away.',
      cause: error,
    });
  }
  if (!found) return undefined;
  const parsed = z.safeParse(rcSchema, found.config ?? {});
  if (parsed.success) return { file: found.filepath, content: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.');
  throw new DevboxError('usage', `${where || 'the file'}: not what a project file may hold`, {
    code: 'config/rc-invalid',
    title: 'Configuration Error',
    details: [{ label: 'File', value: found.filepath }],
    hint: 'It may hold config_dir (a path), searchpath (a list of paths) and overrides (a list of key=value).',
  });
}

function asProject(directory: string, rc: Rc | undefined, tree: boolean): Project {
  const own = rc?.content.config_dir ?? (tree ? treeName : undefined);
  const trees = [...(own === undefined ? [] : [own]), ...(rc?.content.searchpath ?? [])];
  return {
    directory,
    searchPath: trees.map((path) => locate(directory, path)),
    overrides: rc?.content.overrides ?? [],
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
