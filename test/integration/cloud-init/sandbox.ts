import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import * as z from 'zod';
import { userData } from '../../../src/providers/lambda/cloud-init/index.ts';

/**
 * Boxes on this machine that run the real script. A box is a root disk: what it writes goes to the upper layer of an
 * overlay over this machine's root, in a mount namespace of its own, so nothing of the machine changes. Every
 * `run` is a new namespace and so a new boot: mounts are gone, the disk stays. The persistent filesystem is a folder,
 * bind-mounted where Lambda mounts it. Real: bash, mount, loop devices, mkfs, fsck, cp, useradd. Stand-ins: systemctl
 * (there is no systemd in a chroot), curl and sha256sum (there is no network, and no installer).
 */
export interface Box {
  /** The upper layer: what this box has written to its root disk. */
  readonly disk: string;
  /** Runs a shell command on the box to its end. */
  run(command: string, options?: RunOptions): Promise<Result>;
  /** Starts a shell command on the box and leaves it running. */
  start(command: string): ChildProcess;
  read(path: string): Promise<string>;
}

export interface RunOptions {
  /** Whether the persistent filesystem is mounted; true unless told otherwise. */
  readonly mounted?: boolean;
  /** `NAME N`: kill the script where it is about to run this program for the Nth time. */
  readonly killAt?: string;
}

export interface Result {
  readonly status: number | null;
  readonly output: string;
}

export interface BoxOptions {
  readonly key?: string;
  readonly filesystem?: string | null;
}

export interface Sandbox {
  readonly root: string;
  /** The folder that stands for the persistent filesystem. */
  readonly shared: string;
  /** A box of this name: a new one with a fresh root disk, or the one that was asked for before. */
  box(name: string, options?: BoxOptions): Promise<Box>;
  /** Waits until nothing of a box that was killed is left. */
  powerOff(): Promise<void>;
  /** Lets time pass for a claim whose box is dead. */
  agePastClaim(): Promise<void>;
  remove(): Promise<void>;
}

/** Why boxes cannot be run on this machine; undefined where they can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'mounting needs root';
  const tried = spawnSync(
    'unshare',
    [
      ...['-m', '--propagation', 'private', 'bash', '-ec'],
      `d=$(mktemp -d)
       cleanup() { umount "$d/t/fs" 2>/dev/null || true; umount "$d/t" || true; rmdir "$d/t" "$d"; }
       mkdir "$d/t"; mount -t tmpfs none "$d/t"; trap cleanup EXIT; cd /
       mkdir "$d/t/up" "$d/t/work" "$d/t/all" "$d/t/fs"
       mount -t overlay none -o "lowerdir=/,upperdir=$d/t/up,workdir=$d/t/work" "$d/t/all"; umount "$d/t/all"
       truncate -s 16M "$d/t/img"; mkfs.ext4 -q -F "$d/t/img"; mount -o loop "$d/t/img" "$d/t/fs"
       for p in mountpoint losetup findmnt e2fsck blkid getent useradd groupadd tar; do command -v "$p" >/dev/null; done`,
    ],
    { encoding: 'utf8' },
  );
  if (tried.error !== undefined) return tried.error.message;
  return tried.status === 0 ? undefined : `overlay or loop mounts do not work here: ${tried.stderr.trim()}`;
}

export const homeUid = 4321;

interface Place {
  readonly root: string;
  readonly shared: string;
  /** Boxes that were started and not ended. */
  readonly running: Set<ChildProcess>;
}

