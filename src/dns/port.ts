import type { DevboxError } from '../base/errors.ts';
import type { CurrentRun, DnsEntry, DnsProviderName } from './entry.ts';
import type { DnsLabel } from './label.ts';

/** What the account's parameters say about names. */
export type DnsState =
  /** No names are wanted. */
  | { readonly kind: 'off' }
  /** Somebody has to change the parameters, the zone or the token; asking again does not help. */
  | { readonly kind: 'misconfigured'; readonly error: DevboxError }
  /** It could not be found out now, or not by who asks. */
  | { readonly kind: 'failing'; readonly error: DevboxError }
  | { readonly kind: 'ready'; readonly provider: DnsProviderName; readonly zone: string };

/** Whether a project's box could have a name. */
export type NameCheck =
  | Exclude<DnsState, { readonly kind: 'ready' }>
  /** Nothing stands at the name, or only what devbox made for this project. */
  | { readonly kind: 'usable'; readonly name: string }
  /** Somebody else's record stands there, and stays. */
  | { readonly kind: 'foreign'; readonly name: string; readonly error: DevboxError };

export type Reservation =
  | { readonly kind: 'reserved' }
  /** Another project has the label. */
  | { readonly kind: 'taken'; readonly by: string; readonly error: DevboxError }
  /** The row is gone, or another run's by now. */
  | { readonly kind: 'superseded' };

/** How giving a box its name ended. None of these may fail a launch. */
export type SetOutcome =
  | { readonly kind: 'off' }
  /** The run is to have no name: `reserve` was not called for it. */
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'created' | 'unchanged' | 'updated'; readonly name: string }
  /** The instance has no public name; `dropped` says what became of the name that it had. */
  | { readonly kind: 'no-target'; readonly dropped: readonly DropOutcome[] }
  /** Somebody else's record stands there. It stays, and so does the wish: `settle` tries again. */
  | { readonly kind: 'refused'; readonly name: string; readonly error: DevboxError }
  /** The wish stays: `settle` tries again. */
  | { readonly kind: 'failed'; readonly error: DevboxError }
  /** The row is gone, or another run's by now. */
  | { readonly kind: 'superseded' };

/** How taking away one name ended. */
export type DropOutcome =
  | { readonly kind: 'removed' | 'absent'; readonly name: string }
  /** It no longer points where devbox had it point, so it is no longer devbox's; it stays. */
  | { readonly kind: 'left'; readonly name: string; readonly found: string }
  /** It stays recorded: `drop` or `settle` tries again. */
  | { readonly kind: 'failed'; readonly name: string; readonly error: DevboxError };

/** What became of a project's names. */
export interface Settled {
  /** Null where nothing was to be set. */
  readonly set: SetOutcome | null;
  readonly dropped: readonly DropOutcome[];
}

/**
 * Names of boxes. It owns two attributes of a project's row, `Dns` and `CNAMEDomain` (the label), and the rows that
 * reserve labels; every write is conditional. No outcome is an exception, except that the table cannot be reached.
 *
 * A launch calls `check` before its first side effect, `reserve` once the row is claimed for the run, and `set` once the
 * instance has a public name. Stopping and starting call `set` again; what ends the run calls `drop`.
 */
export interface DnsPort {
  /** Asked once, then remembered. */
  state(): Promise<DnsState>;
  /** Reads only. */
  check(wish: { readonly label: DnsLabel; readonly entry: DnsEntry }): Promise<NameCheck>;
  /** Reserves the label for the project and writes down that this run is to have the name. */
  reserve(wish: {
    readonly project: string;
    readonly runId: string;
    readonly label: DnsLabel;
  }): Promise<Reservation>;
  /**
   * Points the reserved name at the instance of the run; also again, where its address has changed.
   * @param run.target the public DNS name of the instance; null while it has none, such as when it is stopped: the name is
   *   taken away then and the wish for it stays.
   */
  set(run: CurrentRun & { readonly project: string }): Promise<SetOutcome>;
  /** The run has ended: takes away what was made for it, and nothing else. */
  drop(run: { readonly project: string; readonly runId: string }): Promise<readonly DropOutcome[]>;
  /**
   * Brings a project's names to what they should be; `areNamesDue` tells whether there is anything to do.
   * @param current null where no run is under way.
   */
  settle(project: string, current: CurrentRun | null): Promise<Settled>;
  /** Takes away all names of a project that is about to be removed, and gives its labels free. */
  forget(project: string): Promise<readonly DropOutcome[]>;
}
