import { DevboxError } from '../base/errors.ts';
import { apiTarget, type Lease } from '../leases/lease.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { CommandDeps } from './command.ts';
import { mayOpen } from './leased.ts';
import { type SettledLeases, settleLeases } from './settle-leases.ts';

/** A provider that was asked, with all that it lists and the leases on it. */
export interface Asked extends SettledLeases {
  readonly provider: Provider;
  readonly boxes: readonly Box[];
}

/** The providers that answered, and why others did not. */
export interface AskedProviders {
  readonly asked: readonly Asked[];
  readonly failed: readonly DevboxError[];
}

/**
 * Asks the configured provider for its boxes and, where the user named none, every provider that a lease knows of, and
 * settles the launches without an answer.
 * @param dryRun settles nothing.
 * @throws DevboxError where the configured provider is the only one to ask and cannot be asked.
 */
export async function askProviders(
  leases: readonly Lease[],
  deps: CommandDeps,
  dryRun = false,
): Promise<AskedProviders> {
  const others = deps.apiIsExplicit ? [] : otherTargets(leases, deps);
  const asked: Asked[] = [];
  const failed: DevboxError[] = [];
  const ask = async (open: () => Promise<Provider>): Promise<void> => {
    const provider = await open();
    const isKnown = asked.some(
      (one) => one.provider.name === provider.name && one.provider.account === provider.account,
    );
    if (isKnown) return;
    const boxes = await provider.list();
    asked.push({ provider, boxes, ...(await settleLeases(provider, boxes, leases, deps, dryRun)) });
  };
  const orFail = async (
    open: () => Promise<Provider>,
    isWorthIt: (error: DevboxError) => boolean,
  ): Promise<void> => {
    try {
      await ask(open);
    } catch (error) {
      if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
      if (isWorthIt(error)) failed.push(error);
    }
  };
  if (others.length === 0) await ask(deps.provider);
  else {
    // Without a key, a provider that nobody chose and no lease knows has nothing that could be missing.
    const isLeased = leases.some(({ api }) => api === deps.apiOption);
    await orFail(deps.provider, ({ code }) => isLeased || !code.endsWith('/no-api-key'));
  }
  for (const lease of others)
    await orFail(
      () => openLeased(lease, deps),
      () => true,
    );
  return { asked, failed };
}

/**
 * Tells of leases that nobody has looked at, because the key for their provider is of another account, unless the user
 * named the provider.
 * @returns them.
 */
export function tellUnseen(
  leases: readonly Lease[],
  asked: readonly Asked[],
  { emit, apiIsExplicit }: Pick<CommandDeps, 'emit' | 'apiIsExplicit'>,
): readonly Lease[] {
  if (apiIsExplicit) return [];
  const seen = new Set(asked.flatMap((one) => one.leases.map(({ id }) => id)));
  const unseen = leases.filter(
    ({ id, provider }) => !seen.has(id) && asked.some((one) => one.provider.name === provider),
  );
  for (const { id, name, account } of unseen) {
    const message = `The lease ${id} of ${name} was not looked at: it is of another account (${account}) than the key here`;
    emit({ type: 'notice', level: 'warning', message });
  }
  return unseen;
}

/** One lease of each provider that is not the configured one. */
function otherTargets(leases: readonly Lease[], { apiOption, apiSettings }: CommandDeps): Lease[] {
  const configured = apiTarget({ api: apiOption, apiSettings });
  const byTarget = new Map<string, Lease>();
  for (const lease of leases) {
    const isOld = lease.api === apiOption && Object.keys(lease.apiSettings).length === 0;
    const target = apiTarget(lease);
    if (!isOld && target !== configured) byTarget.set(`${target} ${lease.account}`, lease);
  }
  return [...byTarget.values()];
}

async function openLeased(lease: Lease, deps: CommandDeps): Promise<Provider> {
  return ofLease(await deps.providerOf(lease.api, lease.apiSettings), lease, deps);
}

/**
 * The provider that was opened with the settings of a lease, if the key for it may be sent there: it is that of the lease,
 * or one that the configuration itself has for that server.
 * @throws DevboxError `unauthorised` where a key for one server would be sent to another.
 */
export async function ofLease(
  provider: Provider,
  lease: Lease,
  { providerOf }: Pick<CommandDeps, 'providerOf'>,
): Promise<Provider> {
  if (mayOpen(provider, lease)) return provider;
  const configured = await providerOf(lease.api);
  if (configured.account === provider.account) return provider;
  throw otherKey(lease);
}

function otherKey(lease: Lease): DevboxError {
  return new DevboxError(
    'unauthorised',
    `the key for ${lease.name} is not the one that it was launched with`,
    {
      code: 'lease/other-key',
      details: [
        { label: 'Lease', value: lease.id },
        ...Object.entries(lease.apiSettings).map(([key, value]) => ({ label: key, value: String(value) })),
      ],
      hint: 'Nothing was sent there. Set the key of that server, or name the provider yourself with api=NAME.',
    },
  );
}
