import { createHash } from 'node:crypto';
import type { UploadSource } from '../providers/facets/volumes.ts';
import type { LocalFile } from '../remote/copy/local-file.ts';
import type { OnProgress } from '../remote/copy/transfer.ts';
import type { CommandDeps } from './command.ts';

/**
 * A local file as the source of an upload.
 * @param target the volume and the path in it, so that another try goes on with the same upload.
 */
export function uploadSource(local: LocalFile, target: string, onProgress: OnProgress): UploadSource {
  return {
    bytes: local.bytes,
    open: local.open,
    sha256: local.sha256,
    key: createHash('sha256').update(`${target}\n${local.identity}`).digest('hex').slice(0, 32),
    mode: local.mode,
    mtime: local.mtime,
    onProgress: (bytes) => onProgress(bytes, local.bytes),
  };
}

/** Tells how far the transfer of something is. @param name what the user sees of it. */
export function tellProgress(
  name: string,
  { emit, context: { clock } }: Pick<CommandDeps, 'emit' | 'context'>,
): OnProgress {
  const started = clock.monotonic();
  return (bytes, total) =>
    emit({
      type: 'transferring',
      name,
      bytes,
      total,
      elapsedSeconds: (clock.monotonic() - started) / 1000,
    });
}
