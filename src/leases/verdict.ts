import type { Lease } from './lease.ts';
import type { Marked, Match } from './match.ts';

/** What becomes of a lease, and why, in words that complete "because". */
export type Verdict =
  /** Its box stays, and so does the lease. */
  | { readonly act: 'keep'; readonly why: string }
  /** Its box is to be ended. */
  | { readonly act: 'end'; readonly why: string }
  /** There is no box any more, or never was one. */
  | { readonly act: 'close'; readonly why: string }
  /** A person has to decide. */
  | { readonly act: 'ask'; readonly why: string; readonly candidates: readonly string[] };

/** What was found of the box of a lease. */
export interface Evidence {
  /** As the provider shows it; null where it does not. */
  readonly box: Pick<Marked, 'id' | 'phase'> | null;
  /** Whether a box that the provider does not show may still appear. */
  readonly mayAppear: boolean;
  /** Whether the box was in use just now; null where that was not asked or could not be told. */
  readonly inUse: boolean | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Decides on a lease that is on a box. */
export function verdictOn(lease: Lease, { box, mayAppear, inUse, now }: Evidence): Verdict {
  if (box === null) {
    if (mayAppear) return { act: 'keep', why: 'the provider does not show its box yet' };
    return { act: 'close', why: 'its box is gone' };
  }
  if (box.phase === 'ended' || box.phase === 'ending') return { act: 'close', why: 'its box has been ended' };
  if (lease.expiresAt !== null && Date.parse(lease.expiresAt) <= now) {
    return { act: 'end', why: `its time was over at ${lease.expiresAt}` };
  }
  return verdictOnUse(lease, inUse, now);
}

function verdictOnUse({ idleTimeoutSeconds, idleSince }: Lease, inUse: boolean | null, now: number): Verdict {
  if (idleTimeoutSeconds === null) return { act: 'keep', why: 'its time is not over' };
  if (inUse === null) return { act: 'keep', why: 'whether it is in use could not be told' };
  if (inUse) return { act: 'keep', why: 'it is in use' };
  // One look says nothing of the time before it: it has to have been found unused from the first to the last.
  const isLong = idleSince !== null && now - Date.parse(idleSince) >= idleTimeoutSeconds * 1000;
  if (isLong) return { act: 'end', why: `it has been unused since ${idleSince}` };
  return { act: 'keep', why: 'it has not been unused for long enough' };
}

/** Decides on a lease whose launch had no answer, and whose mark no box carries. */
export function verdictOnOpen(match: Match<Marked>, mayAppear: boolean): Verdict {
  switch (match.kind) {
    case 'bound':
      return { act: 'keep', why: `its box was found by its ${match.by}` };
    case 'offered':
      return {
        act: 'ask',
        why: `${match.box.id} may be its box, but carries no mark of it`,
        candidates: [match.box.id],
      };
    case 'several':
      return {
        act: 'ask',
        why: `${match.boxes.length} boxes may be its own`,
        candidates: match.boxes.map(({ id }) => id),
      };
    case 'none':
      if (mayAppear) return { act: 'keep', why: 'nobody knows yet whether it was launched' };
      return { act: 'close', why: 'no box of it appeared' };
  }
}
