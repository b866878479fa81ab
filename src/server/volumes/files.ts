import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ApiProblem } from '../problem.ts';
import type { FileItem } from '../wire/volume-files.ts';
import { Folder, type Name } from './folder.ts';
import { atPlace, inFolder, parsePath } from './place.ts';
import { copyTree, removeTree, walkTree } from './tree.ts';
import type { Volume } from './volume.ts';

/** The most that one answer lists, finds, or looks through. */
const maxListed = 20_000;
const maxFound = 1000;
const maxSearched = 500_000;
/** Largest file that is answered as text, in bytes. */
const maxTextBytes = 4 * 2 ** 20;
/** Bytes at the beginning of a file by which it is told whether it is text. */
const sampleBytes = 1024;

/** Items, and whether there are more than were given. */
export interface Items {
  readonly items: readonly FileItem[];
  readonly isCut: boolean;
}

/** What a directory holds; directories first, by name. A file is listed by itself. */
export async function listFiles(volume: Volume, path: string): Promise<Items> {
  const parts = parsePath(path);
  if (parts.length > 0) {
    const single = await atPlace(volume, path, async ({ folder, name, path: full }) => {
      const stat = await folder.look(name);
      return stat && !stat.isDirectory() ? toItem(folder, name, full, stat) : undefined;
    });
    if (single) return { items: [single], isCut: false };
  }
  return inFolder(volume, parts, async (folder) => {
    const items: FileItem[] = [];
    for await (const { name } of folder.entries()) {
      if (items.length === maxListed) return { items: sorted(items), isCut: true };
      const stat = await folder.look(name);
      if (stat) items.push(await toItem(folder, name, [...parts, String(name)].join('/'), stat));
    }
    return { items: sorted(items), isCut: false };
  });
}

/** Everything below a directory whose name holds a text, upper and lower case taken as one; by path. */
export async function searchFiles(volume: Volume, query: string, path: string): Promise<Items> {
  const wanted = query.toLowerCase();
  const parts = parsePath(path);
  return inFolder(volume, parts, async (start) => {
    const items: FileItem[] = [];
    let seen = 0;
    for await (const { folder, name, path: below } of walkTree(start, parts.join('/'))) {
      if (items.length === maxFound || ++seen > maxSearched) return { items, isCut: true };
      if (!String(name).toLowerCase().includes(wanted)) continue;
      const stat = await folder.look(name);
      if (stat) items.push(await toItem(folder, name, below, stat));
    }
    return { items: items.sort((a, b) => a.path.localeCompare(b.path)), isCut: false };
  });
}

/** The text of a file. @throws ApiProblem 413 where it is large, 422 where it is not UTF-8. */
export function readText(volume: Volume, path: string): Promise<string> {
  return atPlace(volume, path, async ({ folder, name, path: full }) => {
    const file = await folder.readFile(name);
    try {
      if ((await file.stat()).size > maxTextBytes) {
        const limit = `${maxTextBytes / 2 ** 20} MiB`;
        throw new ApiProblem(413, 'too-large', `${full} is larger than ${limit}: download it`);
      }
      const bytes = await file.readFile();
      const text = bytes.toString('utf8');
      if (Buffer.compare(Buffer.from(text), bytes) === 0) return text;
      throw new ApiProblem(422, 'not-text', `${full} is not UTF-8 text: download it`);
    } finally {
      await file.close();
    }
  });
}

/** Makes a directory. @param parents also those on the way, and one that is there is no error. */
export function makeDirectory(volume: Volume, path: string, parents: boolean): Promise<void> {
  if (parents) return inFolder(volume, parsePath(path), (folder) => folder.sync(), { parents });
  return atPlace(volume, path, async ({ folder, name }) => {
    await mkdir(folder.at(name));
    await folder.sync();
  });
}

/** Deletes a file, a link, or a directory with everything in it: gone at once, cleared away after that. */
export function removeFile(volume: Volume, path: string): Promise<void> {
  return atPlace(volume, path, ({ folder, name }) =>
    withIncoming(volume, async (incoming) => {
      const gone = `gone-${randomUUID()}`;
      await rename(folder.at(name), incoming.at(gone));
      await folder.sync();
      await removeTree(incoming, gone);
    }),
  );
}

/** Renames within a volume. @throws ApiProblem 409 where something has the new name. */
export function renameFile(volume: Volume, from: string, to: string): Promise<void> {
  return atPlace(volume, from, (source) =>
    atPlace(volume, to, async (target) => {
      if (!(await source.folder.look(source.name))) throw noSuch(source.path);
      if (await target.folder.look(target.name)) throw taken(target.path);
      await rename(source.folder.at(source.name), target.folder.at(target.name));
      await Promise.all([source.folder.sync(), target.folder.sync()]);
    }),
  );
}

/** Copies within a volume; the copy appears when it is whole. @throws ApiProblem 409 where something has the name. */
export function copyFile(volume: Volume, from: string, to: string): Promise<void> {
  return atPlace(volume, from, (source) =>
    atPlace(volume, to, (target) =>
      withIncoming(volume, async (incoming) => {
        if (!(await source.folder.look(source.name))) throw noSuch(source.path);
        if (await target.folder.look(target.name)) throw taken(target.path);
        const half = `once-${randomUUID()}`;
        try {
          await copyTree(source.folder, source.name, incoming, half);
          await rename(incoming.at(half), target.folder.at(target.name));
        } catch (error) {
          await removeTree(incoming, half);
          throw error;
        }
        await target.folder.sync();
      }),
    ),
  );
}

/** Opens the directory of a volume in which things are made before they appear; boxes do not see it. */
export async function withIncoming<T>(volume: Volume, work: (incoming: Folder) => Promise<T>): Promise<T> {
  const incoming = await Folder.open(join(volume.path, '..', 'incoming'));
  try {
    return await work(incoming);
  } finally {
    await incoming.close();
  }
}

async function toItem(folder: Folder, name: Name, path: string, stat: Stats): Promise<FileItem> {
  const text = String(name);
  return {
    name: text,
    path,
    modified: stat.mtime.toISOString(),
    extension: stat.isDirectory() ? '' : extname(text).slice(1),
    is_directory: stat.isDirectory(),
    is_text: stat.isFile() && (await isText(folder, name)),
    size: stat.isDirectory() ? 0 : stat.size,
    is_link: stat.isSymbolicLink(),
  };
}

/** Whether a file begins like UTF-8 text. One that may not be read, or is gone, is none. */
async function isText(folder: Folder, name: Name): Promise<boolean> {
  const file = await folder.readFile(name).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
    const sample = buffer.subarray(0, bytesRead);
    // Cut in the middle, a character may be incomplete at the end.
    const text = sample.toString('utf8').replace(/\ufffd{1,3}$/, '');
    return !text.includes('\0') && !text.includes('\ufffd');
  } finally {
    await file.close();
  }
}

function sorted(items: FileItem[]): FileItem[] {
  return items.sort((a, b) => Number(b.is_directory) - Number(a.is_directory) || (a.name < b.name ? -1 : 1));
}

function noSuch(path: string): ApiProblem {
  return new ApiProblem(404, 'not-found', `there is no ${JSON.stringify(path)} in this volume`);
}

function taken(path: string): ApiProblem {
  return new ApiProblem(409, 'exists', `${JSON.stringify(path)} is there already`);
}
