import { mkdir } from 'node:fs/promises';
import { hasCode } from '../../base/files.ts';
import { ApiProblem } from '../problem.ts';
import { Folder } from './folder.ts';
import type { Volume } from './volume.ts';

/** Longest name and longest path that the usual filesystems take, in bytes. */
const maxNameBytes = 255;
const maxPathBytes = 4096;

/**
 * The components of a path in a volume: relative to its root, with or without a slash before it; empty for the root.
 * @throws ApiProblem 422 for one that leaves the volume, or that no filesystem takes.
 */
export function parsePath(path: string): string[] {
  if (path.includes('\0')) throw badPath(path, 'holds a NUL byte');
  if (Buffer.byteLength(path) > maxPathBytes) throw badPath(path, 'is too long');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw badPath(path, 'must not hold ..');
  if (parts.some((part) => Buffer.byteLength(part) > maxNameBytes)) throw badPath(path, 'is too long');
  return parts;
}

/** A name in a directory of a volume: where something is to be looked at or put. */
export interface Place {
  readonly folder: Folder;
  readonly name: string;
  /** Relative to the volume's root, for messages. */
  readonly path: string;
}

export interface PlaceOptions {
  /** Make the directories on the way that are missing. */
  readonly parents?: boolean;
}

/** Opens the directory at a path, does work in it and closes it. @throws ApiProblem as `explained` says. */
export async function inFolder<T>(
  volume: Volume,
  parts: readonly string[],
  work: (folder: Folder) => Promise<T>,
  { parents = false }: PlaceOptions = {},
): Promise<T> {
  let folder = await Folder.open(volume.path);
  try {
    for (const [index, part] of parts.entries()) {
      const path = parts.slice(0, index + 1).join('/');
      if (parents) await mkdir(folder.at(part)).catch((error) => ignore(error, 'EEXIST'));
      const next = await explained(path, () => folder.enter(part));
      await folder.close();
      folder = next;
    }
    return await explained(parts.join('/'), () => work(folder));
  } finally {
    await folder.close();
  }
}

/** Opens the directory that a path lies in. @throws ApiProblem 422 for the root, which lies in none. */
export function atPlace<T>(
  volume: Volume,
  path: string,
  work: (place: Place) => Promise<T>,
  options?: PlaceOptions,
): Promise<T> {
  const parts = parsePath(path);
  const name = parts.at(-1);
  if (name === undefined) throw badPath(path, 'must name something in the volume');
  const full = parts.join('/');
  return inFolder(
    volume,
    parts.slice(0, -1),
    (folder) => explained(full, () => work({ folder, name, path: full })),
    options,
  );
}

/** Does work with a file, and turns the system's own errors into answers. */
export async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asProblem(path, error);
  }
}

function asProblem(path: string, error: unknown): unknown {
  const shown = JSON.stringify(path === '' ? '/' : path);
  const known: [string, number, string, string][] = [
    ['ENOENT', 404, 'not-found', `there is no ${shown} in this volume`],
    ['ENOTDIR', 422, 'not-a-directory', `${shown} is not a directory (links are not followed)`],
    ['EEXIST', 409, 'exists', `${shown} is there already`],
    ['ENOTEMPTY', 409, 'exists', `${shown} is there already`],
    ['EISDIR', 409, 'exists', `${shown} is a directory`],
    ['EINVAL', 422, 'invalid-request', `${shown} cannot be put into itself`],
    ['EACCES', 403, 'forbidden', `the server may not touch ${shown}`],
    ['EPERM', 403, 'forbidden', `the server may not touch ${shown}`],
    ['ENAMETOOLONG', 422, 'invalid-path', `${shown} is too long`],
    ['ENOSPC', 413, 'disk-full', `there is no room for ${shown} on the server's disk`],
    ['EDQUOT', 413, 'disk-full', `there is no room for ${shown} on the server's disk`],
  ];
  const found = known.find(([code]) => hasCode(error, code));
  return found ? new ApiProblem(found[1], found[2], found[3]) : error;
}

function badPath(path: string, why: string): ApiProblem {
  const shown = JSON.stringify(path.slice(0, 200));
  return new ApiProblem(422, 'invalid-path', `the path ${shown} ${why}`, { path: [why] });
}

function ignore(error: unknown, code: string): void {
  if (!hasCode(error, code)) throw error;
}
