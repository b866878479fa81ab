import type { Account } from './account.ts';

/** The key that requests are made with. */
export interface UsedKey {
  readonly text: string;
  /** Where it came from, in words for the user. */
  readonly source: string;
  /** Said for this call, set in the environment, or stored by an earlier login. */
  readonly kind: 'given' | 'environment' | 'stored';
}

/** Keys that devbox keeps, one for each server. */
export interface KeysFacet {
  /** The server, as the user knows it. */
  readonly server: string;
  /** The key in use; null where there is none. @throws DevboxError where a stored one cannot be read. */
  used(): UsedKey | null;
  /** Asks the server whose key this is, without storing it. */
  check(key: string): Promise<Account>;
  /** Stores a key for the server, in place of an earlier one. @returns its file. */
  store(key: string): Promise<string>;
  /** Forgets the stored key for the server. @returns whether there was one. */
  forget(): Promise<boolean>;
}
