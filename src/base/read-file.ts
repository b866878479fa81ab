import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** A file that is larger than its reader takes. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
}

/**
 * The content of a small regular file. Never waits and never reads on without end: pipes, devices and folders are
 * refused.
 * @param limit largest size, in bytes.
 * @throws FileTooLarge; Node's own error; or an Error whose message goes on after "it is".
 */
export function readSmallFile(path: string, limit: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error(stat.isDirectory() ? 'it is a directory' : 'it is no regular file');
    // What the system makes up on reading has size 0.
    const bytes = Buffer.allocUnsafe(stat.size > 0 ? Math.min(stat.size, limit) + 1 : limit + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got) {
      got = readSync(file, bytes, length, bytes.length - length, null);
    }
    if (length > limit) throw new FileTooLarge(`it is larger than ${limit >> 20} MiB`);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
