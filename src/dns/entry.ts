import * as z from 'zod/mini';
import { plainName } from './label.ts';

export const dnsProviders = ['route53', 'cloudflare'] as const;
export type DnsProviderName = (typeof dnsProviders)[number];

/**
 * One name that devbox has made, or is about to make. It is written before the name is made and goes after the name
 * is gone, so that no name of ours is ever unknown. A name at a provider is ours only while it has this target.
 */
const claim = z.object({
  provider: z.enum(dnsProviders),
  /** Lower case, without a dot at the end: `example.com`. */
  zone: z.string(),
  label: z.string(),
  /** Lower case, without a dot at the end: `ws.example.com`. */
  name: z.string(),
  /** The public name of the instance, lower case, without a dot at the end. */
  target: z.string(),
  runId: z.string(),
  /** The provider's id of the record; null until it is known, and with Route 53, which has none. */
  recordId: z.nullable(z.string()),
});
export type DnsClaim = Readonly<z.infer<typeof claim>>;

/** A name that a run is to have and has not yet, with the reason in words. */
const pending = z.object({
  runId: z.string(),
  label: z.string(),
  reason: z.string(),
});
export type DnsPending = Readonly<z.infer<typeof pending>>;

const entry = z.object({
  /** Grows with every write; a write names the one that it was made from. */
  version: z.number(),
  pending: z.nullable(pending),
  claims: z.array(claim),
});
/** What a project's row says of its names, in the attribute `Dns`. */
export type DnsEntry = Readonly<z.infer<typeof entry>>;

export const emptyDnsEntry: DnsEntry = { version: 0, pending: null, claims: [] };

/** The attribute `Dns` of a row, empty where it has none; null for what this version cannot read. */
export function readDnsEntry(value: unknown): DnsEntry | null {
  if (value === undefined || value === null) return emptyDnsEntry;
  return entry.safeParse(value).data ?? null;
}

/** Like `readDnsEntry` for who only shows it: what cannot be read counts as empty. */
export function parseDnsEntry(value: unknown): DnsEntry {
  return readDnsEntry(value) ?? emptyDnsEntry;
}

/**
 * The name by which a project's box is reached, for cards and lists.
 * @returns null where there is none, or none yet.
 */
export function dnsNameOf({ claims, pending }: DnsEntry, runId: string | null): string | null {
  if (runId === null || pending?.runId === runId) return null;
  return claims.find((each) => each.runId === runId)?.name ?? null;
}

/** The run that a row names, with the public DNS name of its instance; null while it has none. */
export interface CurrentRun {
  readonly runId: string;
  readonly target: string | null;
}

/**
 * Whether `DnsPort.settle` has something to do: a name to set, to take away, or of the first deployments to look for.
 * @param label the label that the row has; null for none.
 * @param current null where no run is under way.
 */
export function areNamesDue(entry: DnsEntry, label: string | null, current: CurrentRun | null): boolean {
  const { claims, pending } = entry;
  if (claims.some(({ runId }) => runId !== current?.runId)) return true;
  if (pending !== null && pending.runId !== current?.runId) return true;
  return current !== null && (isOwnNameDue(entry, current) || mayHaveOldName(entry, label, current));
}

/** Whether the run has no name, or another one, than it is to have. */
export function isOwnNameDue({ claims, pending }: DnsEntry, { runId, target }: CurrentRun): boolean {
  const made = claims.filter((claim) => claim.runId === runId);
  if (target === null) return made.length > 0;
  if (pending?.runId === runId) return true;
  return made.length > 0 && made.every((claim) => claim.target !== plainName(target));
}

/** Whether the first deployments may have made a name for this run: they noted its label and nothing else. */
export function mayHaveOldName({ version }: DnsEntry, label: string | null, { target }: CurrentRun): boolean {
  return version === 0 && label !== null && target !== null;
}

/**
 * The key `project` of the row of the main table that reserves a label. Its sign keeps it apart from the names of
 * projects.
 */
export function reservationKey(label: string): string {
  return `#label/${label}`;
}
