import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';
import { cleanLine } from '../../base/text.ts';
import { localTree, type TreeEntry, treeEntry } from '../copy/local-tree.ts';

/** A file or a link; directories are only where these lie. */
export type TreeFile = Exclude<TreeEntry, { readonly kind: 'directory' }>;

/** The files that somebody works on. */
export interface WorkingTree {
  /** Of the git repository, or the working directory where there is none; absolute. */
  readonly root: string;
  /** What it is called. */
  readonly name: string;
  /** The working directory below the root; empty where it is the root. */
  readonly inner: string;
}

/** Where a directory's working tree begins. @throws DevboxError `sync/git` where git cannot say. */
export async function workingTree(cwd: string, env: Environment): Promise<WorkingTree> {
  const root = (await repositoryRoot(cwd, env)) ?? cwd;
  return { root, name: basename(root), inner: relative(root, cwd) };
}

/**
 * The files of a working tree, sorted: what git tracks, and what it neither tracks nor ignores; submodules and repositories
 * within, too. Without git everything.
 * @throws DevboxError where git or the system does not let them be read.
 */
export async function filesOf({ root }: WorkingTree, env: Environment): Promise<TreeFile[]> {
  const isRepository = (await repositoryRoot(root, env)) !== undefined;
  const all = isRepository ? await gitFiles(root, '', env) : (await localTree(root)).entries;
  return all
    .flatMap((entry) => (entry.kind === 'directory' || isInGit(entry.path) ? [] : [entry]))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether a path leads into the directory of a repository: what lies there is git's, and some of it is run. */
export const isInGit = (path: string): boolean =>
  path.split('/').some((part) => part.toLowerCase() === '.git');

type Environment = Readonly<Record<string, string | undefined>>;

async function gitFiles(root: string, prefix: string, env: Environment): Promise<TreeEntry[]> {
  const said = await git(['ls-files', '-z', '--cached', '--others', '--exclude-standard'], root, env);
  const names = new Set(said.split('\0').filter((name) => name !== ''));
  const entries: TreeEntry[] = [];
  for (const name of names) {
    const full = join(root, name);
    const path = `${prefix}${name}`.replace(/\/$/, '');
    const stat = await lstat(full).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
      throw error;
    });
    if (!stat) continue;
    // A submodule, or a repository that is not part of this one.
    if (stat.isDirectory()) {
      if ((await repositoryRoot(full, env)) === full)
        entries.push(...(await gitFiles(full, `${path}/`, env)));
      continue;
    }
    const entry = await treeEntry(full, path, stat);
    if (entry) entries.push(entry);
  }
  return entries;
}

/**
 * The directory that holds the repository of a directory; undefined where it is in none.
 * @throws DevboxError where the repository says that its files are others: it may have come from elsewhere, to send those.
 */
async function repositoryRoot(cwd: string, env: Environment): Promise<string | undefined> {
  const root = closestWithGit(cwd);
  if (root === undefined) return undefined;
  const said = (await git(['rev-parse', '--show-toplevel'], root, env)).replace(/\n$/, '');
  if (realpathSync(root) !== said) throw gitFailed(root, `its files are those of ${said}`);
  return root;
}

function closestWithGit(directory: string): string | undefined {
  if (existsSync(join(directory, '.git'))) return directory;
  const parent = dirname(directory);
  return parent === directory ? undefined : closestWithGit(parent);
}

/** A repository may have come as it is from elsewhere: nothing that its configuration names is run. */
const harmless = ['-c', 'core.fsmonitor=false', '-c', 'safe.bareRepository=explicit'];

function git(words: readonly string[], cwd: string, env: Environment): Promise<string> {
  // Which repository is meant is for the directory to say, also in a hook of another one.
  const kept = Object.entries(env).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(name));
  const options = { cwd, env: Object.fromEntries(kept), maxBuffer: 2 ** 28 };
  return new Promise((resolve, reject) => {
    execFile('git', [...harmless, ...words], options, (error, stdout, stderr) => {
      if (error) reject(gitFailed(cwd, hasCode(error, 'ENOENT') ? 'git is not installed' : stderr));
      else resolve(stdout);
    });
  });
}

function gitFailed(cwd: string, said: string): DevboxError {
  return new DevboxError('failed', 'git does not say which files belong to the working tree', {
    code: 'sync/git',
    title: 'Not Synced',
    details: [
      { label: 'Directory', value: cleanLine(cwd, 300) },
      { label: 'Git says', value: cleanLine(said, 300) || 'nothing' },
    ],
    hint: 'Look at it with: git status. Or run without your files: sync=false',
  });
}
