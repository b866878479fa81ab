import { createHash } from 'node:crypto';
import { constants, createReadStream, type Stats } from 'node:fs';
import { type FileHandle, open, rename, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';
import { cleanLine } from '../../base/text.ts';

/** A file of this machine that is about to be sent. */
export interface LocalFile {
  readonly path: string;
  /** The same for the same content at the same place, as far as that can be told without reading it. */
  readonly identity: string;
  readonly bytes: number;
  /** Permissions. */
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** The content from a byte on, and no more than there was at the beginning. */
  open(offset: number): Readable;
  /** In hexadecimal digits; counted once. */
  sha256(): Promise<string>;
}

/** Looks at a file. @throws DevboxError `not-found`, or `usage` for what is no regular file. */
export async function localFile(path: string): Promise<LocalFile> {
  const { size: bytes, mode, mtimeMs } = await lookAt(path);
  let sum: Promise<string> | undefined;
  const content = (offset: number): Readable =>
    createReadStream(path, { start: offset, end: Math.max(offset, bytes - 1), highWaterMark: 2 ** 18 });
  const count = async (): Promise<string> => {
    const hash = createHash('sha256');
    if (bytes > 0) for await (const chunk of content(0)) hash.update(chunk);
    return hash.digest('hex');
  };
  return {
    path,
    identity: JSON.stringify([path, bytes, mtimeMs]),
    bytes,
    mode: mode & 0o7777,
    mtime: mtimeMs,
    open: content,
    sha256() {
      sum ??= count();
      return sum;
    },
  };
}

async function lookAt(path: string): Promise<Stats> {
  let file: FileHandle | undefined;
  try {
    // Never waits for somebody at the other end of a pipe.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (stat.isFile()) return stat;
    throw new DevboxError(
      'usage',
      `${cleanLine(path)} is ${stat.isDirectory() ? 'a directory' : 'no regular file'}`,
      {
        code: 'file/not-a-file',
      },
    );
  } catch (error) {
    throw asDevboxError(error, path);
  } finally {
    await file?.close();
  }
}

/** The system's errors about a file of the user's, for the user. */
export function asDevboxError(error: unknown, path: string): unknown {
  const shown = cleanLine(path, 300);
  if (hasCode(error, 'ENOENT')) {
    return new DevboxError('not-found', `there is no ${shown}`, {
      code: 'file/not-found',
      title: 'Not Found',
    });
  }
  if (error instanceof DevboxError || !(error instanceof Error) || !('code' in error)) return error;
  return new DevboxError('failed', `${shown}: ${cleanLine(error.message)}`, {
    code: 'file/failed',
    title: 'File Error',
    cause: error,
  });
}

export interface SaveOptions {
  /** Permissions; what the system gives a new file where there are none. */
  readonly mode?: number | undefined;
  /** Milliseconds since 1970. */
  readonly mtime?: number | undefined;
}

/**
 * Writes a file that appears under its name when it is whole, in the place of what was there; until then it has a name of
 * its own beside it, which is gone again where `fill` fails.
 */
export async function saveFile<T>(
  path: string,
  fill: (file: FileHandle) => Promise<T>,
  { mode, mtime }: SaveOptions = {},
): Promise<T> {
  const half = join(dirname(path), `.${basename(path).slice(0, 200)}.devbox-${process.pid}`);
  try {
    // What is left there belongs to a process that is no more.
    await rm(half, { force: true });
    const file = await open(half, 'wx', 0o666);
    let result: T;
    try {
      result = await fill(file);
      if (mode !== undefined) await file.chmod(mode & 0o777);
      await file.sync();
    } finally {
      await file.close();
    }
    if (mtime !== undefined) await utimes(half, Date.now() / 1000, mtime / 1000);
    await rename(half, path);
    return result;
  } catch (error) {
    await rm(half, { force: true });
    throw asDevboxError(error, path);
  }
}
