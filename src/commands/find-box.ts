import { DevboxError } from '../base/errors.ts';
import { cleanLine, clip, nearest } from '../base/text.ts';
import type { Lease } from '../leases/lease.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { CommandDeps } from './command.ts';
import { allLeases, concerns, isUnsettled, mayStillSurface, unseenBox } from './leased.ts';

/** A box that a user named, and what devbox knows of it. */
export interface FoundBox {
  readonly box: Box;
  readonly provider: Provider;
  /** The provider does not list it, though it accepted its launch a short while ago. */
  readonly unseen: boolean;
  /** Open leases on this box; normally one, none where devbox did not make it. */
  readonly leases: readonly Lease[];
}

/**
 * The one live box that an identifier means: its id or that of its lease, else its name, else (unless `exact`) its
 * name with upper and lower case taken as one. A box that is ending is meant only where no other one is.
 * @throws DevboxError `not-found` where there is none, `usage` where there are several, `outcome-unknown` where a
 *   lease says that there may be one.
 */
export async function findBox(
  identifier: string,
  deps: CommandDeps,
  { exact = false }: { readonly exact?: boolean } = {},
): Promise<FoundBox> {
  const provider = await deps.provider().catch((error: unknown) => {
    throw withoutLease(identifier, error);
  });
  const leases = (await allLeases(deps)).filter((lease) => concerns(lease, provider));
  const boxes = await provider.list();
  const leased = leases.find((lease) => lease.id === identifier)?.instanceId ?? null;
  const matches: readonly ((box: Box) => boolean)[] = [
    (box) => box.id === identifier,
    (box) => box.id === leased,
    (box) => box.name === identifier,
    ...(exact ? [] : [(box: Box) => box.name?.toLowerCase() === identifier.toLowerCase()]),
  ];
  for (const match of matches) {
    const live = boxes.filter((box) => box.phase !== 'ended' && match(box));
    const staying = live.filter((box) => box.phase !== 'ending');
    const found = staying.length > 0 ? staying : live;
    const [box] = found;
    if (found.length > 1) throw ambiguous(identifier, found);
    if (box) return { box, provider, unseen: false, leases: leasesOn(box, leases) };
  }

  const named = leases.filter((lease) => [lease.id, lease.instanceId, lease.name].includes(identifier));
  for (const lease of named) {
    if (isUnsettled(lease)) throw mayExist(lease, provider);
    const box = lease.instanceId === null ? null : await provider.get(lease.instanceId);
    if (box && box.phase !== 'ended') return { box, provider, unseen: false, leases: leasesOn(box, leases) };
    if (!box && lease.instanceId !== null && mayStillSurface(lease, provider, deps.context.clock)) {
      return { box: unseenBox(lease, lease.instanceId), provider, unseen: true, leases: [lease] };
    }
  }
  throw notFound(identifier, boxes);
}

/** Why the configured provider was asked at all: no record here names the box, or its own would have been asked. */
function withoutLease(identifier: string, error: unknown): unknown {
  if (!(error instanceof DevboxError) || error.kind !== 'unauthorised') return error;
  return new DevboxError(error.kind, error.message, {
    code: error.code,
    title: error.title,
    details: [
      ...error.details,
      { label: 'Box', value: `no box that devbox made here is called ${clip(identifier, 60)}` },
    ],
    hint: error.hint,
    cause: error,
  });
}

/** The leases that a box settles: those bound to it, and those of its name whose launch lost its answer. */
function leasesOn(box: Box, leases: readonly Lease[]): Lease[] {
  return leases.filter(
    (lease) => lease.instanceId === box.id || (isUnsettled(lease) && lease.name === box.name),
  );
}

/** The error for a box that nobody can see, though a launch of it may have succeeded. */
export function mayExist(lease: Lease, provider: Pick<Provider, 'surfacingMinutes'>): DevboxError {
  const sureFrom = new Date(Date.parse(lease.updatedAt) + provider.surfacingMinutes * 60_000);
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
        `From ${sureFrom.toTimeString().slice(0, 5)} on, once you are sure that there is none: devbox command=down instance_identifier=${lease.name}`,
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
  const shown = names.slice(0, 10).map((name) => clip(name, 40));
  return new DevboxError(
    'not-found',
    ended
      ? `${identifier} has ended: it is ${ended.status}`
      : `there is no box with the id or name ${clip(identifier, 100)}`,
    {
      code: 'box/not-found',
      title: 'Not Found',
      details: shown.length === 0 ? [] : [{ label: 'There is', value: shown.join(', ') }],
      hint: near ? `Did you mean ${clip(near, 100)}?` : 'devbox command=list shows what there is.',
    },
  );
}
