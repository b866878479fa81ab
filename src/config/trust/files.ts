import { createHash } from 'node:crypto';
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DevboxError } from '../../base/errors.ts';
import type { Project } from '../project.ts';
import { readBytes } from '../read-text.ts';

/** A file of a project's configuration. */
export interface ProjectFile {
  readonly path: string;
  /** The tree that it lies in; absent for the rc file. */
  readonly tree?: string;
  /** Of its content; a file that cannot be read has the reason instead. */
  readonly digest: string;
}

const maxFiles = 5000;
const maxDepth = 16;

/**
 * All files that the configuration of a project can consist of: its rc file and every YAML file of its trees, links
 * followed, in a stable order.
 * @throws DevboxError of kind `usage` where there are too many to be looked at.
 */
export function projectFiles(project: Project): ProjectFile[] {
  const found: ProjectFile[] = [];
  let folders = 0;
  const add = (file: Omit<ProjectFile, 'digest'>): void => {
    if (found.length >= maxFiles) throw tooMany(project);
    found.push({ ...file, digest: digestOf(file.path) });
  };
  if (project.rcFile !== undefined) add({ path: project.rcFile });
  for (const tree of project.searchPath) {
    const visit = (folder: string, above: readonly string[]): void => {
      const real = realpathSync(folder);
      if (above.includes(real)) return;
      if (above.length > maxDepth || ++folders > maxFiles) throw tooMany(project);
      for (const name of namesIn(folder)) {
        const path = join(folder, name);
        const kind = kindOf(path);
        if (kind === 'folder') visit(path, [...above, real]);
        else if (kind === 'file' && name.endsWith('.yaml')) add({ path, tree });
      }
    };
    if (kindOf(tree) === 'folder') visit(tree, []);
  }
  return found;
}

/** A fingerprint of what a project contributes: names and contents of its files, and where its trees lie. */
export function fingerprint(project: Project, files: readonly ProjectFile[]): string {
  const hash = createHash('sha256');
  const facts = [project.searchPath, ...files.map(({ path, digest }) => [path, digest])];
  return hash.update(JSON.stringify(facts)).digest('hex');
}

function digestOf(path: string): string {
  try {
    return createHash('sha256').update(readBytes(path)).digest('hex');
  } catch (error) {
    return `unreadable: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return 'folder';
    return stat.isFile() ? 'file' : undefined;
  } catch {
    return undefined;
  }
}

function tooMany(project: Project): DevboxError {
  return new DevboxError('usage', 'the trees of this project hold too many files to be trusted as a whole', {
    code: 'trust/too-large',
    title: 'Trust Error',
    details: [
      { label: 'Project', value: project.directory },
      ...project.searchPath.map((value) => ({ label: 'Tree', value })),
    ],
    hint: `Name trees that hold configuration only: at most ${maxFiles} files, ${maxDepth} folders deep.`,
  });
}
