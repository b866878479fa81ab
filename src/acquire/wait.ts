import type { Clock } from '../base/clock.ts';
import { type Detail, DevboxError, type Failure, interrupted } from '../base/errors.ts';
import { formatSeconds } from '../base/seconds.ts';
import type { Emit } from '../ui/events.ts';
import { dollarsPerHour } from '../ui/units.ts';
import { type Check, notInTime, passChecks } from './checks.ts';
import type { Phase } from './outcome.ts';

/** What a wait needs to see of a box. */
export interface Watched {
  readonly phase: Phase;
  /** The provider's own word. */
  readonly status: string;
  /** US cents per hour, for the card of a box that goes on costing them. */
  readonly priceCentsPerHour?: number | null;
}

export interface WaitPolicy {
  readonly timeoutSeconds: number;
  readonly pollIntervalSeconds: number;
  /** Factor by which the interval grows after each look, up to 15 s or the interval itself; 1 keeps it. */
  readonly growth: number;
}

export interface WaitOptions<B extends Watched> {
  readonly provider: { get(id: string): Promise<B | null> };
  /** A box just launched may be missing from the provider's answers for a while. */
  readonly mayBeLate: boolean;
  /** What has to hold of an active box besides, one after another. */
  readonly checks?: (box: B) => Promise<readonly Check[]>;
  /** What more is known of why a box will not become ready. */
  readonly explain?: (box: B) => Promise<readonly Detail[]>;
  readonly id: string;
  readonly name: string;
  readonly policy: WaitPolicy;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** How long a box just launched may be missing from the provider's answers, in seconds. */
const appearSeconds = 60;

/** Where a growing interval stops, in seconds, unless it began above. */
const longestInterval = 15;

/**
 * Looks at a box until it is ready and all checks hold. A look that fails is repeated at the next turn; a refused key ends the wait.
 * @returns the box as it was when found ready.
 * @throws DevboxError that names the box and how to look again or end it: of kind `timed-out` when the time is
 *   over, `failed` when the box will not become ready or a check fails, `not-found` when it never appeared, `interrupted`.
 */
export async function waitUntilReady<B extends Watched>(options: WaitOptions<B>): Promise<B> {
  const { id, name, policy, clock, emit, signal } = options;
  const start = clock.monotonic();
  const elapsed = (): number => (clock.monotonic() - start) / 1000;
  const longest = Math.max(longestInterval, policy.pollIntervalSeconds);
  let interval = policy.pollIntervalSeconds;
  let last: Last = { status: 'unknown', failure: undefined, seen: !options.mayBeLate, cents: null };

  for (;;) {
    const look = await lookAt(options, last);
    last = look.last;
    if (look.box !== null) {
      if (look.box.phase === 'ready') {
        await passAll(options, look.box, last);
        emit({ type: 'ready', name, id, elapsedSeconds: elapsed() });
        return look.box;
      }
      if (hopeless.has(look.box.phase)) throw await willNotBeReady(options, look.box);
    } else if (last.failure === undefined && (last.seen || elapsed() >= appearSeconds)) {
      throw missing(options, last.seen);
    }
    if (last.failure === undefined) {
      const { status } = last;
      emit({
        type: 'waiting',
        name,
        id,
        status,
        elapsedSeconds: elapsed(),
        timeoutSeconds: policy.timeoutSeconds,
      });
    }
    const left = policy.timeoutSeconds - elapsed();
    if (left <= 0) throw timedOut(options, last);
    await clock.sleep(Math.min(interval, left) * 1000, signal).catch((error: unknown) => {
      throw signal.aborted ? stopped(options, last, error) : error;
    });
    interval = Math.min(interval * policy.growth, longest);
  }
}

/** What is known from the looks so far. */
interface Last {
  readonly status: string;
  /** Why the last look failed, if it did. */
  readonly failure: string | undefined;
  /** Whether the provider has shown the box at all. */
  readonly seen: boolean;
  /** What it costs an hour, where the provider said so. */
  readonly cents: number | null;
}

async function passAll<B extends Watched>(options: WaitOptions<B>, box: B, last: Last): Promise<void> {
  const { name, id, policy, clock, emit, signal } = options;
  try {
    await passChecks((await options.checks?.(box)) ?? [], {
      name,
      id,
      pollIntervalSeconds: policy.pollIntervalSeconds,
      clock,
      emit,
      signal,
      between: () => stillThere(options, last),
      failed: ({ part }, { message, details }) =>
        new DevboxError('failed', `${name} cannot be used: ${message}. It still exists.`, {
          code: `wait/${part}-failed`,
          details: [...boxRows(options, last), ...details],
          hint: wayOut(id),
        }),
      timedOut: ({ part, timeoutSeconds }, message) =>
        new DevboxError('timed-out', `${notInTime(name, part, timeoutSeconds)} It still exists.`, {
          title: 'Timed Out',
          code: `wait/${part}-timed-out`,
          details: [...boxRows(options, last), { label: 'Last look', value: message }],
          hint: wayOut(id),
        }),
    });
  } catch (error) {
    throw signal.aborted ? stopped(options, last, error) : error;
  }
}

/** A box can end while its parts are looked at, too. */
async function stillThere<B extends Watched>(options: WaitOptions<B>, last: Last): Promise<void> {
  const look = await lookAt(options, last);
  if (look.box !== null && hopeless.has(look.box.phase)) throw await willNotBeReady(options, look.box);
  if (look.box === null && look.last.failure === undefined) throw missing(options, true);
}

/**
 * Whether a wait ended because the box, which still exists, is not to be used: it failed, or took too long. Not where the user
 * ended the wait, or nobody could look.
 */
export function neverUsable(error: unknown): error is DevboxError {
  return (
    error instanceof DevboxError && /^wait\/(failed|timed-out|[a-z-]+-(failed|timed-out))$/.test(error.code)
  );
}

async function lookAt<B extends Watched>(
  options: WaitOptions<B>,
  last: Last,
): Promise<{ box: B | null; last: Last }> {
  const { provider, id, name, emit, signal } = options;
  try {
    const box = await provider.get(id);
    const status = box?.status ?? 'not listed yet';
    const cents = box?.priceCentsPerHour ?? last.cents;
    return { box, last: { status, failure: undefined, seen: last.seen || box !== null, cents } };
  } catch (error) {
    if (signal.aborted) throw stopped(options, last, error);
    if (!(error instanceof Error)) throw error;
    if (error instanceof DevboxError && final.has(error.kind)) throw about(options, error);
    emit({ type: 'poll-failed', name, message: error.message });
    return { box: null, last: { ...last, failure: error.message } };
  }
}

const hopeless: ReadonlySet<Phase> = new Set(['stopped', 'failed', 'ending', 'ended']);

/** Errors that another look cannot mend. */
const final: ReadonlySet<Failure> = new Set(['unauthorised', 'usage']);

async function willNotBeReady<B extends Watched>(options: WaitOptions<B>, box: B): Promise<DevboxError> {
  const more = (await options.explain?.(box)) ?? [];
  const isGone = box.phase === 'ending' || box.phase === 'ended';
  return new DevboxError('failed', `${options.name} will not become ready: it is ${box.status}.`, {
    code: `wait/${box.phase}`,
    details: [...boxRows(options, { status: box.status, cents: box.priceCentsPerHour ?? null }), ...more],
    hint: isGone ? 'Bring up another one.' : `${instead(options.id, box)} ${command('down', options.id)}`,
  });
}

function instead(id: string, { phase }: Watched): string {
  return phase === 'stopped'
    ? `Start it: ${command('start', id)} or end it:`
    : 'It may still cost money. End it:';
}

function missing<B extends Watched>(options: WaitOptions<B>, wasSeen: boolean): DevboxError {
  const message = wasSeen
    ? `${options.name} is gone: the provider no longer lists it.`
    : `${options.name} did not appear within ${formatSeconds(appearSeconds)}: the provider does not list it.`;
  return new DevboxError('not-found', message, {
    code: wasSeen ? 'wait/gone' : 'wait/never-listed',
    details: boxRows(options, { status: 'not listed', cents: null }),
    hint: wasSeen
      ? 'Bring up another one.'
      : `It may still appear. Look again: ${command('wait', options.id)}`,
  });
}

function timedOut<B extends Watched>(options: WaitOptions<B>, last: Last): DevboxError {
  const time = formatSeconds(options.policy.timeoutSeconds);
  return new DevboxError('timed-out', `${options.name} was not ready within ${time}. It still exists.`, {
    title: 'Timed Out',
    code: 'wait/timed-out',
    details: [...boxRows(options, last), ...failureRow(last)],
    hint: wayOut(options.id),
  });
}

function stopped<B extends Watched>(options: WaitOptions<B>, last: Last, cause: unknown): DevboxError {
  return interrupted(`Interrupted while waiting for ${options.name}. It still exists.`, {
    details: boxRows(options, last),
    hint: wayOut(options.id),
    cause,
  });
}

/** An error of the provider's with the box added that is being waited for. */
function about<B extends Watched>(options: WaitOptions<B>, error: DevboxError): DevboxError {
  return new DevboxError(error.kind, error.message, {
    title: error.title,
    code: error.code,
    details: [...error.details, { label: 'Waiting for', value: `${options.name} (ID ${options.id})` }],
    suggestion: error.suggestion,
    hint: error.hint,
    cause: error,
  });
}

function boxRows<B extends Watched>(
  { id, name }: WaitOptions<B>,
  { status, cents }: Pick<Last, 'status' | 'cents'>,
): Detail[] {
  return [
    { label: 'Name', value: name },
    { label: 'ID', value: id },
    { label: 'Status', value: status },
    ...(cents === null ? [] : [{ label: 'Price', value: dollarsPerHour(cents) }]),
  ];
}

function failureRow(last: Last): Detail[] {
  return last.failure === undefined ? [] : [{ label: 'Last look', value: last.failure }];
}

const command = (name: string, id: string): string => `devbox command=${name} instance_identifier=${id}`;

const wayOut = (id: string): string => `Look again: ${command('wait', id)} or end it: ${command('down', id)}`;
