import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { DevboxError } from '../../base/errors.ts';

/** What was copied. */
export interface Copied {
  readonly files: number;
  readonly bytes: number;
  /** Of a single file; null for a directory. */
  readonly sha256: string | null;
}

/** Told of bytes that have been transferred in all, and how many there are; null where that is not known. */
export type OnProgress = (bytes: number, total: number | null) => void;

/**
 * The name that a file has while it is not whole: beside its target, and the same when the same copy is tried again.
 * @param identity tells contents and places apart.
 */
export function unfinishedName(target: string, identity: string): string {
  const fingerprint = createHash('sha256').update(`${target}\n${identity}`).digest('hex').slice(0, 12);
  const [directory, name] = [dirname(target), basename(target).slice(0, 150)];
  return `${directory === '/' ? '' : directory}/.${name}.devbox-${fingerprint}`;
}

/** The error of content that is not what it was. */
export function changedOnTheWay(path: string): DevboxError {
  return new DevboxError('failed', `${path} did not arrive as it was sent`, {
    code: 'cp/checksum',
    hint: 'It may have been changed meanwhile: try again.',
  });
}
