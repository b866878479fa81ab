import { realpath } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';

/** Directories that a machine's programs need; some users of the system have one of them for a home. */
const needed = /^\/((usr|bin|sbin|lib\w*|etc|dev|proc|sys|boot)(\/.*)?|var|opt|srv)?$/;

/**
 * What no box sees: the homes of this machine's users, and what belongs to devbox.
 * @param own directories of devbox's, those of the boxes' homes and records among them.
 */
export async function hiddenDirectories(own: readonly string[]): Promise<string[]> {
  const all = ['/home', '/root', userInfo().homedir, homedir(), ...own];
  // One that is not there hides nothing, and cannot be made on a file system that is read-only.
  const there = await Promise.all(all.map((path) => realpath(path).catch(() => '/')));
  return [...new Set(there)].filter((path) => !needed.test(path));
}
