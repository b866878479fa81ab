import type { DevboxError } from '../base/errors.ts';
import { cleanLine } from '../base/text.ts';
import type { DnsClaim, DnsProviderName } from './entry.ts';

/** Seconds for which a name may be remembered. */
export const recordTtl = 300;

/** A record at a name, as far as decisions need it. */
export interface FoundRecord {
  /** `CNAME`, `A`, ... */
  readonly type: string;
  /** Where it points, lower case, without a dot at the end; null for what devbox never makes, such as a weighted one. */
  readonly target: string | null;
  /** Whether all the rest of it is as devbox makes it. */
  readonly asMade: boolean;
  /** The provider's id; null with Route 53. */
  readonly id: string | null;
}

/** What a provider can do in one zone. */
export interface ZoneRecords<R extends FoundRecord> {
  /** Every record at exactly this name, of whatever type. */
  at(name: string): Promise<readonly R[]>;
  /**
   * Removes exactly these records and adds a CNAME, all or nothing.
   * @returns `changed` where the records are no longer as they were found, with what the provider said.
   */
  write(change: {
    readonly remove: readonly R[];
    readonly add: { readonly name: string; readonly target: string } | null;
  }): Promise<
    | { readonly kind: 'written'; readonly id: string | null }
    | { readonly kind: 'changed'; readonly error: unknown }
  >;
}

/** What becomes of names in one zone; whatever its provider, it is decided the same way. */
export interface DnsZone {
  readonly provider: DnsProviderName;
  readonly zone: string;
  /** What stands at the name that none of the claims says is ours; null where nothing does. */
  foreignAt(name: string, claims: readonly DnsClaim[]): Promise<string | null>;
  /** Whether what the claim says stands there. */
  holds(claim: DnsClaim): Promise<boolean>;
  /** Makes the name point where `wanted` says, if nothing stands there or only what the claims say is ours. */
  ensure(
    wanted: DnsClaim,
    claims: readonly DnsClaim[],
  ): Promise<
    | { readonly kind: 'created' | 'unchanged' | 'updated'; readonly recordId: string | null }
    | { readonly kind: 'foreign'; readonly found: string }
  >;
  /** Removes what was made by this claim, and nothing else. */
  remove(
    claim: DnsClaim,
  ): Promise<{ readonly kind: 'removed' | 'absent' } | { readonly kind: 'left'; readonly found: string }>;
}

/** A zone, or why something has to be changed before there is one. */
export type OpenedZone =
  | { readonly kind: 'open'; readonly zone: DnsZone }
  | { readonly kind: 'misconfigured'; readonly error: DevboxError };

/** How often a name is looked at anew after somebody else has changed it in between. */
const looks = 4;

/** The one way in which names are made and removed, over what a provider can do. */
export function zoneOver<R extends FoundRecord>(
  where: { readonly provider: DnsProviderName; readonly zone: string },
  records: ZoneRecords<R>,
): DnsZone {
  return {
    ...where,
    foreignAt: async (name, claims) => {
      const found = await records.at(name);
      const foreign = foreignOf(found, ofName(name, claims));
      return foreign.length === 0 ? null : describe(foreign);
    },
    holds: async (claim) => {
      const found = await records.at(claim.name);
      return found.some((record) => isOurs(record, [claim]));
    },
    ensure: async (wanted, claims) => {
      for (let look = 1; ; look++) {
        const found = await records.at(wanted.name);
        const ours = ofName(wanted.name, [...claims, wanted]);
        const foreign = foreignOf(found, ours);
        if (foreign.length > 0) return { kind: 'foreign', found: describe(foreign) };
        const mine = found.filter((record) => isOurs(record, ours));
        const [only, ...more] = mine;
        if (only?.asMade && more.length === 0 && only.target === wanted.target)
          return { kind: 'unchanged', recordId: only.id };
        const written = await records.write({ remove: mine, add: wanted });
        if (written.kind === 'written')
          return { kind: only === undefined ? 'created' : 'updated', recordId: written.id };
        if (look === looks) throw written.error;
      }
    },
    remove: async (claim) => {
      for (let look = 1; ; look++) {
        const found = await records.at(claim.name);
        const mine = found.filter((record) => isOurs(record, [claim]));
        if (mine.length === 0) {
          const pointers = found.filter(({ type }) => type === 'CNAME');
          return pointers.length === 0 ? { kind: 'absent' } : { kind: 'left', found: describe(pointers) };
        }
        const written = await records.write({ remove: mine, add: null });
        if (written.kind === 'written') return { kind: 'removed' };
        if (look === looks) throw written.error;
      }
    },
  };
}

function ofName(name: string, claims: readonly DnsClaim[]): readonly DnsClaim[] {
  return claims.filter((claim) => claim.name === name);
}

/** A record is ours while it points where we had it point, and is not one that was made anew since. */
function isOurs({ type, target, id }: FoundRecord, claims: readonly DnsClaim[]): boolean {
  if (type !== 'CNAME' || target === null) return false;
  return claims.some(
    (claim) => claim.target === target && (claim.recordId === null || id === null || claim.recordId === id),
  );
}

/** Beside a CNAME of ours, Cloudflare lets others keep text and the like; that is no other answer to who asks for the box. */
function foreignOf<R extends FoundRecord>(found: readonly R[], claims: readonly DnsClaim[]): readonly R[] {
  const others = found.filter((record) => !isOurs(record, claims));
  if (others.length === found.length) return others;
  return others.filter(({ type }) => ['A', 'AAAA', 'CNAME', 'NS'].includes(type));
}

function describe(records: readonly FoundRecord[]): string {
  const shown = records.map(({ type, target }) => (target === null ? type : `${type} to ${target}`));
  return cleanLine([...new Set(shown)].join(', '), 300);
}
