import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { enteredWith, type Lease } from '../../leases/lease.ts';
import { markHostname, markKeyName } from '../../leases/marks.ts';
import type { LaunchAccess, Provider, SshLaunch } from '../../providers/provider.ts';
import { keepHostKey, keepIdentity, keepOrigin, keepTailnetName } from '../../remote/keys/box-keys.ts';
import { makeKeyPair } from '../../remote/keys/key-pair.ts';
import type { CommandDeps } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import type { SshConfig } from '../settings.ts';
import { registerKey } from './register-key.ts';

/**
 * What a launch says about SSH; null where boxes of this provider are not entered so.
 * @throws DevboxError of kind `usage` where a key has to be named and none is, or one for Tailscale is missing.
 */
export function sshPlan(
  provider: Provider,
  settings: unknown,
  ssh: SshConfig,
  env: Context['env'],
): SshLaunch | null {
  const plan = provider.sshLaunch?.(settings) ?? null;
  if (plan?.tailscale) tailscaleKey(env);
  if (plan === null || plan.keyName !== null || ssh.key === 'managed') return plan;
  throw new DevboxError('usage', 'no SSH key is named, and ssh.key says that one has to be', {
    code: 'up/no-ssh-key',
    title: 'Configuration Error',
    details: [{ label: 'Setting', value: 'ssh_key_name' }],
    hint: 'Name one of devbox ssh_keys with ssh_key_name=NAME, or let devbox make one with ssh.key=managed.',
  });
}

/**
 * Makes what the box is entered with: the key, registered with the provider, and the host key. Each is on disk, and the
 * key in the lease, before anybody else hears of it.
 * @throws DevboxError where the key cannot be registered.
 */
export async function makeAccess(
  lease: Lease,
  plan: SshLaunch,
  provider: Provider,
  { context, leases, emit }: CommandDeps,
): Promise<{ readonly access: LaunchAccess; readonly lease: Lease }> {
  const { state } = context.paths;
  const { keyName, noHostKey } = plan;
  const hostKey = noHostKey === null ? makeKeyPair(`devbox ${lease.id}`) : null;
  await keepOrigin(state, lease.id, lease);
  const shown = hostKey?.publicKey.split(' ').slice(0, 2).join(' ') ?? null;
  if (hostKey) await keepHostKey(state, lease.id, hostKey.publicKey);
  else {
    const message = `The host key of ${lease.name} is not known beforehand, because ${noHostKey}: the first one that ssh meets is kept`;
    emit({ type: 'notice', level: 'info', message });
  }
  const tailscale = plan.tailscale
    ? { authKey: tailscaleKey(context.env), name: markHostname(lease.id) }
    : null;
  if (tailscale) await keepTailnetName(state, lease.id, tailscale.name);
  if (keyName !== null) {
    const named = await leases.update(lease.id, enteredWith({ made: false, name: keyName }, shown));
    return { access: { keyName, hostKey, tailscale }, lease: named };
  }
  const name = markKeyName(lease.id);
  const pair = makeKeyPair(name);
  await keepIdentity(state, lease.id, pair);
  const { publicKey } = pair;
  const bound = await leases.update(lease.id, enteredWith({ made: true, name, publicKey }, shown));
  await registerKey(requireFacet(provider, 'sshKeys'), { name, publicKey });
  return { access: { keyName: name, hostKey, tailscale }, lease: bound };
}

/** The key with which boxes join the tailnet. It is in the environment alone. */
function tailscaleKey(env: Context['env']): string {
  const key = (env['TS_AUTHKEY'] ?? '').trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new DevboxError('usage', 'tailscale.enabled is true, and TS_AUTHKEY holds no key', {
    code: 'up/no-tailscale-key',
    title: 'Configuration Error',
    hint: 'Make an auth key at https://login.tailscale.com/admin/settings/keys, then type: export TS_AUTHKEY=...',
  });
}
