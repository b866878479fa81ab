import { DevboxError } from '../../../base/errors.ts';
import type { KeyPair } from '../../../remote/keys/key-pair.ts';
import type { Tailscale } from '../../cloud-init/tailscale.ts';
import { cloudConfig } from './document.ts';
import { largestUserData, ownUserData } from './own-file.ts';

export interface UserDataOptions {
  /** Persistent filesystem for home and Nix store; null keeps both on the root disk. */
  readonly filesystemName: string | null;
  /** The user whose home is kept, in a folder of that name on the filesystem. */
  readonly username: string;
  /** Variables for login shells. They travel in the user data, which every process on the box can read. */
  readonly env: Readonly<Record<string, string>>;
  /** The host key that SSH on the box is to have; null leaves it to the box. */
  readonly hostKey: KeyPair | null;
  /** How the box joins a tailnet; null keeps it out of any. */
  readonly tailscale: Tailscale | null;
  /** A cloud-init file of the user's, as a path; it replaces ours and is sent as it is. */
  readonly file: string | null;
  readonly enabled: boolean;
}

/**
 * The `user_data` of a launch: plain text, never base64, as the API takes it; null where none is wanted.
 * @throws DevboxError of kind `usage` where an option cannot be honoured.
 */
export async function userData(options: UserDataOptions): Promise<string | null> {
  const { enabled, file, env } = options;
  if (!enabled || file !== null) {
    if (Object.keys(env).length > 0) throw envUnused(enabled);
    return enabled && file !== null ? ownUserData(file) : null;
  }
  const settings = {
    username: checkedUsername(options.username),
    filesystem: checkedFilesystem(options.filesystemName),
    env: checkedEnv(env),
    hostKey: options.hostKey,
    tailscale: options.tailscale,
  };
  const { dump } = await import('js-yaml');
  const text = `#cloud-config\n${dump(cloudConfig(settings), { lineWidth: -1 })}`;
  if (Buffer.byteLength(text) > largestUserData) throw tooLarge();
  return text;
}

function checkedUsername(username: string): string {
  if (/^[a-z_][a-z0-9_-]{0,31}$/.test(username)) return username;
  throw refused('ssh.username', username, 'a name of lower-case letters, digits, _ and -');
}

/** The API's rule for names of filesystems (version 1.8.3 and later). */
function checkedFilesystem(name: string | null): string | null {
  if (name === null || /^[a-zA-Z]+[0-9a-zA-Z-]{0,59}$/.test(name)) return name;
  throw refused('filesystem_name', name, 'letters, digits and -, a letter first');
}

function checkedEnv(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw refused('env', name, 'names of letters, digits and _, no digit first');
    }
    if (value.includes('\u0000')) throw refused(`env.${name}`, value, 'text without NUL');
  }
  return env;
}

function refused(setting: string, value: string, expected: string): DevboxError {
  return new DevboxError('usage', `${setting} is ${JSON.stringify(value)}; expected ${expected}`, {
    code: 'cloud-init/value',
    title: 'Cloud-init',
    details: [{ label: 'Setting', value: setting }],
  });
}

function envUnused(enabled: boolean): DevboxError {
  const why = enabled ? 'cloud_init.file replaces it' : 'cloud_init.enabled is false';
  return new DevboxError('usage', `env is set by devbox’s own cloud-init, but ${why}`, {
    code: 'cloud-init/env-unused',
    title: 'Cloud-init',
    hint: 'leave env out, or set the variables in your own cloud-init',
  });
}

function tooLarge(): DevboxError {
  return new DevboxError('usage', `the user data is larger than ${largestUserData} bytes`, {
    code: 'cloud-init/too-large',
    title: 'Cloud-init',
    hint: 'shorten the values of env, or copy them to the box once it is up',
  });
}
