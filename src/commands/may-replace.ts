import { lstat } from 'node:fs/promises';
import { agrees } from '../base/ask.ts';
import { DevboxError } from '../base/errors.ts';
import { hasCode } from '../base/files.ts';
import { cleanLine } from '../base/text.ts';
import type { CommandDeps } from './command.ts';

/**
 * Makes sure that a file of the user's may be replaced: `force=true` says so, and on a terminal the user is asked.
 * @throws DevboxError `usage` where neither does, and for a directory of that name.
 */
export async function mayReplace(
  path: string,
  force: boolean,
  deps: Pick<CommandDeps, 'context' | 'interactive' | 'releaseTerminal'>,
): Promise<void> {
  const there = await lstat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (!there) return;
  const shown = cleanLine(path, 300);
  if (there.isDirectory()) throw refused(`${shown} is a directory`, 'Name a file in it.');
  if (force) return;
  if (deps.interactive) {
    await deps.releaseTerminal();
    if (await agrees(`Replace ${shown}?`, deps.context)) return;
  }
  throw refused(`${shown} is there already; nothing was done`, 'Choose another name, or say force=true.');
}

function refused(message: string, hint: string): DevboxError {
  return new DevboxError('usage', message, { code: 'file/exists', title: 'Not Replaced', hint });
}
