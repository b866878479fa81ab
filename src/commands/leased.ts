import type { Clock } from '../base/clock.ts';
import type { ApiSettings, Lease } from '../leases/lease.ts';
import { parameterPrefix } from '../lifecycle/names.ts';
import { noFacts } from '../providers/facts.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { CommandDeps } from './command.ts';
import type { ApiConfig } from './settings.ts';

/** All open leases. A record that cannot be read may be of any box, so each is worth a warning. */
export async function allLeases(deps: Pick<CommandDeps, 'leases' | 'emit'>): Promise<readonly Lease[]> {
  const { leases, warnings } = await deps.leases.list();
  for (const message of warnings) deps.emit({ type: 'notice', level: 'warning', message });
  return leases;
}

/**
 * Whether a lease may be about a box of this provider and account. While nobody knows what came of its launch, the
 * account does not tell: a new key of the same account looks like another one. Another server is another one.
 */
export function concerns(lease: Lease, provider: Pick<Provider, 'name' | 'account'>): boolean {
  if (lease.provider !== provider.name) return false;
  return lease.account === provider.account || (isUnsettled(lease) && mayShareServer(lease, provider));
}

/** Accounts of providers with servers of their own begin with the server's. */
function mayShareServer(one: Pick<Lease, 'account'>, other: Pick<Provider, 'account'>): boolean {
  const servers = [one, other].map(({ account }) => /^([^:]*):/.exec(account)?.[1]);
  return servers[0] === undefined || servers[1] === undefined || servers[0] === servers[1];
}

/** Whether it is open if there is a box behind a lease. */
export function isUnsettled(lease: Lease): boolean {
  return lease.instanceId === null && lease.state !== 'released';
}

/** Whether the box of a lease may be there although the provider does not show it. */
export function mayStillSurface(
  lease: Lease,
  provider: Pick<Provider, 'surfacingMinutes'>,
  clock: Pick<Clock, 'now'>,
): boolean {
  return clock.now() - Date.parse(lease.updatedAt) < provider.surfacingMinutes * 60_000;
}

/** A box as its lease describes it, for as long as the provider does not show it. */
export function unseenBox(
  lease: Pick<Lease, 'name' | 'provider' | 'region' | 'type' | 'createdAt'>,
  id: string,
): Box {
  return {
    ...noFacts,
    id,
    name: lease.name,
    provider: lease.provider,
    status: 'launched',
    phase: 'pending',
    address: null,
    region: lease.region,
    type: lease.type,
    priceCentsPerHour: null,
    createdAt: lease.createdAt,
    reach: { kind: 'none', why: 'the provider does not show it yet' },
    filesystems: [],
    sshKeys: [],
    extra: [],
  };
}

/**
 * Whether a key may be sent to the server of a lease: it is the one that was sent there. Where providers have no servers
 * of their own, any key of the provider's may.
 */
export function mayOpen(provider: Pick<Provider, 'account'>, lease: Pick<Lease, 'account'>): boolean {
  const isServer = provider.account.includes(':');
  return !isServer || provider.account === lease.account;
}

/** The settings under `api` that say which server is meant. */
export function apiSettingsOf(api: ApiConfig): ApiSettings {
  switch (api.provider) {
    case 'lambda':
      return { base_url: api.base_url };
    case 'aws':
      return {
        ...(api.region ? { region: api.region } : {}),
        ...(api.profile ? { profile: api.profile } : {}),
        ...(api.endpoint ? { endpoint: api.endpoint } : {}),
        ...(api.param_prefix ? { param_prefix: parameterPrefix(api.param_prefix) } : {}),
      };
    case 'gpulab':
      return { base_url: api.base_url, ...(api.insecure ? { insecure: true } : {}) };
    case 'local':
      return { engine: api.engine };
  }
}
