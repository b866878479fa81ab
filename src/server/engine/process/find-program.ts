import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hasCode } from '../../../base/files.ts';
import { CommandNotStarted } from '../engine.ts';
import type { Inside } from './isolation/enter.ts';

/**
 * Looks for a program where a box would, before something else starts it there and cannot say what was wrong.
 * @param root the box's root directory as the server's machine sees it; empty for its own.
 * @throws CommandNotStarted where there is no such program, or it may not be executed.
 */
export async function findInBox(root: string, { argv, env, cwd }: Inside): Promise<void> {
  const [file] = argv;
  const candidates = file.includes('/')
    ? [resolve(cwd, file)]
    : (env['PATH'] ?? '').split(':').map((directory) => resolve(cwd, directory, file));
  let denied = false;
  for (const candidate of candidates) {
    const path = join(root, candidate);
    try {
      await access(path, constants.X_OK);
      if ((await stat(path)).isFile()) return;
      denied = true;
    } catch (error) {
      denied ||= hasCode(error, 'EACCES');
    }
  }
  if (denied) throw new CommandNotStarted(126, `${file}: permission denied`);
  throw new CommandNotStarted(127, `${file}: command not found`);
}
