import type { Lease } from './lease.ts';

/** The tag with the id of the lease. */
export const leaseTag = 'devbox-lease';
const managedTag = 'devbox-managed-by';
const accountTag = 'devbox-account';
const ownerTag = 'devbox-owner';
const expiryTag = 'devbox-expires';

/** Tags that only devbox gives. */
export const markTags: readonly string[] = [leaseTag, managedTag, accountTag, ownerTag, expiryTag];

/** Longest value of a tag with any provider. */
const longestValue = 128;

/** The complete set of tags by which a box is known as devbox's: whose, of which lease, and until when. */
export function marksOf(lease: Lease): Readonly<Record<string, string>> {
  return {
    [leaseTag]: lease.id,
    [managedTag]: 'devbox',
    [accountTag]: lease.account,
    [ownerTag]: `${lease.owner.user}@${lease.owner.host}`
      .replace(/[^\x20-\x7e]/g, '?')
      .slice(0, longestValue),
    [expiryTag]: lease.expiresAt ?? 'never',
  };
}

/** The mark as a host name, for providers that keep no tags. */
export function markHostname(mark: string): string {
  return mark.replaceAll('_', '-');
}

/** The mark as the name of the SSH key that devbox makes for a lease. */
export function markKeyName(mark: string): string {
  return `devbox-${markHostname(mark)}`;
}

/** The id of the lease that a key of this name was made for; null where it is none of devbox's. */
export function leaseOfKey(name: string): string | null {
  const digits = /^devbox-dbx-([0-9a-f]{12})$/.exec(name)?.[1];
  return digits === undefined ? null : `dbx_${digits}`;
}

/** What the complete set of tags on a box says. */
export interface ReadMarks {
  readonly lease: string;
  readonly account: string;
  readonly owner: string;
  /** ISO 8601; null for never. */
  readonly expiresAt: string | null;
}

/** The marks of a box; null where the set is not complete or not as devbox writes it. */
export function readMarks(tags: Readonly<Record<string, string>>): ReadMarks | null {
  const lease = tags[leaseTag];
  const account = tags[accountTag];
  const owner = tags[ownerTag];
  const expires = tags[expiryTag];
  if (tags[managedTag] !== 'devbox') return null;
  if (lease === undefined || account === undefined || owner === undefined || expires === undefined)
    return null;
  if (expires === 'never') return { lease, account, owner, expiresAt: null };
  return Number.isNaN(Date.parse(expires)) ? null : { lease, account, owner, expiresAt: expires };
}
