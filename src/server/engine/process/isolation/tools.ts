import { findProgramIn } from '../../../../base/find-program.ts';

/** Where the programs are that make a box and enter it, as absolute paths: a box's PATH has no say in it. */
export interface Tools {
  readonly bwrap: string;
  readonly env: string;
  readonly mount: string;
  readonly nsenter: string;
  readonly setpriv: string;
  readonly unshare: string;
}

const names = ['bwrap', 'env', 'mount', 'nsenter', 'setpriv', 'unshare'] as const;

/** @returns the tools, or the name of one that this machine does not have. */
export async function findTools(): Promise<Tools | string> {
  const found = new Map<string, string>();
  for (const name of names) {
    const path = await findProgram(name);
    if (path === undefined) return name;
    found.set(name, path);
  }
  const at = (name: (typeof names)[number]): string => found.get(name) ?? name;
  return {
    bwrap: at('bwrap'),
    env: at('env'),
    mount: at('mount'),
    nsenter: at('nsenter'),
    setpriv: at('setpriv'),
    unshare: at('unshare'),
  };
}

/** The path of a system program; undefined where there is none. */
export function findProgram(name: string): Promise<string | undefined> {
  return findProgramIn(['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/run/current-system/sw/bin'], name);
}
