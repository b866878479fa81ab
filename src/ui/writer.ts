import type { Writable } from 'node:stream';
import { DevboxError } from '../base/errors.ts';

/** Writes text in order; resolves when the stream has taken it, with whether its reader is still there. */
export type Write = (text: string) => Promise<boolean>;

/**
 * A writer that ends quietly when its reader has gone, as in `devbox list | head -1`: what is written then is dropped.
 * @throws DevboxError `output/failed` from a write that fails otherwise, such as on a full disk.
 */
export function createWriter(stream: Writable): Write {
  let broken = false;
  // Without a listener the error would end the process; the write's own callback gets it too and reports it.
  stream.on('error', () => {
    broken = true;
  });
  return async (text) => {
    if (broken || text === '') return !broken;
    return new Promise((resolve, reject) => {
      stream.write(text, (error) => {
        if (error && !readerHasGone(error)) reject(failure(error));
        else resolve(!error);
      });
    });
  };
}

const goneCodes: readonly unknown[] = ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

function readerHasGone(error: Error): boolean {
  return 'code' in error && goneCodes.includes(error.code);
}

function failure(error: Error): DevboxError {
  return new DevboxError('failed', `The output could not be written: ${error.message}`, {
    code: 'output/failed',
    cause: error,
  });
}
