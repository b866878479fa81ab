import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { endOf, isLeaseId, type Lease, launched, priced, ready } from '../../leases/lease.ts';
import { leaseNamedBy } from '../../leases/match.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { type FoundBox, findBox } from '../find-box.ts';
import { lookAtLeases } from '../lease-look.ts';
import { isUnsettled } from '../leased.ts';
import { durationSchema, identifierShape, secondsOf } from '../settings.ts';
import { bind } from '../settle-leases.ts';
import { findLease } from './find-lease.ts';
import { leaseView } from './view.ts';

export const leaseAdopt = defineCommand({
  name: 'lease_adopt',
  changes: true,
  summary: 'take a lease out on a box that is there, or tell which box an open one is on',
  examples: [
    'devbox lease adopt train ttl=24h',
    'devbox lease adopt 0920582c7ff041399e34823a0be62549 lease=dbx_0123456789ab',
  ],
  positionals: ['instance_identifier'],
  shape: {
    ...identifierShape,
    lease: z
      .nullable(z.string())
      .check(z.describe('an open lease that the box came from; null takes out a new one')),
    ttl: z
      .nullable(durationSchema)
      .check(z.describe('how long the box is wanted from now on, for a new lease; null is for ever')),
    force: z.boolean().check(z.describe('also take a box that carries the mark of another lease')),
  },
  async run({ instance_identifier, lease: identifier, ttl, force }, deps) {
    const found = await findBox(instance_identifier, deps, { caseMatters: true });
    const open = identifier === null ? null : await findLease(identifier, deps);
    const name = open?.name ?? found.box.name ?? found.box.id;
    const seconds = ttl === null ? null : secondsOf(ttl);
    const lease = await deps.leases.withName(
      found.provider.name,
      name,
      async () => {
        await refuse(found, open, force, deps);
        return open ? bindOpen(open, found, deps) : takeOut(found, seconds, deps);
      },
      { signal: deps.context.signal },
    );
    return { view: leaseView(lease, await lookAtLeases(deps)) };
  },
});

/** What is somebody else's is not taken. @throws DevboxError where the box is, or may be. */
async function refuse(
  { box, provider }: FoundBox,
  open: Lease | null,
  force: boolean,
  deps: CommandDeps,
): Promise<void> {
  const held = (await deps.leases.list()).leases.find(
    (lease) => lease.provider === provider.name && lease.instanceId === box.id && lease.id !== open?.id,
  );
  if (held)
    throw taken(`the lease ${held.id} is on this box already`, held.id, 'devbox lease touch extends it.');
  const named = leaseNamedBy(box);
  if (named !== null && named !== open?.id && !force) {
    throw taken(
      `the box carries the mark of the lease ${named}, which may be another machine’s`,
      named,
      'If nobody holds it: force=true',
    );
  }
  if (open && (!isUnsettled(open) || open.provider !== provider.name)) {
    throw taken(
      `the lease ${open.id} is not open on ${provider.name}`,
      open.id,
      'devbox lease list shows which are.',
    );
  }
}

function taken(message: string, lease: string, hint: string): DevboxError {
  return new DevboxError('failed', `${message}; nothing was done`, {
    code: 'lease/taken',
    title: 'Not Adopted',
    details: [{ label: 'Lease', value: lease }],
    hint,
  });
}

async function bindOpen(open: Lease, { box }: FoundBox, deps: CommandDeps): Promise<Lease> {
  const bound = await bind(open, box, deps);
  return box.phase === 'ready' ? deps.leases.update(bound.id, ready(box.id)) : bound;
}

async function takeOut(
  { box, provider }: FoundBox,
  ttlSeconds: number | null,
  deps: CommandDeps,
): Promise<Lease> {
  const { context } = deps;
  const now = context.clock.now();
  const began = box.createdAt === null ? now : Date.parse(box.createdAt);
  const own = leaseNamedBy(box);
  const lease = await deps.leases.create({
    id: own !== null && isLeaseId(own) ? own : deps.runId,
    name: box.name ?? box.id,
    provider: provider.name,
    api: deps.apiOption,
    apiSettings: deps.apiSettings,
    account: provider.account,
    region: box.region,
    type: box.type,
    owner: { user: context.user.name, host: context.user.host, directory: deps.directory },
    ttlSeconds,
    expiresAt: endOf(ttlSeconds, now),
    launchedAt: new Date(Number.isNaN(began) ? now : began).toISOString(),
    mark: own === null ? null : own,
    before: null,
  });
  const bound = await deps.leases.update(lease.id, (one) =>
    priced(box.priceCentsPerHour)(launched(box.id, now)(one)),
  );
  return box.phase === 'ready' ? deps.leases.update(bound.id, ready(box.id)) : bound;
}
