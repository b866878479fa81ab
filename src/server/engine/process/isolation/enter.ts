import { type Sandbox, withoutPrivileges } from './sandbox.ts';
import { passVariables } from './variables.ts';

/** What has to be executed on the server's machine to get a program to run. */
export interface Entry {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** A program as it is meant to run in a box. */
export type Inside = Entry;

/** The process in the box that the main process's user namespace is known by, to others than root; see bubblewrap.ts. */
const mainInside = '2';

/**
 * Leads a program into a running box: it gets the box's namespaces, and no right in them or outside. It stays in the
 * process group of whoever starts it; its leader waits, and ends as the program does.
 * @param init the first process of the box, as the server's machine numbers it.
 */
export function enterArgv(sandbox: Sandbox, init: number, { argv, env, cwd }: Inside): Entry {
  const { tools, uid } = sandbox;
  const { outside, unpack, spelt } = passVariables(env);
  return {
    argv: [
      tools.nsenter,
      ...['-t', String(init), '-U', '-m', '-p', '-i', '-u', '--preserve-credentials', '--'],
      ...(uid === 0 ? [] : [tools.nsenter, '-t', mainInside, '-U', '--preserve-credentials', '--']),
      ...[tools.env, '-C', cwd],
      ...withoutPrivileges(sandbox),
      ...(unpack === '' ? [] : ['/bin/sh', '-c', `${unpack}exec "$@"`, 'sh']),
      ...withVariables(tools.env, spelt, argv),
    ],
    env: outside,
    // What the way in has as its directory is left behind at the door.
    cwd: '/',
  };
}

function withVariables(
  env: string,
  variables: Readonly<Record<string, string>>,
  argv: readonly [string, ...string[]],
): readonly string[] {
  const pairs = Object.entries(variables).map((pair) => pair.join('='));
  if (pairs.length === 0) return argv;
  // A program with `=` in its name would be taken for a variable.
  const program = argv[0].includes('=') ? ['/bin/sh', '-c', 'exec "$@"', 'sh', ...argv] : argv;
  return [env, ...pairs, ...program];
}
