import { DevboxError } from '../../base/errors.ts';
import type { Lease } from '../../leases/lease.ts';
import { leaseOfKey, leaseTag, type ReadMarks, readMarks } from '../../leases/marks.ts';
import { type Verdict, verdictOn, verdictOnOpen } from '../../leases/verdict.ts';
import type { SshKey } from '../../providers/facets/ssh-keys.ts';
import type { Box, Provider } from '../../providers/provider.ts';
import { readPublicKey } from '../../remote/keys/box-keys.ts';
import { isSameKey } from '../../remote/keys/key-pair.ts';
import type { Asked } from '../ask-providers.ts';
import type { CommandDeps } from '../command.ts';
import { mayStillSurface } from '../leased.ts';
import type { SshConfig } from '../settings.ts';
import { isInUse } from './in-use.ts';
import type { Stray } from './strays.ts';

/** Something that cleanup has an opinion on. */
export type Item =
  | {
      readonly kind: 'lease';
      readonly lease: Lease;
      readonly box: Box | null;
      readonly provider: Provider;
      readonly verdict: Verdict;
      /** Whether its box was in use just now; null where that was not asked or could not be told. */
      readonly inUse: boolean | null;
    }
  /** A box that carries devbox's tags, of a lease that is not known here. */
  | {
      readonly kind: 'orphan';
      readonly box: Box;
      readonly provider: Provider;
      readonly marks: ReadMarks | null;
      readonly verdict: Verdict;
    }
  /** An SSH key that devbox made, of a lease that is not known here. */
  | {
      readonly kind: 'key';
      readonly key: SshKey;
      readonly lease: string;
      readonly provider: Provider;
      readonly verdict: Verdict;
    }
  /** Files for ssh on this machine that no lease knows. */
  | {
      readonly kind: 'files';
      readonly stray: Stray;
      readonly provider: null;
      readonly verdict: Verdict;
    };

export interface PlanOptions {
  /** Whether a complete set of tags is authority enough to end a box without a lease. */
  readonly orphans: boolean;
  readonly ssh: SshConfig;
}

/**
 * What is to be done on one provider; changes nothing.
 * @param failed gets what could not be looked at.
 */
export async function planFor(
  asked: Asked,
  known: readonly Lease[],
  options: PlanOptions,
  deps: CommandDeps,
  failed: DevboxError[],
): Promise<Item[]> {
  const items: Item[] = [];
  for (const lease of asked.leases) {
    const item = (): Promise<Item> => leaseItem(lease, asked, options, deps);
    await look(items, failed, async () => [await item().catch((error) => fail(lease, error))]);
  }
  for (const box of asked.boxes) {
    const orphan = orphanItem(box, asked.provider, known, options, deps.context.clock.now());
    if (orphan) items.push(orphan);
  }
  await look(items, failed, () => strayKeys(asked, deps));
  return items;
}

/** Looks at something. That this fails ends nothing, and keeps nothing else from being looked at. */
export async function look(
  items: Item[],
  failed: DevboxError[],
  work: () => Promise<readonly Item[]>,
): Promise<void> {
  try {
    items.push(...(await work()));
  } catch (error) {
    if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
    failed.push(error);
  }
}

/** What went wrong, with the box that it is about. */
function fail({ name, id }: Lease, error: unknown): never {
  if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
  const { kind, message, title, code, suggestion, hint } = error;
  const details = [...error.details, { label: 'Lease', value: id }];
  throw new DevboxError(kind, `${name}: ${message}`, {
    title,
    code,
    details,
    suggestion,
    hint,
    cause: error,
  });
}

/** Keys that devbox made for leases that are not known here. Which lease they are of is no proof that it is over. */
async function strayKeys({ provider, boxes }: Asked, { leases, context }: CommandDeps): Promise<Item[]> {
  if (!provider.sshLaunch) return [];
  const all = (await provider.sshKeys?.list()) ?? [];
  // Read after the keys: a lease is on disk before its key is registered.
  const known = [...(await leases.list()).leases, ...(await leases.unfinished())];
  const here = new Set<string>(known.map(({ id }) => id));
  const items: Item[] = [];
  for (const key of all) {
    const lease = leaseOfKey(key.name);
    if (lease === null || here.has(lease)) continue;
    if (boxes.some(({ phase, sshKeys }) => phase !== 'ended' && sshKeys.includes(key.name))) continue;
    const own = await readPublicKey(context.paths.state, lease);
    const verdict: Verdict =
      own !== null && isSameKey(own, key.publicKey)
        ? { act: 'close', why: 'devbox made it here for a box that is gone' }
        : {
            act: 'ask',
            why: 'no box has this SSH key and no lease here knows it; it may be of another machine',
            candidates: [],
          };
    items.push({ kind: 'key', key, lease, provider, verdict });
  }
  return items;
}

async function leaseItem(lease: Lease, asked: Asked, { ssh }: PlanOptions, deps: CommandDeps): Promise<Item> {
  const { provider } = asked;
  const { clock } = deps.context;
  const mayAppear = mayStillSurface(lease, provider, clock);
  const match = asked.settled.find((one) => one.lease.id === lease.id)?.match;
  if (lease.instanceId === null && match?.kind !== 'bound') {
    const verdict = verdictOnOpen(match ?? { kind: 'none' }, mayAppear);
    return { kind: 'lease', lease, box: null, provider, verdict, inUse: null };
  }
  const id = lease.instanceId ?? (match?.kind === 'bound' ? match.box.id : '');
  const box = asked.boxes.find((one) => one.id === id) ?? (await provider.get(id));
  const inUse = box && lease.idleTimeoutSeconds !== null ? await isInUse(box, provider, ssh, deps) : null;
  const verdict = verdictOn(lease, { box, mayAppear, inUse, now: clock.now() });
  return { kind: 'lease', lease, box, provider, verdict, inUse };
}

/** A box that only its tags call devbox's. */
function orphanItem(
  box: Box,
  provider: Provider,
  known: readonly Lease[],
  { orphans }: PlanOptions,
  now: number,
): Item | null {
  const named = box.tags[leaseTag];
  if (named === undefined || box.phase === 'ended' || box.phase === 'ending') return null;
  if (known.some(({ id, instanceId }) => id === named || instanceId === box.id)) return null;
  const marks = readMarks(box.tags);
  return {
    kind: 'orphan',
    box,
    provider,
    marks,
    verdict: verdictOnOrphan(box, marks, provider, orphans, now),
  };
}

export function verdictOnOrphan(
  { id }: Pick<Box, 'id'>,
  marks: ReadMarks | null,
  { account }: Pick<Provider, 'account'>,
  orphans: boolean,
  now: number,
): Verdict {
  const ask = (why: string): Verdict => ({ act: 'ask', why, candidates: [id] });
  if (marks === null) return ask('no lease here knows it, and its tags are not complete');
  if (marks.account !== account) return ask('no lease here knows it, and its tags name another account');
  if (marks.expiresAt === null)
    return ask(`no lease here knows it; its tags say ${marks.owner}, without an end`);
  const isOver = Date.parse(marks.expiresAt) <= now;
  const owner = `its tags say ${marks.owner}, until ${marks.expiresAt}`;
  if (!isOver) return { act: 'keep', why: `no lease here knows it; ${owner}` };
  if (!orphans) return ask(`no lease here knows it; ${owner}`);
  return { act: 'end', why: owner };
}
