import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary directory with files in it, for one test. */
export interface Tree {
  readonly path: string;
  remove(): void;
}

/** Makes a directory that holds these files, by path relative to it. */
export function makeTree(files: Readonly<Record<string, string>>): Tree {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'devbox-tree-')));
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
