import type { ProviderName } from './provider-name.ts';

declare const leaseIdBrand: unique symbol;

/** `dbx_` and 12 lower-case hexadecimal digits; safe as a file name, a tag value and a host name part. */
export type LeaseId = string & { readonly [leaseIdBrand]: true };

/** Who took the lease out, and from where. */
export interface Owner {
  readonly user: string;
  readonly host: string;
  /** Absolute path of the project, or of the working directory where there is none. */
  readonly directory: string;
}

/** Settings under `api` to give again; what they are decides the provider. */
export type ApiSettings = Readonly<Record<string, string | boolean>>;

/** A key at the provider. One that devbox made is deleted there when its box is gone. */
export type LeaseSshKey =
  | { readonly made: false; readonly name: string }
  | { readonly made: true; readonly name: string; readonly publicKey: string };

/** What a lease says in every state. */
export interface LeaseFacts {
  readonly version: 2;
  readonly id: LeaseId;
  /** The name with the end of the id: readable, and as good as unique. */
  readonly slug: string;
  /** Name of the box; not unique. */
  readonly name: string;
  readonly provider: ProviderName;
  /** The option of the group `api` with which the provider is reached again, such as `local`. */
  readonly api: string;
  /** The settings of that option that say which server is meant: `base_url`, `engine`, ... */
  readonly apiSettings: ApiSettings;
  /** Fingerprint of the account that pays, as the provider gives it. */
  readonly account: string;
  readonly region: string | null;
  readonly type: string | null;
  readonly owner: Owner;
  /** How long the box is wanted for, in seconds; null for as long as nobody ends it. */
  readonly ttlSeconds: number | null;
  /** When a reaper may end the box; ISO 8601, UTC. */
  readonly expiresAt: string | null;
  /** How long the box may stand unused before a reaper may end it, in seconds. */
  readonly idleTimeoutSeconds: number | null;
  /** Since when reapers found it unused, every time they looked. */
  readonly idleSince: string | null;
  /** When the provider accepted the launch, from which on it is billed. */
  readonly launchedAt: string | null;
  /** US cents per hour, as the provider gave it when the box was launched. */
  readonly priceCentsPerHour: number | null;
  /** The SSH key that the box is launched with; null until that is decided, and where there is none. */
  readonly sshKey: LeaseSshKey | null;
  /** Public half of the host key that devbox gave the box, `ssh-ed25519 BASE64`; null where it gave none. */
  readonly hostKey: string | null;
  /** Fingerprint of what was asked for. */
  readonly request: string | null;
  /** What the box carries so that it can be found by its lease, as tag and in names; null where devbox did not launch it. */
  readonly mark: string | null;
  /** Ids of the boxes that were there before the launch; null where they are not known. */
  readonly before: readonly string[] | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** A sentence for people, such as why the outcome is unknown. */
  readonly note: string | null;
}

/**
 * How far the box behind a lease has come: `intended` before the launch is sent, `launched` once the provider gave
 * an id, `ready` once it could be used, `indeterminate` while the answer to a launch is lost, `released` when the
 * box is gone.
 */
export type LeaseProgress =
  | { readonly state: 'intended'; readonly instanceId: null }
  | { readonly state: 'launched'; readonly instanceId: string }
  | { readonly state: 'ready'; readonly instanceId: string }
  | { readonly state: 'indeterminate'; readonly instanceId: string | null }
  | { readonly state: 'released'; readonly instanceId: string | null };

/** The record of one box: who holds it and how far it has come. */
export type Lease = LeaseFacts & LeaseProgress;

/** What every lease has from its beginning. */
type Needed = Pick<LeaseFacts, 'name' | 'provider' | 'api' | 'account' | 'region' | 'type' | 'owner'>;

/** What may be added to it, with what stands for it otherwise. */
export const notAgreed = {
  apiSettings: {},
  ttlSeconds: null,
  expiresAt: null,
  idleTimeoutSeconds: null,
  idleSince: null,
  launchedAt: null,
  priceCentsPerHour: null,
  sshKey: null,
  hostKey: null,
  request: null,
  mark: null,
  before: null,
  note: null,
} as const satisfies Partial<LeaseFacts>;

