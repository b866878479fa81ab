import { DevboxError } from '../base/errors.ts';
import { cleanLine, nearest } from '../base/text.ts';
import type { Lease } from '../leases/lease.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { CommandDeps } from './command.ts';

/** A box that a user named, and what devbox knows of it. */
export interface FoundBox {
  readonly box: Box;
  readonly provider: Provider;
  /** Open leases on exactly this box; normally one, none where devbox did not make it. */
  readonly leases: readonly Lease[];
}

/**
 * The one live box that an identifier means: its id or that of its lease, else its name, else its name with
 * upper and lower case taken as one.
 * @throws DevboxError `not-found` where there is none, `usage` where there are several, `outcome-unknown` where a
 *   lease says that there may be one.
 */
export async function findBox(identifier: string, deps: CommandDeps): Promise<FoundBox> {
  const provider = await deps.provider();
  const { leases } = await deps.leases.list();
  const own = leases.filter((lease) => isOf(lease, provider));
  const boxes = await provider.list();
  const live = boxes.filter((box) => box.phase !== 'ended');

  const leased = own.find((lease) => lease.id === identifier)?.instanceId ?? null;
  const matches: readonly ((box: Box) => boolean)[] = [
    (box) => box.id === identifier,
    (box) => box.id === leased,
    (box) => box.name === identifier,
    (box) => box.name?.toLowerCase() === identifier.toLowerCase(),
  ];
  for (const match of matches) {
    const found = live.filter(match);
    const [box] = found;
    if (found.length > 1) throw ambiguous(identifier, found);
    if (box) return { box, provider, leases: own.filter((lease) => lease.instanceId === box.id) };
  }
  const open = own.find(
    (lease) => isUnsettled(lease) && (lease.name === identifier || lease.id === identifier),
  );
  if (open) throw mayExist(open);
  throw notFound(identifier, boxes);
}

/** Whether a lease is about a box of this provider and account. */
export function isOf(lease: Lease, provider: Provider): boolean {
  return lease.provider === provider.name && lease.account === provider.account;
}

/** Whether it is open if there is a box behind a lease. */
export function isUnsettled(lease: Lease): boolean {
  return lease.instanceId === null && lease.state !== 'released';
}

/** The error for a box that nobody can see, though a launch of it may have succeeded. */
export function mayExist(lease: Lease): DevboxError {
  return new DevboxError(
    'outcome-unknown',
    `it is not known whether ${lease.name} exists: no answer to its launch`,
    {
      title: 'Outcome Unknown',
      code: 'lease/unsettled',
      details: [
        { label: 'Lease', value: lease.id },
        {
          label: 'Asked for',
          value: [lease.type, lease.region].filter(Boolean).join(' in ') || lease.provider,
        },
        { label: 'At', value: lease.createdAt },
        ...(lease.note === null ? [] : [{ label: 'Note', value: cleanLine(lease.note, 300) }]),
      ],
      hint:
        `It may appear late and cost money. Look for ${lease.name}: devbox command=list api=${lease.api}. ` +
        `Once you are sure that there is none: devbox command=down instance_identifier=${lease.name}`,
    },
  );
}

function ambiguous(identifier: string, boxes: readonly Box[]): DevboxError {
  return new DevboxError('usage', `${identifier} means ${boxes.length} boxes; nothing was done`, {
    code: 'box/ambiguous',
    details: boxes.map((box) => ({
      label: box.id,
      value: [box.name, box.status, box.address, box.region].filter(Boolean).join(', '),
    })),
    hint: `Say which by its id: instance_identifier=${boxes[0]?.id ?? 'ID'}`,
  });
}

function notFound(identifier: string, boxes: readonly Box[]): DevboxError {
  const ended = boxes.find((box) => box.id === identifier || box.name === identifier);
  const names = boxes.flatMap((box) => (box.phase === 'ended' || box.name === null ? [] : [box.name]));
  const near = nearest(identifier, names);
  return new DevboxError(
    'not-found',
    ended
      ? `${identifier} has ended: it is ${ended.status}`
      : `there is no box with the id or name ${identifier}`,
    {
      code: 'box/not-found',
      title: 'Not Found',
      details: names.length === 0 ? [] : [{ label: 'There is', value: names.slice(0, 10).join(', ') }],
      hint: near ? `Did you mean ${near}?` : 'devbox command=list shows what there is.',
    },
  );
}
