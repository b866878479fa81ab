import { lstat, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';
import { cleanLine } from '../../base/text.ts';
import { BoxShell, type CopyAccess } from './box-shell.ts';
import { downloadDirectory } from './download-directory.ts';
import { downloadFile, downloadTo } from './download-file.ts';
import { meansContents } from './endpoint.ts';
import { type LocalFile, localFile } from './local-file.ts';
import { type LocalTree, localTree } from './local-tree.ts';
import { type Survey, survey } from './survey.ts';
import type { Copied, OnProgress } from './transfer.ts';
import { uploadDirectory } from './upload-directory.ts';
import { type Content, uploadFile } from './upload-file.ts';

export type { Copied, OnProgress };

/** Another way for files that are too large to go through commands without stdin; null where there is none. */
export interface LargeFiles {
  /** @returns null where the path does not lie where it works. */
  upload(path: string, content: LocalFile, onProgress: OnProgress): Promise<Copied | null>;
  download(path: string, target: string, onProgress: OnProgress): Promise<Copied | null>;
}

export interface CopyOptions {
  readonly access: CopyAccess;
  /** Tells boxes apart. */
  readonly boxId: string;
  readonly largeFiles: LargeFiles | null;
  readonly onProgress: OnProgress;
  /** Told of things that are not copied: pipes, sockets, devices. */
  readonly onLeftOut: (paths: readonly string[]) => void;
}

/** Largest file that goes through commands without stdin, in bytes. */
export const maxInParts = 100 * 2 ** 20;

/** Copies a stream to a file in a box. */
export async function copyStreamTo(source: Readable, path: string, options: CopyOptions): Promise<Copied> {
  const shell = new BoxShell(options.access);
  const box = await survey(shell, path);
  if (box.kind === 'directory') throw wrong(`${path} is a directory: name the file in it`);
  const content: Content = {
    bytes: null,
    open: () => source,
    identity: `${process.pid} ${performance.now()}`,
    mode: null,
    mtime: null,
  };
  return uploadFile(shell, box, newPath(box, false), content, options.onProgress);
}

/** Copies a file of a box to a stream. */
export async function copyToStream(
  path: string,
  target: NodeJS.WritableStream,
  options: CopyOptions,
): Promise<Copied> {
  const shell = new BoxShell(options.access);
  const box = await survey(shell, path);
  if (box.kind !== 'file') throw box.kind === 'none' ? noSuch(path) : wrong(`${path} is no file`);
  if (!box.hasStdin && box.bytes > maxInParts) throw tooLarge(path, box.bytes);
  return downloadTo(shell, box, target, options.onProgress);
}

/**
 * Copies a file or a directory of this machine into a box, to where `docker cp` would put it: what is there and is a directory
 * gets it under its own name (`SRC/.`: gets what is in it), otherwise it gets the name that is given.
 */
export async function copyToBox(source: string, path: string, options: CopyOptions): Promise<Copied> {
  const shell = new BoxShell(options.access);
  const isDirectory = await isLocalDirectory(source);
  if (!isDirectory && source.endsWith('/')) throw wrong(`${source} is no directory`);
  const box = await survey(shell, path);
  if (isDirectory) {
    const tree = await localTree(source);
    if (tree.leftOut.length > 0) options.onLeftOut(tree.leftOut);
    return uploadDirectory(shell, box, directoryTarget(box, source), sendable(tree, box), options.onProgress);
  }
  const file = await localFile(source);
  const target = box.kind === 'directory' ? `${trimmed(box.path)}/${basename(source)}` : newPath(box, false);
  if (!box.hasStdin && file.bytes > maxInParts) {
    const copied = await options.largeFiles?.upload(target, file, options.onProgress);
    if (copied) return copied;
    throw tooLarge(source, file.bytes);
  }
  return uploadFile(shell, box, target, file, options.onProgress);
}

/** Copies a file or a directory of a box to this machine, by the same rules. */
export async function copyFromBox(path: string, target: string, options: CopyOptions): Promise<Copied> {
  const shell = new BoxShell(options.access);
  const box = await survey(shell, path);
  if (box.kind === 'none') throw noSuch(path);
  if (box.kind === 'other') throw wrong(`${path} is neither a file nor a directory`);
  const there = await kindHere(target);
  const identity = `${options.boxId}:${box.path}`;
  if (there === 'none' && (await kindHere(resolve(target, '..'))) !== 'directory') {
    throw noSuch(`${resolve(target, '..')} on this machine`);
  }
  if (box.kind === 'directory') {
    if (there === 'other') throw wrong(`${target} is there and is no directory`);
    const into = there === 'directory' && !meansContents(path) ? join(target, nameIn(box.path)) : target;
    return downloadDirectory(shell, box, resolve(into), identity, options.onProgress);
  }
  if (path.endsWith('/')) throw wrong(`${path} is no directory`);
  if (there === 'none' && target.endsWith('/')) throw noSuch(`${target} on this machine`);
  const into = there === 'directory' ? join(target, nameIn(box.path)) : target;
  if ((await kindHere(into)) === 'directory') throw wrong(`${into} is a directory`);
  if (!box.hasStdin && box.bytes > maxInParts) {
    const copied = await options.largeFiles?.download(box.path, resolve(into), options.onProgress);
    if (copied) return copied;
    throw tooLarge(path, box.bytes);
  }
  return downloadFile(shell, box, resolve(into), identity, options.onProgress);
}

/** Where a directory goes in a box. */
function directoryTarget(box: Survey, source: string): string {
  switch (box.kind) {
    case 'directory':
      return meansContents(source) ? trimmed(box.path) : `${trimmed(box.path)}/${basename(resolve(source))}`;
    case 'none':
      return newPath(box, true);
    default:
      throw wrong(`${box.path} is there and is no directory`);
  }
}

/** A path at which something new is made; only a directory may be called `new/`. */
function newPath(box: Survey, isDirectory: boolean): string {
  if (box.kind === 'other') throw wrong(`${box.path} is there and is no file`);
  if (!isDirectory && box.path.endsWith('/')) throw noSuch(`directory ${box.path}`);
  if (!box.hasParent) throw noSuch(`directory for ${box.path}`);
  return trimmed(box.path);
}

/** Refuses before anything is sent what could not be sent. @throws DevboxError `cp/too-large` */
export function sendable(tree: LocalTree, box: Survey): LocalTree {
  const large = tree.entries.find((entry) => entry.kind === 'file' && entry.bytes > maxInParts);
  if (!box.hasStdin && large?.kind === 'file') throw tooLarge(large.path, large.bytes);
  return tree;
}

const trimmed = (path: string): string => path.replace(/(?<=.)\/+$/, '').replace(/\/\.$/, '') || '/';

/** The name that something from a box gets here: never one that leads elsewhere. */
function nameIn(path: string): string {
  const name = basename(trimmed(path));
  if (name !== '' && name !== '.' && name !== '..' && name !== '/') return name;
  throw wrong(`${path} has no name of its own: name the directory here that it becomes`);
}

async function isLocalDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) throw noSuch(`${path} on this machine`);
    throw error;
  }
}

async function kindHere(path: string): Promise<'directory' | 'other' | 'none'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    // A link that leads nowhere is replaced.
    return (await lstat(path).catch(() => undefined)) ? 'other' : 'none';
  }
}

function wrong(message: string): DevboxError {
  return new DevboxError('usage', cleanLine(message, 500), { code: 'cp/wrong-kind', title: 'Not Copied' });
}

function noSuch(what: string): DevboxError {
  return new DevboxError('not-found', cleanLine(`there is no ${what}`, 500), {
    code: 'cp/not-found',
    title: 'Not Found',
  });
}

function tooLarge(path: string, bytes: number): DevboxError {
  const megabytes = (size: number): string => `${Math.ceil(size / 2 ** 20)} MB`;
  return new DevboxError(
    'usage',
    cleanLine(
      `${path} has ${megabytes(bytes)}: through commands this server takes ${megabytes(maxInParts)}`,
      500,
    ),
    {
      code: 'cp/too-large',
      title: 'Not Copied',
      hint: 'Copy it to where a volume is mounted in the box, or use the volume: devbox volumes files upload',
    },
  );
}
