import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from './tree.ts';

/** How long an upload in parts may rest, in milliseconds. */
const restMilliseconds = 24 * 3600_000;

/**
 * Clears what a server that was killed has left of its work, and uploads that nobody went on with.
 * @param directory a volume's `incoming`.
 */
export async function sweepIncoming(directory: string, now: number): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const rests =
      name.startsWith('part-') && now - (await lstat(join(directory, name))).mtimeMs < restMilliseconds;
    if (!rests) await removeTree(directory, name);
  }
}
