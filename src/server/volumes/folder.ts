import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, syncFolder } from '../../base/files.ts';
import { ApiProblem } from '../problem.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const isLinux = process.platform === 'linux';
/** Opens a thing without touching it: a pipe does not block, a device does nothing. Linux only; not in Node's table. */
const O_PATH = isLinux ? 0x20_0000 : 0;

/** A name in a directory: as text, or as the bytes that it is on the disk, which need not be text. */
export type Name = string | Buffer;

/** One entry of a directory. */
export interface Entry {
  readonly name: Buffer;
  readonly isDirectory: boolean;
}

/**
 * An open directory. Names in it are looked up in this very directory, whatever is renamed or replaced by links around
 * it meanwhile: on Linux through the descriptor, `/proc/self/fd/N/NAME`, which is what `openat` does. Elsewhere it
 * remembers its path, and a link put in place of a parent at the right moment would be followed.
 */
export class Folder {
  readonly #handle: FileHandle;
  readonly #path: string;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** Opens a directory that the server itself has made. */
  static async open(path: string): Promise<Folder> {
    return new Folder(await open(path, O_DIRECTORY | O_NOFOLLOW | (O_PATH || O_RDONLY)), path);
  }

  /** A path for one system call that does not follow a link at its end. @param name one component. */
  at(name: Name): string | Buffer {
    return typeof name === 'string'
      ? `${this.#self()}/${name}`
      : Buffer.concat([Buffer.from(`${this.#self()}/`), name]);
  }

  /** Opens a directory in this one. @throws Node's error: ENOENT, or ENOTDIR for a link too. */
  async enter(name: Name): Promise<Folder> {
    try {
      const handle = await open(this.at(name), O_DIRECTORY | O_NOFOLLOW | (O_PATH || O_RDONLY));
      return new Folder(handle, join(this.#path, String(name)));
    } catch (error) {
      if (hasCode(error, 'ELOOP')) throw Object.assign(new Error('it is a link'), { code: 'ENOTDIR' });
      throw error;
    }
  }

  /** The same directory once more, to be closed by itself. */
  again(): Promise<Folder> {
    return Folder.open(this.#self() === this.#path ? this.#path : `${this.#self()}/.`);
  }

  /** What has this name, links not followed; undefined where nothing has. */
  async look(name: Name): Promise<Stats | undefined> {
    try {
      return await lstat(this.at(name));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Opens a regular file to read. @throws ApiProblem 422 for anything else. */
  async readFile(name: Name): Promise<FileHandle> {
    const first = await open(this.at(name), O_NOFOLLOW | (O_PATH || O_RDONLY | O_NONBLOCK)).catch((error) => {
      throw hasCode(error, 'ELOOP') ? notAFile(name, 'a link') : error;
    });
    try {
      const stat = await first.stat();
      if (!stat.isFile()) throw notAFile(name, kindOf(stat));
      return await (O_PATH ? open(`/proc/self/fd/${first.fd}`, O_RDONLY) : open(this.at(name), O_NOFOLLOW));
    } finally {
      await first.close();
    }
  }

  /** Everything in it, in no order, read as it is asked for. */
  async *entries(): AsyncGenerator<Entry> {
    // One byte a character, so that names which are no text come out whole.
    for await (const entry of await opendir(this.#self(), { encoding: 'latin1' })) {
      yield { name: Buffer.from(entry.name, 'latin1'), isDirectory: entry.isDirectory() };
    }
  }

  /** Makes the names in it durable. */
  sync(): Promise<void> {
    return syncFolder(`${this.#self()}/.`);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #self(): string {
    return isLinux ? `/proc/self/fd/${this.#handle.fd}` : this.#path;
  }
}

function notAFile(name: Name, kind: string): ApiProblem {
  return new ApiProblem(422, 'not-a-file', `${name} is ${kind}, not a file`);
}

/** What a thing in a volume is, for a sentence. */
export function kindOf(stat: Pick<Stats, 'isDirectory' | 'isSymbolicLink' | 'isFile'>): string {
  if (stat.isDirectory()) return 'a directory';
  if (stat.isSymbolicLink()) return 'a link';
  return stat.isFile() ? 'a file' : 'a pipe, socket or device';
}
