import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { extended } from '../../leases/lease.ts';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { confirmDeletion, forceShape } from '../confirm-deletion.ts';
import { lookAtLeases } from '../lease-look.ts';
import { allLeases, isUnsettled } from '../leased.ts';
import { durationSchema, secondsOf } from '../settings.ts';
import { findLease } from './find-lease.ts';
import { leasesView, leaseView } from './view.ts';

const leaseShape = {
  lease: z
    .string()
    .check(
      z.minLength(1, 'a lease'),
      z.describe('the lease, by its id or slug, or by the id or name of its box'),
    ),
};

const termSchema = (meaning: string) =>
  z
    .nullable(
      z.union([z.literal('same'), durationSchema], { error: 'same, or a duration such as 30m, 24h or 7d' }),
    )
    .check(z.describe(meaning));

const secondsIn = (duration: string | null): number | null =>
  duration === null ? null : secondsOf(duration);

export const leaseList = defineCommand({
  name: 'lease_list',
  summary: 'list leases: whose boxes are whose, and until when',
  examples: ['devbox lease list', 'devbox lease list --json'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    return { view: leasesView(await allLeases(deps), await lookAtLeases(deps)) };
  },
});

export const leaseInspect = defineCommand({
  name: 'lease_inspect',
  summary: 'show all that a lease says',
  examples: ['devbox lease inspect train', 'devbox lease inspect dbx_0123456789ab --json'],
  positionals: ['lease'],
  shape: leaseShape,
  async run({ lease }, deps) {
    return { view: leaseView(await findLease(lease, deps), await lookAtLeases(deps)) };
  },
});

export const leaseTouch = defineCommand({
  name: 'lease_touch',
  changes: true,
  summary: 'let the time of a lease begin anew, or give it another',
  examples: [
    'devbox lease touch train',
    'devbox lease extend train ttl=7d',
    'devbox lease touch train ttl=null idle_timeout=1h',
  ],
  positionals: ['lease'],
  shape: {
    ...leaseShape,
    ttl: termSchema(
      'from now on: same for as long as was agreed, a duration such as 24h, or null for no end',
    ),
    idle_timeout: termSchema(
      'how long it may stand unused: same for what was agreed, a duration, or null for ever',
    ),
  },
  async run({ lease: identifier, ttl, idle_timeout }, deps) {
    const { id } = await findLease(identifier, deps);
    const term = {
      ...(ttl === 'same' ? {} : { ttlSeconds: secondsIn(ttl) }),
      ...(idle_timeout === 'same' ? {} : { idleTimeoutSeconds: secondsIn(idle_timeout) }),
    };
    const lease = await deps.leases.update(id, extended(term, deps.context.clock.now()));
    if (lease.mark !== null && lease.instanceId !== null) {
      deps.emit({
        type: 'notice',
        level: 'info',
        message:
          'The tags of the box keep the end that it was launched with: a reaper without these leases that may end orphans goes by them',
      });
    }
    return { view: leaseView(lease, await lookAtLeases(deps)) };
  },
});

export const leaseRelease = defineCommand({
  name: 'lease_release',
  changes: true,
  summary: 'give a lease up; its box stays, and nothing ends it any more',
  examples: ['devbox lease release train', 'devbox lease release dbx_0123456789ab force=true'],
  positionals: ['lease'],
  shape: { ...leaseShape, ...forceShape },
  async run({ lease: identifier, force }, deps) {
    const lease = await findLease(identifier, deps);
    if (isUnsettled(lease) && !force) throw stillOpen(lease.id, lease.name);
    await confirmDeletion(
      {
        what: `the lease ${lease.id} of ${lease.name} (its box stays)`,
        typed: identifier,
        isExact: [lease.id, lease.slug, lease.name, lease.instanceId].includes(identifier),
        exactly: `lease=${lease.id}`,
        force,
      },
      deps,
    );
    const look = await lookAtLeases(deps);
    const released = await deps.leases.withName(
      lease.provider,
      lease.name,
      () => deps.leases.release(lease.id),
      { signal: deps.context.signal },
    );
    const box = lease.instanceId;
    const footer =
      box === null
        ? []
        : [
            [
              'Its box may go on costing money. End it: ',
              token('command', `devbox down ${box} api=${lease.api}`),
            ],
          ];
    return { view: leaseView(released ?? { ...lease, state: 'released' }, look, footer) };
  },
});

function stillOpen(id: string, name: string): DevboxError {
  return new DevboxError(
    'outcome-unknown',
    `nobody knows yet whether ${name} was launched; its lease is the only trace of it`,
    {
      code: 'lease/unsettled',
      title: 'Outcome Unknown',
      details: [{ label: 'Lease', value: id }],
      hint: 'Look for its box: devbox reconcile. To give the lease up all the same: force=true',
    },
  );
}
