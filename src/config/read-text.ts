import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { cleanLine } from '../base/text.ts';

/** Largest file of a project that is read, in bytes. */
export const maxBytes = 1024 * 1024;

/**
 * The text of a small file. Never waits: what is no regular file, such as a pipe or a device, is not read.
 * @throws Error whose message says why it cannot be read.
 */
export function readText(path: string): string {
  const bytes = readBytes(path);
  if (!isUtf8(bytes)) throw new Error('it is not text in UTF-8');
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

/** The content of a small file; see `readText`. */
export function readBytes(path: string): Buffer {
  const file = open(path);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error(`it is ${stat.isDirectory() ? 'a directory' : 'no regular file'}`);
    if (stat.size > maxBytes) throw new Error(`it is larger than ${maxBytes >> 20} MiB`);
    const bytes = Buffer.alloc(stat.size);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got) {
      got = readSync(file, bytes, length, bytes.length - length, length);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new Error(
      `it cannot be opened: ${cleanLine(error instanceof Error ? error.message : String(error))}`,
      {
        cause: error,
      },
    );
  }
}
