import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { DevboxError } from '../base/errors.ts';
import type { VolumeFiles } from '../providers/facets/volumes.ts';

/** Waits before a download goes on after its connection broke, in milliseconds. */
const pauses = [200, 1000, 3000, 10_000];

export interface Received {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Downloads a file into an open one, going on where a connection broke, and holds it against the checksum of the
 * volume's server where that gives one.
 * @throws DevboxError `volumes/checksum` where it is not what the server has.
 */
export async function receive(
  files: VolumeFiles,
  path: string,
  into: FileHandle,
  onProgress: (bytes: number, total: number | null) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<Received> {
  let bytes = 0;
  let tag: string | null = null;
  let hash = createHash('sha256');
  for (let attempt = 0; ; attempt++) {
    try {
      const download = await files.download(path, { offset: bytes, tag });
      if (download.start !== bytes) {
        [bytes, hash] = [0, createHash('sha256')];
        await into.truncate(0);
      }
      tag = download.tag;
      for await (const chunk of download.content) {
        await into.write(chunk, 0, chunk.length, bytes);
        hash.update(chunk);
        bytes += chunk.length;
        onProgress(bytes, download.bytes);
      }
      if (download.bytes !== null && bytes < download.bytes) throw new Error('the connection broke');
      break;
    } catch (error) {
      signal.throwIfAborted();
      const pause = pauses[attempt];
      // What the server said is final; what the network did is not.
      if (error instanceof DevboxError || pause === undefined) throw broken(path, error);
      await clock.sleep(pause, signal);
    }
  }
  const sha256 = hash.digest('hex');
  const wanted = await files.sha256(path);
  if (wanted === null || wanted === sha256) return { bytes, sha256 };
  throw new DevboxError('failed', `${path} arrived with other content than the server has`, {
    code: 'volumes/checksum',
    details: [
      { label: 'Server', value: wanted },
      { label: 'Here', value: sha256 },
    ],
    hint: 'It may have been changed meanwhile: try again.',
  });
}

function broken(path: string, error: unknown): unknown {
  if (error instanceof DevboxError) return error;
  return new DevboxError('failed', `the download of ${path} broke off`, {
    code: 'volumes/download',
    details: [{ label: 'Details', value: error instanceof Error ? error.message : String(error) }],
    hint: 'Try again.',
    cause: error,
  });
}
