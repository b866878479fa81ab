import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, type FileHandle, link, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../base/files.ts';
import { ApiProblem } from '../problem.ts';
import { atPlace, explained, parsePath } from './place.ts';
import type { Volume } from './volume.ts';

/** The content of a file that has arrived whole, and is not yet where it belongs. */
export interface Arrival {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface SettleOptions {
  /** Whether a file that is there is replaced; its permissions are kept then. */
  readonly replace: boolean;
  /** Permissions; those of what is replaced, or 0644, where none are given. */
  readonly mode?: number | undefined;
  /** Milliseconds since 1970. */
  readonly mtime?: number | undefined;
}

/** Where a volume's arrivals are kept; boxes do not see it. */
const incoming = (volume: Volume): string => join(volume.path, '..', 'incoming');

/**
 * Writes what comes to a file of its own, as it comes.
 * @param limit the most bytes that there is room for.
 * @throws ApiProblem 413 where more comes; whatever breaks the source. Nothing is left then.
 */
export async function takeIn(volume: Volume, source: AsyncIterable<Buffer>, limit: number): Promise<Arrival> {
  const file = join(incoming(volume), `once-${randomUUID()}`);
  try {
    const handle = await open(file, 'wx', 0o600);
    return { file, ...(await append(handle, source, 0, limit)) };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** Puts an arrival where it belongs, with the directories on the way; until then nobody sees it, afterwards it is whole. */
export async function settle(
  volume: Volume,
  { file }: Arrival,
  path: string,
  options: SettleOptions,
): Promise<void> {
  const work = async (): Promise<void> => {
    await atPlace(
      volume,
      path,
      async ({ folder, name }) => {
        const there = await folder.look(name);
        await chmod(file, options.mode ?? (there?.isFile() ? there.mode & 0o777 : 0o644));
        if (options.mtime !== undefined) await utimes(file, Date.now() / 1000, options.mtime / 1000);
        if (options.replace) await rename(file, folder.at(name));
        else await link(file, folder.at(name));
        await folder.sync();
      },
      { parents: true },
    );
  };
  try {
    await explained(parsePath(path).join('/'), work);
  } finally {
    await rm(file, { force: true });
  }
}

/** @throws ApiProblem 422 where an arrival is not what its sender says that it is. */
export function checkSum({ sha256 }: Pick<Arrival, 'sha256'>, wanted: string | undefined): void {
  if (wanted === undefined || wanted === sha256) return;
  throw new ApiProblem(422, 'checksum', `what arrived has the SHA-256 ${sha256}, not ${wanted}`);
}

/** Uploads that come in parts, under names that their senders choose. What arrived stays for a day. */
export class PartialUploads {
  readonly #busy = new Set<string>();

  /** Bytes that have arrived; 0 for an upload that nobody has begun. */
  async arrived(volume: Volume, key: string): Promise<number> {
    try {
      return (await stat(fileOf(volume, key))).size;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return 0;
      throw error;
    }
  }

  /**
   * Adds a part to an upload. A connection that breaks leaves what has arrived.
   * @returns all of it, once it has `total` bytes; undefined before.
   * @throws ApiProblem 409 where the part does not begin where the last one ended, or another one is coming in;
   *   413 where more comes than there is room for.
   */
  async add(
    volume: Volume,
    part: { readonly key: string; readonly offset: number; readonly total: number | undefined },
    source: AsyncIterable<Buffer>,
    limit: number,
  ): Promise<Arrival | undefined> {
    const file = fileOf(volume, part.key);
    if (this.#busy.has(file)) throw new ApiProblem(409, 'upload-busy', 'this upload is coming in already');
    this.#busy.add(file);
    try {
      const have = await this.arrived(volume, part.key);
      if (part.offset !== have && part.offset !== 0) {
        throw new ApiProblem(409, 'upload-offset', `${have} bytes of this upload have arrived`);
      }
      const handle = await open(file, part.offset === 0 ? 'w' : 'a', 0o600);
      const most = part.total === undefined ? limit : Math.min(limit, part.total - part.offset);
      const { bytes, sha256 } = await append(handle, source, part.offset, most);
      if (bytes !== part.total) return undefined;
      return { file, bytes, sha256: part.offset === 0 ? sha256 : await hashOf(file) };
    } finally {
      this.#busy.delete(file);
    }
  }

  /** Forgets an upload that nobody will finish. */
  async drop(volume: Volume, key: string): Promise<void> {
    await rm(fileOf(volume, key), { force: true });
  }
}

const fileOf = (volume: Volume, key: string): string => join(incoming(volume), `part-${key}`);

async function append(
  handle: FileHandle,
  source: AsyncIterable<Buffer>,
  offset: number,
  limit: number,
): Promise<Omit<Arrival, 'file'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > limit) {
        throw new ApiProblem(413, 'volume-full', `there is room for ${Math.max(0, limit)} more bytes only`);
      }
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes: offset + bytes, sha256: hash.digest('hex') };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
