/**
 * Every way a command can end other than well, with its exit status. The one table behind error classes,
 * exit codes and the README's list of them.
 */
export const failures = {
  failed: { exit: 1, meaning: 'the command failed' },
  usage: { exit: 2, meaning: 'the command line or the configuration is wrong' },
  unauthorised: { exit: 3, meaning: 'the provider refused the credentials, or there are none' },
  'not-found': { exit: 4, meaning: 'there is no such box or resource' },
  'no-capacity': { exit: 5, meaning: 'the provider has no capacity for the request' },
  'timed-out': { exit: 6, meaning: 'it did not happen in the time allowed' },
  'outcome-unknown': { exit: 7, meaning: 'an answer was lost; what was asked for is recorded' },
  interrupted: { exit: 130, meaning: 'stopped by Ctrl-C or a signal' },
} as const;

export type Failure = keyof typeof failures;

/** One line of an error card: a short label and its value. */
export interface Detail {
  readonly label: string;
  readonly value: string;
}

export interface DevboxErrorOptions {
  /** Stable, lower-case, slash-separated name for machines, such as `config/unknown-key`. */
  readonly code: string;
  /** Heading of the error card. Default `Error`. */
  readonly title?: string;
  /** Where and to which thing it happened, in the order in which the card shows it. */
  readonly details?: readonly Detail[];
  /** What the provider suggests, in its own words. */
  readonly suggestion?: string | undefined;
  /** What to type or do next. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error that is meant for the user: it becomes a card (or JSON) and an exit status. */
export class DevboxError extends Error {
  override readonly name = 'DevboxError';
  readonly kind: Failure;
  readonly code: string;
  readonly title: string;
  readonly details: readonly Detail[];
  readonly suggestion: string | undefined;
  readonly hint: string | undefined;

  constructor(kind: Failure, message: string, options: DevboxErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = options.code;
    this.title = options.title ?? 'Error';
    this.details = options.details ?? [];
    this.suggestion = options.suggestion;
    this.hint = options.hint;
  }
}

/** The error of an operation that the user interrupted; carries what exists by now, in `details`. */
export function interrupted(message: string, options: Partial<DevboxErrorOptions> = {}): DevboxError {
  return new DevboxError('interrupted', message, { title: 'Interrupted', code: 'interrupted', ...options });
}
