import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ApiProblem } from '../problem.ts';
import { atPlace } from './place.ts';
import type { Volume } from './volume.ts';

/** Bytes of a file, from one that was asked for to the end. */
export interface Download {
  /** Ends the file when it is read to its end, or destroyed. */
  readonly content: Readable;
  /** Where it begins, and how large the file is, in bytes. */
  readonly start: number;
  readonly size: number;
  /** Changes when the file does, so that a download can tell whether it goes on with the same file. */
  readonly tag: string;
}

/**
 * Opens a file to be sent.
 * @param range the header `Range`; only `bytes=N-` is understood, anything else gives the whole file.
 * @param ifRange the tag of the file that the range is of; with another one now the whole file is given.
 * @throws ApiProblem 404; 416 for a range behind the end; 422 for what is no regular file.
 */
export function openDownload(
  volume: Volume,
  path: string,
  { range, ifRange }: { readonly range?: string | undefined; readonly ifRange?: string | undefined } = {},
): Promise<Download> {
  return withFile(volume, path, async (file, full) => {
    const { size, mtimeMs, ino } = await file.stat();
    const tag = `"${ino.toString(36)}-${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`;
    const asked = Number(/^bytes=(\d{1,15})-$/.exec(range ?? '')?.[1] ?? 0);
    const start = ifRange === undefined || ifRange === tag ? asked : 0;
    if (start > size) throw new ApiProblem(416, 'range', `${full} has ${size} bytes`);
    if (start === size) {
      await file.close();
      return { content: Readable.from([]), start, size, tag };
    }
    // What is appended meanwhile does not count: the length is promised before the first byte.
    const content = file.createReadStream({ start, end: size - 1, highWaterMark: 2 ** 18 });
    return { content, start, size, tag };
  });
}

/** The SHA-256 and the size of a file. */
export function checksumOf(volume: Volume, path: string): Promise<{ sha256: string; size: number }> {
  return withFile(volume, path, async (file) => {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of file.createReadStream({ highWaterMark: 2 ** 18 })) {
      hash.update(chunk);
      size += chunk.length;
    }
    return { sha256: hash.digest('hex'), size };
  });
}

/** Opens a file for work that takes it over; where the work fails it is closed again. */
function withFile<T>(
  volume: Volume,
  path: string,
  work: (file: FileHandle, full: string) => Promise<T>,
): Promise<T> {
  return atPlace(volume, path, async ({ folder, name, path: full }) => {
    const file = await folder.readFile(name);
    try {
      return await work(file, full);
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}
