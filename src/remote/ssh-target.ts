import { isAbsolute, join } from 'node:path';
import { DevboxError } from '../base/errors.ts';
import type { KnownHost } from './keys/box-keys.ts';

/** Where things to do with SSH lie. */
export interface SshPlaces {
  readonly home: string;
  /** devbox's folder for what must survive; host keys of boxes lie in `known_hosts/` in it. */
  readonly state: string;
  /** The setting `ssh.config_dir`: folder of the host entries; null is `~/.ssh/config.d`. */
  readonly configDir: string | null;
}

/** A box as SSH sees it. */
export interface SshTarget {
  readonly instanceId: string;
  /** Who has the box; the account is null where that is not known. */
  readonly origin: { readonly provider: string; readonly account: string | null };
  readonly name: string | null;
  readonly address: string;
  readonly region: string | null;
  readonly type: string | null;
  readonly username: string;
  readonly port: number;
  readonly identityFile: string | null;
  readonly forwardAgent: boolean;
  /** The host key that the box must have; null believes the first one and keeps to it. */
  readonly host: KnownHost | null;
}

/** An option of ssh and its value, as a configuration file or `-o` takes them. */
export type SshOption = readonly [keyword: string, value: string];

/**
 * Whether a name can be used as it is: as a file name, as the pattern of a `Host` line and as an argument of ssh.
 * Letters, digits, `.`, `_` and `-`, at most 64, and a letter, digit or `_` first.
 */
export function isSafeAlias(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name);
}

/** Folder of the host entries. */
export function entryFolder(places: SshPlaces): string {
  const { configDir, home } = places;
  if (configDir === null) return join(home, '.ssh', 'config.d');
  if (configDir === '~' || configDir.startsWith('~/')) return join(home, configDir.slice(1));
  return isAbsolute(configDir) ? configDir : join(home, '.ssh', configDir);
}

/** The file with the host key of one box. @throws DevboxError where the id is no safe file name. */
export function knownHostsFile(places: SshPlaces, instanceId: string): string {
  return join(places.state, 'known_hosts', checked('instance ID', instanceId, isSafeAlias(instanceId)));
}

/**
 * The options with which ssh reaches a box. Its host key is kept in a file of its own under a name of its own: an
 * address that served another box before neither stops the user nor passes for the old one.
 * @throws DevboxError `remote/unsafe-value` where a value could be read as something else by ssh.
 */
export function sshOptions(places: SshPlaces, target: SshTarget): SshOption[] {
  const { address, username, port, identityFile } = target;
  const options: SshOption[] = [
    [
      'HostName',
      checked(
        'address',
        address,
        /^[A-Za-z0-9][A-Za-z0-9.:_-]*(%[A-Za-z0-9]+)?$|^::[0-9a-fA-F:.]*$/.test(address),
      ),
    ],
    ['User', checked('user name', username, /^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(username))],
  ];
  if (port !== 22) {
    options.push(['Port', checked('port', String(port), Number.isInteger(port) && port > 0 && port < 65536)]);
  }
  if (identityFile !== null) {
    // Tokens such as %d and a leading ~ keep the meaning that ssh gives them.
    options.push(['IdentityFile', quoted('identity file', identityFile)], ['IdentitiesOnly', 'yes']);
  }
  if (target.forwardAgent) options.push(['ForwardAgent', 'yes']);
  options.push(
    ...hostKeyOptions(places, target),
    // A box that is gone drops packets; without a limit ssh would sit silent for minutes.
    ['ConnectTimeout', '15'],
  );
  return options;
}

/** Where the host key of a box is kept, and under which name. @throws DevboxError where the id is no safe file name. */
export function keptHostKey(
  places: SshPlaces,
  { host, instanceId }: Pick<SshTarget, 'host' | 'instanceId'>,
): KnownHost {
  return host ?? { alias: `devbox-${instanceId}`, knownHostsFile: knownHostsFile(places, instanceId) };
}

function hostKeyOptions(places: SshPlaces, target: SshTarget): SshOption[] {
  const { alias, knownHostsFile } = keptHostKey(places, target);
  return [
    ['UserKnownHostsFile', quoted('state folder', knownHostsFile.replaceAll('%', '%%'))],
    ['HostKeyAlias', alias],
    ['StrictHostKeyChecking', target.host === null ? 'accept-new' : 'yes'],
  ];
}

function quoted(what: string, path: string): string {
  // Besides what would end the line or the quotes: what a shell would run, should one ever read the file.
  const value = checked(what, path, path !== '' && !/[\u0000-\u001f\u007f"\\$`]/.test(path));
  return /^[\w@%+=:,./~-]+$/.test(value) ? value : `"${value}"`;
}

function checked(what: string, value: string, good: boolean): string {
  if (good) return value;
  throw new DevboxError('failed', `the ${what} ${JSON.stringify(value)} cannot be given to ssh`, {
    code: 'remote/unsafe-value',
    title: 'SSH',
  });
}
