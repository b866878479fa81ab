import { realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Origin } from '../../compose/index.ts';
import type { Project } from '../project.ts';
import type { ConfigTree } from '../search-path.ts';

/** Tells what a project contributed from what the user and devbox did. */
export interface Foreign {
  /** Whether a value was written by the project. What nobody can place counts as the project's. */
  wrote(origin: Origin | undefined): boolean;
  /** Whether a file is none of the user's or devbox's own. */
  owns(file: string): boolean;
  /** Whether a file belongs to one of the trees, and so to what trust in the project is bound to. */
  isInTrees(file: string): boolean;
  /**
   * Whether a path, links followed, lies in the project's directory, in a package installed for it, or in a tree that
   * it names beside itself. Elsewhere are files that were never meant as configuration.
   */
  isAtHome(path: string): boolean;
}

/**
 * Only what lies in the user's or devbox's own trees is theirs; everything else that was read is the project's, also
 * what a path with `..` leads to. A tree of the project that is one of the user's trees, links followed, is the user's.
 */
export function foreignTo(project: Project, trees: readonly ConfigTree[]): Foreign {
  const own = trees.filter(({ label }) => label !== 'project').map(({ path }) => path);
  const real = own.map(realPath);
  const shared = project.searchPath.filter((path) => real.includes(realPath(path)));
  const trusted = [...own, ...shared];
  const home = realPath(project.directory);
  const beside = project.searchPath.map(realPath).filter((tree) => isBeside(tree, home));
  const homes = [home, ...installed(project.directory), ...beside];
  const owns = (file: string): boolean => !isInside(file, trusted);
  return {
    wrote(origin) {
      if (origin === undefined) return true;
      return origin.kind === 'override' ? origin.index < project.overrides.length : owns(origin.file);
    },
    owns,
    isInTrees: (file) =>
      isInside(
        file,
        trees.map(({ path }) => path),
      ),
    isAtHome: (path) => isInside(realPath(path), homes),
  };
}

/** Whether a tree lies next to the project (`../team`), outside of hidden folders such as those of other programs. */
function isBeside(tree: string, home: string): boolean {
  const parent = dirname(home);
  if (dirname(parent) === parent || !isInside(tree, [parent])) return false;
  return relative(parent, tree)
    .split(sep)
    .every((part) => part === '.devbox' || !part.startsWith('.'));
}

/** Where packages can be installed that a project sees. */
function installed(directory: string): string[] {
  const own = realPath(join(directory, 'node_modules'));
  return dirname(directory) === directory ? [own] : [own, ...installed(dirname(directory))];
}

/** A path with links followed; as it is where there is nothing. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isInside(path: string, directories: readonly string[]): boolean {
  return directories.some(
    (directory) =>
      path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep),
  );
}
