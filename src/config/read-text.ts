import { isUtf8 } from 'node:buffer';
import { readSmallFile } from '../base/read-file.ts';
import { cleanLine } from '../base/text.ts';

/** Largest file of a project that is read, in bytes. */
const maxBytes = 1024 * 1024;

/**
 * The text of a small file, without a byte order mark.
 * @throws Error whose message says why it cannot be read.
 */
export function readText(path: string): string {
  const bytes = readBytes(path);
  if (!isUtf8(bytes)) throw new Error('it is not text in UTF-8');
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

/** The content of a small file; see `readText`. */
export function readBytes(path: string): Buffer {
  try {
    return readSmallFile(path, maxBytes);
  } catch (cause) {
    throw new Error(cleanLine(cause instanceof Error ? cause.message : String(cause)), { cause });
  }
}
