import type { KeyPair } from '../../../remote/keys/key-pair.ts';
import { environmentScript } from '../../cloud-init/environment.ts';
import { hostKeyConfig } from '../../cloud-init/host-key.ts';
import { type Tailscale, tailscaleConfig } from '../../cloud-init/tailscale.ts';
import { homeManagerFiles } from './home-manager.ts';
import { nixProfileScript } from './profile.ts';
import { boxScript } from './script/main.ts';
import { units } from './units.ts';

/** What differs from box to box, already checked. */
export interface BoxSettings {
  readonly username: string;
  readonly filesystem: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly hostKey: KeyPair | null;
  readonly tailscale: Tailscale | null;
}

/** One entry of cloud-init's `write_files`. */
interface WrittenFile {
  readonly path: string;
  readonly content: string;
  readonly permissions: string;
}

/** The cloud-config of a box, as data. */
export function cloudConfig(settings: BoxSettings): object {
  const tailscale = settings.tailscale && tailscaleConfig(settings.tailscale);
  return {
    package_update: true,
    package_upgrade: false,
    ...(settings.hostKey === null ? {} : hostKeyConfig(settings.hostKey)),
    write_files: [...files(settings), ...(tailscale ? [tailscale.file] : [])],
    // The tailnet first, so that the box can be reached there however the rest goes.
    runcmd: [...(tailscale ? [tailscale.command] : []), ['/usr/local/sbin/devbox-box', 'setup']],
  };
}

function files(settings: BoxSettings): WrittenFile[] {
  const plain = (path: string, content: string): WrittenFile => ({ path, content, permissions: '0644' });
  return [
    plain('/etc/devbox/box.conf', boxConf(settings)),
    ...(Object.keys(settings.env).length === 0
      ? []
      : [plain('/etc/profile.d/devbox-env.sh', environmentScript(settings.env))]),
    plain('/etc/profile.d/devbox-nix.sh', nixProfileScript),
    { path: '/usr/local/sbin/devbox-box', content: boxScript, permissions: '0755' },
    ...Object.entries(units(settings.filesystem)).map(([name, content]) =>
      plain(`/etc/systemd/system/${name}`, content),
    ),
    ...Object.entries(homeManagerFiles).map(([name, content]) =>
      plain(`/usr/local/share/devbox/home-manager/${name}`, content),
    ),
  ];
}

/** The script's settings: one `key=value` a line, read as text and never run. Times are in seconds. */
function boxConf({ username, filesystem }: BoxSettings): string {
  const values = {
    username,
    filesystem: filesystem ?? '',
    // Sparse: the size to which the store can grow, 100 GB.
    image_bytes: 100_000_000_000,
    wait_seconds: 300,
    // NFS clients may see a file as it was up to a minute ago; a claim is dead only well after that.
    beat_seconds: 30,
    stale_seconds: 180,
    settle_seconds: 3,
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
