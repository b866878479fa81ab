import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A YAML file in a configuration tree. */
export interface TreeFile {
  /** Absolute. */
  readonly path: string;
  /** Its path in the tree without the ending: `command/up_train`. */
  readonly config: string;
  /** Whether its ending is the one that is read: `.yaml`. */
  readonly isRead: boolean;
}

/** Folders may lie within one another this deep. */
const maxDepth = 16;

/** The YAML files of a tree, sorted; none where there is no such folder. Hidden files and installed packages are somebody else's. */
export function treeFiles(tree: string): TreeFile[] {
  const found: TreeFile[] = [];
  const visit = (folder: string, prefix: string, above: readonly string[]): void => {
    const real = realPathOf(folder);
    if (real === undefined || above.includes(real) || above.length > maxDepth) return;
    for (const name of namesIn(folder)) {
      const path = join(folder, name);
      const kind = kindOf(path);
      if (kind === 'folder' && name !== 'node_modules') visit(path, `${prefix}${name}/`, [...above, real]);
      const [, stem, ending] = /^(.+)\.(ya?ml)$/i.exec(name) ?? [];
      if (kind === 'folder' || stem === undefined) continue;
      found.push({ path, config: `${prefix}${stem}`, isRead: ending === 'yaml' });
    }
  };
  visit(tree, '', []);
  return found;
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}

function kindOf(path: string): 'folder' | 'other' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'other';
  } catch {
    return 'other';
  }
}

/** The group of a config, empty at the top of the tree. */
export function groupOf(config: string): string {
  return config.slice(0, Math.max(0, config.lastIndexOf('/')));
}

/** Whether the options of a group are whole jobs. */
export const isJobGroup = (group: string): boolean => group === 'command' || group.startsWith('command/');
