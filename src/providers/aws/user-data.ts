import { DevboxError } from '../../base/errors.ts';
import { readSmallFile } from '../../base/read-file.ts';
import type { KeyPair } from '../../remote/keys/key-pair.ts';
import { environmentScript } from '../cloud-init/environment.ts';
import { hostKeyConfig } from '../cloud-init/host-key.ts';
import { type Tailscale, tailscaleConfig } from '../cloud-init/tailscale.ts';

/** Largest user data in bytes, before it is encoded: the EC2 user guide says 16 KB. */
const largest = 16 * 1024;

export interface UserDataOptions {
  /** Variables for login shells. They travel in the user data, which every process on the box can read. */
  readonly env: Readonly<Record<string, string>>;
  readonly hostKey: KeyPair | null;
  readonly tailscale: Tailscale | null;
  readonly hostname: string | null;
  /** A file of the user's, absolute; it replaces ours and its bytes are sent as they are. */
  readonly file: string | null;
  readonly enabled: boolean;
}

/**
 * The user data of a launch, in base64 as the API takes it; null where none is wanted.
 * @throws DevboxError of kind `usage` where an option cannot be honoured.
 */
export async function userData(options: UserDataOptions): Promise<string | null> {
  const { enabled, file, env, hostname } = options;
  const isOurs = enabled && file === null;
  if (!isOurs && Object.keys(env).length > 0) throw unused('env', enabled);
  if (!isOurs && hostname !== null) throw unused('hostname', enabled);
  if (!enabled) return null;
  return (file === null ? await ownDocument(options) : readOwnFile(file)).toString('base64');
}

/**
 * Reads the user's own file, whatever is in it: cloud-init takes text, archives and gzip.
 * @throws DevboxError of kind `usage`.
 */
export function readOwnFile(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readSmallFile(file, 1 << 20);
  } catch (error) {
    throw wrongFile(file, error instanceof Error ? error.message : String(error), error);
  }
  if (bytes.length <= largest) return bytes;
  throw wrongFile(file, `it has ${bytes.length} bytes, and EC2 takes at most ${largest}`);
}

async function ownDocument({ env, hostKey, tailscale, hostname }: UserDataOptions): Promise<Buffer> {
  const tailnet = tailscale && tailscaleConfig(tailscale);
  const files = [
    ...(Object.keys(env).length === 0
      ? []
      : [
          {
            path: '/etc/profile.d/devbox-env.sh',
            content: environmentScript(checkedEnv(env)),
            permissions: '0644',
          },
        ]),
    ...(tailnet ? [tailnet.file] : []),
  ];
  const config = {
    ...(hostname === null ? {} : { hostname, preserve_hostname: false }),
    ...(hostKey === null ? {} : hostKeyConfig(hostKey)),
    ...(files.length === 0 ? {} : { write_files: files }),
    ...(tailnet ? { runcmd: [tailnet.command] } : {}),
  };
  const { dump } = await import('js-yaml');
  const bytes = Buffer.from(`#cloud-config\n${dump(config, { lineWidth: -1 })}`);
  if (bytes.length <= largest) return bytes;
  throw new DevboxError('usage', `the user data is larger than ${largest} bytes`, {
    code: 'aws/user-data-too-large',
    title: 'User Data',
    hint: 'Shorten the values of env, or copy them to the box once it is up.',
  });
}

function checkedEnv(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(env)) {
    const problem = !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? 'is no name of letters, digits and _, no digit first'
      : value.includes('\u0000') && 'holds a NUL';
    if (problem) {
      throw new DevboxError('usage', `env.${JSON.stringify(name)} ${problem}`, {
        code: 'aws/env',
        title: 'User Data',
        details: [{ label: 'Setting', value: 'env' }],
      });
    }
  }
  return env;
}

function unused(setting: string, enabled: boolean): DevboxError {
  const why = enabled ? 'a file of your own replaces it' : 'cloud_init.enabled is false';
  return new DevboxError('usage', `${setting} is set by devbox’s own user data, but ${why}`, {
    code: 'aws/setting-unused',
    title: 'User Data',
    details: [{ label: 'Setting', value: setting }],
    hint: `Leave ${setting} out, or set it in your own user data.`,
  });
}

function wrongFile(file: string, why: string, cause?: unknown): DevboxError {
  return new DevboxError('usage', `the user data cannot be used: ${why}`, {
    code: 'aws/user-data-file',
    title: 'User Data',
    details: [{ label: 'File', value: file }],
    hint: 'Give a regular file of at most 16 KiB: cloud_init.file=PATH, or null for the one of devbox.',
    cause,
  });
}
