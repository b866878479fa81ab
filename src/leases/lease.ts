import type { ProviderName } from './provider-name.ts';

declare const leaseIdBrand: unique symbol;

/** `dbx_` and 12 lower-case hexadecimal digits; safe as a file name, a tag value and a host name part. */
export type LeaseId = string & { readonly [leaseIdBrand]: true };

/** Who took the lease out, and from where. */
export interface Owner {
  readonly user: string;
  readonly host: string;
  /** Absolute path of the working directory. */
  readonly directory: string;
}

/** What a lease says in every state. */
export interface LeaseFacts {
  readonly version: 1;
  readonly id: LeaseId;
  /** Name of the box; not unique. */
  readonly name: string;
  readonly provider: ProviderName;
  /** The option of the group `api` with which the provider is reached again, such as `local`. */
  readonly api: string;
  /** Fingerprint of the account that pays, as the provider gives it. */
  readonly account: string;
  readonly region: string | null;
  readonly type: string | null;
  readonly owner: Owner;
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

/** What the taker of a lease decides; the store adds state and times, and an id where the wanted one is taken. */
export type NewLease = Pick<
  LeaseFacts,
  'name' | 'provider' | 'api' | 'account' | 'region' | 'type' | 'owner'
> & { readonly id?: LeaseId; readonly note?: string | null };

/** A step in the life of a lease, as `LeaseStore.update` takes it. */
export type LeaseChange = (lease: Lease) => Lease;

/** The provider answered the launch with this instance id. */
export const launched =
  (instanceId: string): LeaseChange =>
  (lease) => ({ ...lease, state: 'launched', instanceId, note: null });

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
