import type { Readable, Writable } from 'node:stream';
import type { Clock } from './clock.ts';

/** A stream to the user and what is known of the terminal behind it. */
export interface Output {
  readonly stream: Writable;
  readonly isTTY: boolean;
  /** Width in characters; 80 where unknown. */
  readonly columns: number;
}

export interface Input {
  readonly stream: Readable;
  readonly isTTY: boolean;
}

/** Directories that devbox uses, all absolute. Nothing here exists until somebody creates it. */
export interface Paths {
  readonly home: string;
  /** The user's own configuration tree. */
  readonly config: string;
  /** Leases, known hosts, records: must survive, never holds secrets that can be had again. */
  readonly state: string;
  /** Homes and workspaces of boxes on this machine. */
  readonly data: string;
  /** Sockets. */
  readonly runtime: string;
  /** The root of the installed package: conf/, presets/ and dist/ lie in it. */
  readonly package: string;
}

/** Everything outside the process that a command may touch; built once in `cli/context.ts`. */
export interface Context {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly paths: Paths;
  readonly clock: Clock;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
  /** Aborts on Ctrl-C and SIGTERM; its reason is a DevboxError of kind `interrupted`. */
  readonly signal: AbortSignal;
  /**
   * Changes that were sent and not yet answered, in words. Whoever sends one keeps it in here until its answer came, so
   * that a second Ctrl-C, which ends the process at once, can say what is left open.
   */
  readonly unanswered: Set<{ readonly what: string }>;
  /** Takes a line about what was sent to a server or came from it, for `--debug`; absent where nobody wants to know. */
  readonly trace?: ((line: string) => void) | undefined;
  readonly user: { readonly name: string; readonly host: string };
  readonly version: string;
}