/**
 * What the taker of a lease decides; the store adds state and times, and an id where the wanted one is taken. Its
 * `mark` is its id, unless it is null.
 */
export type NewLease = Needed & Partial<Pick<LeaseFacts, keyof typeof notAgreed>> & { readonly id?: LeaseId };

/** A step in the life of a lease, as `LeaseStore.update` takes it. */
export type LeaseChange = (lease: Lease) => Lease;

/** The provider answered the launch with this instance id, now (milliseconds since 1970): its time begins. */
export const launched =
  (instanceId: string, now: number): LeaseChange =>
  (lease) => ({
    ...lease,
    state: 'launched',
    instanceId,
    launchedAt: lease.launchedAt ?? new Date(now).toISOString(),
    expiresAt: lease.launchedAt === null ? endOf(lease.ttlSeconds, now) : lease.expiresAt,
    note: null,
  });

/** What the box costs, in US cents per hour; what is known already stays. */
export const priced =
  (priceCentsPerHour: number | null): LeaseChange =>
  (lease) => ({ ...lease, priceCentsPerHour: lease.priceCentsPerHour ?? priceCentsPerHour });

/** How long a box is wanted for, in seconds: in all, and while nobody uses it; null for as long as nobody ends it. */
export type Term = Pick<LeaseFacts, 'ttlSeconds' | 'idleTimeoutSeconds'>;

/** The time of a box begins anew; what the term does not say stays as it was agreed. */
export const extended =
  (term: Partial<Term>, now: number): LeaseChange =>
  (lease) => {
    const { ttlSeconds, idleTimeoutSeconds }: Term = { ...lease, ...term };
    return { ...lease, ttlSeconds, idleTimeoutSeconds, expiresAt: endOf(ttlSeconds, now), idleSince: null };
  };

/** When a time of so many seconds from `now` (milliseconds since 1970) is over, in ISO 8601; null where it never is. */
export function endOf(ttlSeconds: number | null, now: number): string | null {
  return ttlSeconds === null ? null : new Date(now + ttlSeconds * 1000).toISOString();
}

/** The box will be launched with this SSH key, and with this host key; written before the key is uploaded. */
export const enteredWith =
  (sshKey: LeaseSshKey, hostKey: string | null): LeaseChange =>
  (lease) => ({ ...lease, sshKey, hostKey });

/** The box with this instance id can be used. */
export const ready =
  (instanceId: string): LeaseChange =>
  (lease) => ({ ...lease, state: 'ready', instanceId, note: null });

/** The box has another name now. */
export const renamed =
  (name: string): LeaseChange =>
  (lease) => ({ ...lease, name });

/** Nobody knows whether the box exists; `note` says what was asked for and what went wrong. */
export const indeterminate =
  (note: string): LeaseChange =>
  (lease) => ({ ...lease, state: 'indeterminate', note });

const leaseIdPattern = /^dbx_[0-9a-f]{12}$/;

/** Whether a text is written like a lease id; says nothing on whether there is such a lease. */
export function isLeaseId(text: string): text is LeaseId {
  return leaseIdPattern.test(text);
}

/** Least characters of the beginning of an id that can stand for the whole one. */
export const shortestIdPrefix = 6;

/** Whether a text is long enough to stand for an id that begins with it. */
export function isIdPrefix(text: string): boolean {
  return text.length >= shortestIdPrefix;
}

/** Draws a lease id. @param random a number from 0 up to but not including 1. */
export function drawLeaseId(random: () => number): LeaseId {
  let digits = '';
  for (let i = 0; i < 12; i++) digits += Math.floor(random() * 16).toString(16);
  const id = `dbx_${digits}`;
  if (!isLeaseId(id)) throw new RangeError('random() must give numbers from 0 up to but not including 1');
  return id;
}

/** A readable name for a lease: that of its box with the last digits of the id. */
export function slugOf(name: string, id: LeaseId): string {
  return `${name || 'box'}-${id.slice(-4)}`;
}

/** The provider of a lease as a text: the same for all leases that the same option with the same settings reaches. */
export function apiTarget({ api, apiSettings }: Pick<LeaseFacts, 'api' | 'apiSettings'>): string {
  return JSON.stringify([api, Object.entries(apiSettings).sort()]);
}
