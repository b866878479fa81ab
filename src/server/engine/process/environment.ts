import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** The variable by which every process of a box is known, however it was started. */
export const boxVariable = 'DEVBOX_ID';

export interface BoxIdentity {
  readonly id: string;
  readonly name: string;
  readonly home: string;
  /** Where it finds its workspace. */
  readonly workspace: string;
}

/**
 * The whole environment of a process in a box: nothing of the server's or the caller's own gets in, so no secret
 * does. What the box was made with wins, except for the mark by which its processes are found.
 */
export function boxEnvironment(
  box: BoxIdentity,
  own: Readonly<Record<string, string>>,
  term: string,
): Record<string, string> {
  const user = userInfo();
  return {
    HOME: box.home,
    USER: user.username,
    LOGNAME: user.username,
    SHELL: user.shell ?? '/bin/sh',
    PATH: searchPath(box.home),
    LANG: process.env['LANG'] ?? 'C.UTF-8',
    TERM: term,
    DEVBOX_NAME: box.name,
    DEVBOX_WORKSPACE: box.workspace,
    ...own,
    [boxVariable]: box.id,
  };
}

/** The usual places, the box's own first, and last the Node that runs devbox. */
function searchPath(home: string): string {
  const usual = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const present = [
    '/opt/homebrew/bin',
    '/run/current-system/sw/bin',
    '/nix/var/nix/profiles/default/bin',
  ].filter((path) => existsSync(path));
  const all = [join(home, '.local/bin'), ...present, ...usual, dirname(process.execPath)];
  return [...new Set(all)].join(':');
}
