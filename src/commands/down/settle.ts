import { DevboxError } from '../../base/errors.ts';
import type { Lease } from '../../leases/lease.ts';
import type { View } from '../../ui/view.ts';
import { closeLease, type LeasePlaces } from '../close-lease.ts';
import type { CommandDeps } from '../command.ts';
import { mayExist } from '../find-box.ts';
import { allLeases, concerns, isUnsettled, mayStillSurface } from '../leased.ts';
import type { SshConfig } from '../settings.ts';

/**
 * Closes the record of a launch whose answer was lost, when the user says so and no such box is listed. While it may
 * still appear, the record stays.
 * @throws DevboxError `outcome-unknown` while it is too early to be sure; `failed` while another devbox is at it.
 */
export async function settleLostLaunch(identifier: string, ssh: SshConfig, deps: CommandDeps): Promise<View> {
  const provider = await deps.provider();
  const meant = (await allLeases(deps)).filter(
    (lease) => concerns(lease, provider) && isUnsettled(lease) && [lease.name, lease.id].includes(identifier),
  );
  for (const lease of meant) await closeOne(lease, { provider, ssh }, deps);
  return {
    cards: [
      {
        title: identifier,
        rows: [
          { label: 'Status', value: 'never appeared' },
          { label: 'Lease', value: 'closed' },
        ],
      },
    ],
    json: { name: identifier, status: 'never appeared', released: meant.map((lease) => lease.id) },
    quiet: meant.map((lease) => lease.id),
  };
}

/** Under the lock of the name, so that the lease of a launch under way is never closed. */
async function closeOne(lease: Lease, { provider, ssh }: LeasePlaces, deps: CommandDeps): Promise<void> {
  const busy = new AbortController();
  const onWait = (): void => busy.abort(underWay(lease));
  await deps.leases.withName(
    provider.name,
    lease.name,
    async () => {
      const now = await deps.leases.get(lease.id);
      if (now === null) return;
      if (!isUnsettled(now)) throw underWay(now);
      if (mayStillSurface(now, provider, deps.context.clock)) throw mayExist(now, provider);
      await closeLease(now, { provider, ssh }, deps);
    },
    { signal: busy.signal, onWait },
  );
}

function underWay(lease: Lease): DevboxError {
  return new DevboxError(
    'failed',
    `another devbox is bringing ${lease.name} up right now; nothing was done`,
    {
      code: 'down/under-way',
      hint: 'End that one with Ctrl-C first, or wait until it is up.',
    },
  );
}
