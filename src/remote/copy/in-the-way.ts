import { lstat } from 'node:fs/promises';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';
import { cleanLine } from '../../base/text.ts';

/** What is under a name, links not followed. */
export async function look(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The error of something of this machine that a copy does not replace. */
export function inTheWay(path: string, what: string): DevboxError {
  return new DevboxError('failed', `${cleanLine(path, 300)} ${what}; the rest was left as it was`, {
    code: 'cp/in-the-way',
    hint: 'Move it away, or copy to another place.',
  });
}
