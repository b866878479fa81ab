import { type Detail, DevboxError } from '../base/errors.ts';
import { cleanLine, clip, nearest } from '../base/text.ts';
import { isIdPrefix, type Lease, shortestIdPrefix } from '../leases/lease.ts';
import { mayBeOf } from '../leases/match.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { CommandDeps } from './command.ts';
import { allLeases, isUnsettled, mayStillSurface, unseenBox } from './leased.ts';
import { settleLeases } from './settle-leases.ts';

/** A box that a user named, and what devbox knows of it. */
export interface FoundBox {
  readonly box: Box;
  readonly provider: Provider;
  /** The provider does not list it, though it accepted its launch a short while ago. */
  readonly unseen: boolean;
  /** It was named by its whole id or name as it is written, and not by a part of it. */
  readonly isExact: boolean;
  /** Open leases on this box; normally one, none where devbox did not make it. */
  readonly leases: readonly Lease[];
}

export interface FindOptions {
  /** Takes names only as they are written: for what cannot be undone. */
  readonly caseMatters?: boolean;
  /** What is shared with the search for others; default: a list of its own. */
  readonly listed?: ReturnType<typeof listedOnce>;
}

type Match = (box: Box) => boolean;

/** What a provider lists, the leases that concern it, and all leases. */
export interface Listed {
  readonly provider: Provider;
  readonly boxes: readonly Box[];
  readonly leases: readonly Lease[];
  readonly all: readonly Lease[];
}

/** Lists once for several identifiers, when the first of them is looked for. */
export function listedOnce(deps: CommandDeps): (identifier: string) => Promise<Listed> {
  let listed: Promise<Listed> | undefined;
  return (identifier) => {
    listed ??= list(identifier, deps);
    return listed;
  };
}

async function list(identifier: string, deps: CommandDeps): Promise<Listed> {
  const provider = await deps.provider().catch((error: unknown) => {
    throw withoutLease(identifier, error);
  });
  const boxes = await provider.list();
  const all = await allLeases(deps);
  const { leases } = await settleLeases(provider, boxes, all, deps);
  return { provider, boxes, leases, all };
}

/**
 * The one live box that an identifier means: its id or that of its lease, else its name, else (unless `caseMatters`)
 * its name with upper and lower case taken as one, else the beginning of its id, of six characters or more. A box that
 * is ending is meant only where no other one is.
 * @throws DevboxError `not-found` where there is none, `usage` where there are several, `outcome-unknown` where a
 *   lease says that there may be one.
 */
export async function findBox(
  identifier: string,
  deps: CommandDeps,
  { caseMatters = false, listed = listedOnce(deps) }: FindOptions = {},
): Promise<FoundBox> {
  const { provider, boxes, leases, all } = await listed(identifier);
  const found = (box: Box, isExact: boolean): FoundBox => ({
    box,
    provider,
    unseen: false,
    isExact,
    leases: leasesOn(box, leases),
  });

  const leased = leases.find((lease) => lease.id === identifier)?.instanceId ?? null;
  const exact = oneOf(boxes, identifier, [
    (box) => box.id === identifier,
    (box) => box.id === leased,
    (box) => box.name === identifier,
  ]);
  if (exact) return found(exact, true);

  const named = leases.filter((lease) => [lease.id, lease.instanceId, lease.name].includes(identifier));
  for (const lease of named) {
    if (isUnsettled(lease)) throw mayExist(lease, provider);
    const box = lease.instanceId === null ? null : await provider.get(lease.instanceId);
    if (box && box.phase !== 'ended') return found(box, true);
    if (!box && lease.instanceId !== null && mayStillSurface(lease, provider, deps.context.clock)) {
      return {
        box: unseenBox(lease, lease.instanceId),
        provider,
        unseen: true,
        isExact: true,
        leases: [lease],
      };
    }
  }

  const near = oneOf(boxes, identifier, [
    ...(caseMatters ? [] : [(box: Box) => box.name?.toLowerCase() === identifier.toLowerCase()]),
    ...(isIdPrefix(identifier) ? [(box: Box) => box.id.startsWith(identifier)] : []),
  ]);
  if (near) return found(near, false);
  const foreign = all.find(
    (lease) =>
      lease.provider === provider.name &&
      !leases.some(({ id }) => id === lease.id) &&
      [lease.id, lease.slug, lease.instanceId, lease.name].includes(identifier),
  );
  if (foreign) throw otherAccount(foreign);
  throw notFound(identifier, boxes);
}

/** The live box that the first of these matches finds. @throws DevboxError where that finds several. */
function oneOf(boxes: readonly Box[], identifier: string, matches: readonly Match[]): Box | undefined {
  for (const match of matches) {
    const live = boxes.filter((box) => box.phase !== 'ended' && match(box));
    const staying = live.filter((box) => box.phase !== 'ending');
    const found = staying.length > 0 ? staying : live;
    if (found.length > 1) throw ambiguous(identifier, found);
    if (found[0]) return found[0];
  }
  return undefined;
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

/** The leases that a box named by the user settles: those bound to it, and open ones that it may have come from. */
function leasesOn(box: Box, leases: readonly Lease[]): Lease[] {
  return leases.filter(
    (lease) =>
      lease.instanceId === box.id || (isUnsettled(lease) && lease.name === box.name && mayBeOf(lease, box)),
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

/** The error for a box that only a lease knows, and that the key at hand does not reach. */
function otherAccount({ id, name, account, owner }: Lease): DevboxError {
  return new DevboxError(
    'unauthorised',
    `${name} is of another account than the key here; nothing was sent about it`,
    {
      code: 'lease/other-account',
      title: 'Another Account',
      details: [
        { label: 'Lease', value: id },
        { label: 'Account', value: account },
        { label: 'Taken out by', value: cleanLine(`${owner.user}@${owner.host}`, 100) },
      ],
      hint: `Set the key of that account. If it is no more, give the lease up: devbox lease release ${id}`,
    },
  );
}

function notFound(identifier: string, boxes: readonly Box[]): DevboxError {
  const ended = boxes.find((box) => box.id === identifier || box.name === identifier);
  const live = boxes.filter((box) => box.phase !== 'ended');
  const names = live.flatMap((box) => (box.name === null ? [] : [box.name]));
  const near = nearest(identifier, names);
  const shown = names.slice(0, 10).map((name) => clip(name, 40));
  const begun = isIdPrefix(identifier) ? [] : live.filter((box) => box.id.startsWith(identifier));
  return new DevboxError(
    'not-found',
    ended
      ? `${identifier} has ended: it is ${ended.status}`
      : `there is no box with the id or name ${clip(identifier, 100)}`,
    {
      code: 'box/not-found',
      title: 'Not Found',
      details: [
        ...(shown.length === 0 ? [] : [{ label: 'There is', value: shown.join(', ') }]),
        ...(begun.length === 0 ? [] : [tooShort(begun)]),
      ],
      hint: near ? `Did you mean ${clip(near, 100)}?` : 'devbox command=list shows what there is.',
    },
  );
}

function tooShort(begun: readonly Box[]): Detail {
  return {
    label: 'Id',
    value: `${begun.length === 1 ? `that of ${begun[0]?.name ?? begun[0]?.id} begins` : `${begun.length} begin`} so, but a beginning has to have ${shortestIdPrefix} characters or more`,
  };
}
