import type { Stats } from 'node:fs';
import { lstat, opendir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanLine } from '../../base/text.ts';
import { asDevboxError } from './local-file.ts';

/** Something in a directory of this machine. Paths are relative to the directory. */
export type TreeEntry = {
  readonly path: string;
  /** Permissions. */
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
} & (
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly bytes: number }
  | { readonly kind: 'link'; readonly target: string }
);

export interface LocalTree {
  readonly root: string;
  /** Directories before what is in them. */
  readonly entries: readonly TreeEntry[];
  /** Of all files. */
  readonly bytes: number;
  /** Paths of pipes, sockets and devices, which are not copied. */
  readonly leftOut: readonly string[];
}

/** Everything in a directory; links are entries and not followed. @throws DevboxError where it cannot be read. */
export async function localTree(root: string): Promise<LocalTree> {
  const entries: TreeEntry[] = [];
  const leftOut: string[] = [];
  const walk = async (path: string): Promise<void> => {
    const names: string[] = [];
    for await (const { name } of await opendir(join(root, path))) names.push(name);
    for (const name of names.sort()) {
      const inner = path === '' ? name : `${path}/${name}`;
      const entry = await treeEntry(join(root, inner), inner, await lstat(join(root, inner)));
      if (entry) entries.push(entry);
      else leftOut.push(cleanLine(inner, 300));
      if (entry?.kind === 'directory') await walk(inner);
    }
  };
  try {
    await walk('');
  } catch (error) {
    throw asDevboxError(error, root);
  }
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.bytes : 0), 0);
  return { root, entries, bytes, leftOut };
}

/** What something is as an entry; undefined for pipes, sockets and devices. @param full where it is. */
export async function treeEntry(full: string, path: string, stat: Stats): Promise<TreeEntry | undefined> {
  const common = { path, mode: stat.mode & 0o7777, mtime: stat.mtimeMs };
  if (stat.isDirectory()) return { ...common, kind: 'directory' };
  if (stat.isSymbolicLink()) return { ...common, kind: 'link', target: await readlink(full) };
  return stat.isFile() ? { ...common, kind: 'file', bytes: stat.size } : undefined;
}