export async function makeSandbox(): Promise<Sandbox> {
  const root = await mkdtemp(join(tmpdir(), 'devbox-boxes-'));
  const shared = join(root, 'shared');
  await mkdir(shared);
  const running = new Set<ChildProcess>();
  return {
    root,
    shared,
    box: (name, options = {}) => makeBox({ root, shared, running }, name, options),
    powerOff: () => powerOff(shared),
    async agePastClaim() {
      const longAgo = new Date(Date.now() - 60_000);
      for (const name of ['record', '']) {
        await utimes(join(shared, '.devbox/writer', name), longAgo, longAgo).catch(() => undefined);
      }
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

async function makeBox(place: Place, name: string, options: BoxOptions): Promise<Box> {
  const { root, shared, running } = place;
  const disk = join(root, name, 'disk');
  const filesystem = options.filesystem === undefined ? 'devbox' : options.filesystem;
  if (!existsSync(disk)) {
    for (const folder of ['disk', 'work', 'all']) await mkdir(join(root, name, folder), { recursive: true });
    await writeCloudConfig(disk, filesystem);
    await writeMachine(disk, options.key ?? `ssh-ed25519 AAAA ${name}`);
  }

  const enter = (command: string, { mounted = true, killAt = '' }: RunOptions): [string, string[]] => {
    const words = [join(root, name), shared, mounted ? 'devbox' : '', killAt, command];
    // A process namespace too: when its first process ends, all of them do, as when a machine is switched off.
    return [
      'unshare',
      [
        '-m',
        '--propagation',
        'private',
        '-p',
        '--fork',
        '--kill-child',
        'bash',
        '-c',
        enterScript,
        'enter',
        ...words,
      ],
    ];
  };
  return {
    disk,
    async run(command, runOptions = {}) {
      const result = await outputOf(enter(command, runOptions));
      if (running.size === 0) await powerOff(shared);
      return result;
    },
    start(command) {
      const [program, words] = enter(command, {});
      const child = spawn(program, words, { stdio: 'ignore' });
      running.add(child);
      child.on('close', () => running.delete(child));
      return child;
    },
    read: (path) => readFile(join(disk, path), 'utf8'),
  };
}

/** The kernel takes the mounts of a namespace down after its last process; until then the image is still in use. */
async function powerOff(shared: string): Promise<void> {
  const image = join(shared, 'nix.img');
  const waiting =
    'for i in $(seq 500); do [ -n "$(losetup -j "$1" 2>/dev/null)" ] || break; sleep 0.02; done';
  await outputOf(['bash', ['-c', waiting, 'off', image]]);
}

async function outputOf([program, words]: [string, string[]]): Promise<Result> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { status, output };
}

/** Puts the machine together and runs the command in it. */
const enterScript = `
exec 2>&1
set -e
place=$1 shared=$2 name=$3 KILL_AT=$4 command=$5
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/disk,workdir=$place/work" "$place/all"
mount --rbind /dev "$place/all/dev"
mount --rbind /sys "$place/all/sys"
mount -t proc proc "$place/all/proc"
mount -t tmpfs tmpfs "$place/all/run"
if [ -n "$name" ]; then
  mkdir -p "$place/all/lambda/nfs/$name"
  mount --bind "$shared" "$place/all/lambda/nfs/$name"
fi
export KILL_AT
chroot "$place/all" bash -c "$command"
# The first process of a namespace cannot be killed from inside, so this shell stays that.
exit
`;

const cloudConfig = z.object({
  write_files: z.array(z.object({ path: z.string(), content: z.string(), permissions: z.string() })),
});

/** Does what cloud-init's `write_files` does, with times and sizes that suit a test. */
async function writeCloudConfig(disk: string, filesystem: string | null): Promise<void> {
  const text = await userData({
    filesystemName: filesystem,
    username: 'ubuntu',
    env: {},
    hostKey: null,
    tailscale: null,
    file: null,
    enabled: true,
  });
  for (const { path, content, permissions } of cloudConfig.parse(load(text ?? '')).write_files) {
    const quick = {
      image_bytes: 64_000_000,
      wait_seconds: 1,
      beat_seconds: 1,
      stale_seconds: 2,
      settle_seconds: 0,
    };
    const settings = content.replace(/^(\w+)=\d+$/gm, (line, key: string) =>
      key in quick ? `${key}=${Object.entries(quick).find(([name]) => name === key)?.[1]}` : line,
    );
    await put(
      join(disk, path),
      path === '/etc/devbox/box.conf' ? settings : content,
      Number.parseInt(permissions, 8),
    );
  }
}

/** A user with a fresh home, as cloud-init makes it, and the stand-ins. */
async function writeMachine(disk: string, key: string): Promise<void> {
  const accounts = await readFile('/etc/passwd', 'utf8');
  await put(join(disk, 'etc/passwd'), `${accounts}ubuntu:x:${homeUid}:${homeUid}::/home/ubuntu:/bin/bash\n`);
  await put(join(disk, 'etc/bash.bashrc'), '[ -z "$PS1" ] && return\n');
  const home = join(disk, 'home/ubuntu');
  await put(join(home, '.bashrc'), '# fresh\n', 0o640);
  await put(join(home, '.ssh/authorized_keys'), `${key}\n`, 0o600);
  await put(join(home, 'bin/tool'), '#!/bin/sh\n', 0o755);
  await symlink('.bashrc', join(home, 'link'));
  for (const path of ['', '.bashrc', '.ssh', '.ssh/authorized_keys', 'bin'])
    await chown(join(home, path), homeUid, homeUid);
  await chmod(home, 0o750);
  await chmod(join(home, '.ssh'), 0o700);
  const stand = (name: string, text: string): Promise<void> =>
    put(join(disk, 'usr/local/sbin', name), text, 0o755);
  await stand('systemctl', '#!/bin/sh\necho "$*" >>/var/log/systemctl\n');
  await stand('curl', fakeCurl);
  await stand('sha256sum', '#!/bin/sh\ncat >/dev/null\n[ ! -e /etc/wrong-checksum ]\n');
  for (const name of killable) await stand(name, killer);
}

async function put(path: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, mode);
}

/** "Downloads" an installer that leaves what the real one leaves, as far as the script looks at it. */
const fakeCurl = `#!/bin/bash
while [ $# -gt 0 ]; do if [ "$1" = --output ]; then out=$2; fi; shift; done
cat >"$out" <<'END'
#!/bin/bash
echo "$*" >>/var/log/installer
mkdir -p /nix/var/nix/profiles/default/bin /nix/store /etc/nix
groupadd --system --gid 30000 nixbld
useradd --system --no-create-home --no-user-group --gid nixbld --uid 30001 nixbld1
echo '!include nix.custom.conf' >/etc/nix/nix.conf
echo unit >/etc/systemd/system/nix-daemon.socket
printf '#!/bin/sh\\necho nix 0.0\\n' >/nix/var/nix/profiles/default/bin/nix
chmod 0755 /nix/var/nix/profiles/default/bin/nix
END
`;

/** Programs of the script that change something; between two of them lies every state that a crash can leave. */
const killable = [
  'mkdir',
  'truncate',
  'mkfs.ext4',
  'sync',
  'mv',
  'mount',
  'umount',
  'cp',
  'rm',
  'chmod',
  'chown',
  'awk',
  'tar',
];

/** Stands before each of them: logs the call, and kills the script at the one asked for, with its work half done. */
const killer = `#!/bin/bash
name=\${0##*/}
PATH=/usr/sbin:/usr/bin:/sbin:/bin
log=/run/calls
echo "$name" >>"$log"
if [ "$KILL_AT" = "$name $(grep -cx "$name" "$log")" ]; then
  last=\${@: -1}
  case $name in
    mkfs.ext4) dd if=/dev/urandom of="$last" bs=64k count=8 seek=3 conv=notrunc status=none ;;
    cp) mkdir -p "$last/bin" ;;
    tar) echo half >/nix/.devbox/root.tar.partial ;;
  esac
  kill -9 "$SCRIPT_PID"
  exit 1
fi
exec "$name" "$@"
`;

/** Runs one of the script's commands so that it can be killed at an exact point. */
export const box = (command: string): string =>
  `bash -c 'export SCRIPT_PID=$$; exec /usr/local/sbin/devbox-box ${command}'`;
