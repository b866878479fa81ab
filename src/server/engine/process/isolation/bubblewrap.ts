import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AllocatedGpu } from '../../engine.ts';
import { gpuDevices } from './gpu-devices.ts';
import { asItIs, isWithin, type Place, placeMounts } from './places.ts';
import { type Sandbox, withoutPrivileges } from './sandbox.ts';
import { passVariables } from './variables.ts';

/** What a box is to see and to run. */
export interface SandboxedBox {
  readonly name: string;
  /** Its home, which is there at the same path as outside. */
  readonly home: string;
  readonly mounts: readonly Place[];
  readonly gpus: readonly AllocatedGpu[];
  readonly env: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  /** Whether its output is wanted, on the streams that bubblewrap is started with. */
  readonly isHeard: boolean;
}

/** Devices that every box has. */
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/**
 * The first process of a box. Not bubblewrap's own: a box could change the program's file through it. It has rights
 * that the box's others have not, so they cannot look at it either. As root it first takes away that the modes of the
 * machine's devices can be changed; it stays to wait for orphans.
 */
const init = (sandbox: Sandbox): string =>
  [
    ...(sandbox.uid === 0
      ? devices.map((name) => `${sandbox.tools.mount} -o remount,bind,ro,nosuid /dev/${name} || exit 125`)
      : []),
    '"$@"',
    'exit "$?"',
  ].join('\n');

/**
 * Says on descriptor 8 that the box is made, lets go of everything that comes from outside, and becomes the command.
 * @param unpack sets the last of its variables.
 */
const begin = (isHeard: boolean, unpack: string): string =>
  `${unpack}exec </dev/null ${isHeard ? '2>&9' : '>/dev/null 2>&1'} 9>&-; echo '{"ready": 1}' >&8; exec 8>&- "$@"`;

/**
 * The words that make a box and run something in it: descriptor 7 is told the number of its first process and how it
 * ended, 8 when it begins, 9 takes its standard error.
 */
export function bubblewrapArgv(sandbox: Sandbox, box: SandboxedBox): [string, ...string[]] {
  const { tools, uid, gid } = sandbox;
  const { spelt, unpack } = passVariables(box.env);
  // Only as root within may bubblewrap make terminals; whoever is not root outside is himself again in a namespace of
  // its own, which takes the right to make one for root.
  const rights = uid === 0 ? ['CAP_SYS_ADMIN', 'CAP_SETPCAP'] : ['CAP_SETFCAP'];
  const asUser = uid === 0 ? [] : [tools.unshare, '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  return [
    tools.bwrap,
    ...['--unshare-user', '--uid', '0', '--gid', '0', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...['--hostname', box.name, '--as-pid-1', '--json-status-fd', '7', '--chdir', box.home],
    ...rights.flatMap((right) => ['--cap-add', right]),
    ...fileSystem(sandbox, box),
    ...Object.entries(spelt).flatMap((pair) => ['--setenv', ...pair]),
    ...['--', '/bin/sh', '-c', init(sandbox), 'sh'],
    ...asUser,
    ...withoutPrivileges(sandbox),
    ...['/bin/sh', '-c', begin(box.isHeard, unpack), 'sh', ...box.argv],
  ];
}

/** Directories of the machine's root that a box has its own of. */
const own = ['/dev', '/proc', '/tmp', '/run'];

function fileSystem({ hidden }: Sandbox, box: SandboxedBox): string[] {
  const scratch = ['/tmp', '/var/tmp', '/run'];
  const covered = hidden.filter((path) => ![...scratch, ...hidden].some((other) => isWithin(path, other)));
  const mounts = placeMounts(box.mounts, [...scratch, ...covered, box.home]);
  return [
    ...['--tmpfs', '/'],
    ...readdirSync('/')
      .map((name) => join('/', name))
      .filter((path) => !own.includes(path) && !covered.includes(path))
      .flatMap(asItIs),
    ...['--dev', '/dev', '--proc', '/proc'],
    ...gpuDevices(box.gpus).flatMap((path) => ['--dev-bind-try', path, path]),
    ...kernelSettings().flatMap((path) => ['--ro-bind', path, path]),
    ...scratch.flatMap((path) => (existsSync(path) ? ['--tmpfs', path] : [])),
    ...resolver(),
    ...covered.flatMap((path) => ['--tmpfs', path]),
    // Where it lies in a home that is hidden, the Node that runs devbox is still there.
    ...['--ro-bind-try', process.execPath, process.execPath],
    ...['--bind', box.home, box.home],
    ...mounts,
    ...['--remount-ro', '/'],
  ];
}

/** What in /proc belongs to the machine and not to a process: root could write there without any further right. */
function kernelSettings(): string[] {
  return readdirSync('/proc')
    .filter((name) => !/^(\d+|self|thread-self|net|mounts)$/.test(name))
    .map((name) => join('/proc', name))
    .filter((path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found && !found.isSymbolicLink() && (found.isDirectory() || (found.mode & 0o222) !== 0);
    });
}

/** Of /run what finding hosts and, on NixOS, programs needs. */
function resolver(): string[] {
  const links = ['/run/current-system', '/run/opengl-driver'].filter((path) => existsSync(path));
  const resolv = existsSync('/etc/resolv.conf') ? dirname(realpathSync('/etc/resolv.conf')) : '/etc';
  return [...links.flatMap(asItIs), ...(isWithin(resolv, '/run') ? ['--ro-bind', resolv, resolv] : [])];
}
