import { constants } from 'node:fs';
import { chmod, copyFile, lutimes, mkdir, readlink, rmdir, symlink, unlink, utimes } from 'node:fs/promises';
import { hasCode } from '../../base/files.ts';
import { ApiProblem } from '../problem.ts';
import { Folder, type Name } from './folder.ts';

/** Deepest nesting that is walked: each level keeps a directory open. */
const maxDepth = 500;

/**
 * Removes something and all that is in it; links are removed, not followed. What is not there is no error.
 * @param folder the directory that has it, or its path.
 */
export async function removeTree(folder: Folder | string, name: Name): Promise<void> {
  if (typeof folder !== 'string') return removeIn(folder, name, 0);
  const opened = await Folder.open(folder);
  try {
    await removeIn(opened, name, 0);
  } finally {
    await opened.close();
  }
}

async function removeIn(folder: Folder, name: Name, depth: number): Promise<void> {
  if ((await folder.look(name))?.isDirectory()) return removeDirectory(folder, name, depth);
  await unlink(folder.at(name)).catch(ignoreMissing);
}

async function removeDirectory(folder: Folder, name: Name, depth: number): Promise<void> {
  if (depth > maxDepth) throw tooDeep(name);
  const inner = await folder.enter(name);
  try {
    // Package caches leave directories without write permission behind.
    await chmod(inner.at('.'), 0o700).catch(() => undefined);
    for await (const entry of inner.entries()) await removeIn(inner, entry.name, depth + 1);
  } finally {
    await inner.close();
  }
  await rmdir(folder.at(name)).catch(ignoreMissing);
}

/**
 * Copies a file, a link or a directory with all that is in it, to a name that is free. Modes and times are kept, links
 * stay links; pipes, sockets and devices are left out.
 */
export async function copyTree(from: Folder, name: Name, to: Folder, as: Name, depth = 0): Promise<void> {
  const stat = await from.look(name);
  if (!stat) throw new ApiProblem(404, 'not-found', `${name} is gone`);
  if (stat.isSymbolicLink()) {
    await symlink(await readlink(from.at(name), { encoding: 'buffer' }), to.at(as));
    await lutimes(to.at(as), stat.atimeMs / 1000, stat.mtimeMs / 1000);
  } else if (stat.isFile()) {
    const source = await from.readFile(name);
    try {
      const path = process.platform === 'linux' ? `/proc/self/fd/${source.fd}` : from.at(name);
      await copyFile(path, to.at(as), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    } finally {
      await source.close();
    }
    await utimes(to.at(as), stat.atimeMs / 1000, stat.mtimeMs / 1000);
  } else if (stat.isDirectory()) {
    if (depth > maxDepth) throw tooDeep(name);
    await mkdir(to.at(as), { mode: 0o700 });
    const [source, target] = [await from.enter(name), await to.enter(as)];
    try {
      for await (const entry of source.entries()) {
        await copyTree(source, entry.name, target, entry.name, depth + 1);
      }
      await chmod(target.at('.'), stat.mode & 0o7777);
      await utimes(target.at('.'), stat.atimeMs / 1000, stat.mtimeMs / 1000);
    } finally {
      await Promise.all([source.close(), target.close()]);
    }
  }
}

/** One thing below a directory. */
export interface Found {
  /** The directory that has it; open as long as the walk has not gone on. */
  readonly folder: Folder;
  readonly name: Buffer;
  /** Relative to where the walk began. */
  readonly path: string;
  readonly isDirectory: boolean;
}

/** Everything below a directory, links not followed. What goes away or may not be read meanwhile is left out. */
export async function* walkTree(folder: Folder, path = '', depth = 0): AsyncGenerator<Found> {
  for await (const entry of folder.entries()) {
    const inner = path === '' ? String(entry.name) : `${path}/${entry.name}`;
    yield { folder, name: entry.name, path: inner, isDirectory: entry.isDirectory };
    if (!entry.isDirectory || depth > maxDepth) continue;
    const below = await folder.enter(entry.name).catch(() => undefined);
    if (!below) continue;
    try {
      yield* walkTree(below, inner, depth + 1);
    } catch (error) {
      if (!hasCode(error, 'EACCES') && !hasCode(error, 'ENOENT')) throw error;
    } finally {
      await below.close();
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error;
}

function tooDeep(name: Name): ApiProblem {
  return new ApiProblem(422, 'too-deep', `${name} lies more than ${maxDepth} directories deep`);
}
