import type { Clock } from '../base/clock.ts';
import { DevboxError, interrupted } from '../base/errors.ts';
import { formatSeconds } from '../base/seconds.ts';
import { count } from '../base/text.ts';
import type { Emit } from '../ui/events.ts';
import { backoffSeconds, type RetryPolicy } from './backoff.ts';
import type { LaunchAnswer } from './outcome.ts';

/** What a provider has to offer for being asked again and again. */
export interface Launcher<Request> {
  launch(request: Request): Promise<LaunchAnswer>;
  /** Shortest time between two launches, in seconds. */
  readonly launchIntervalSeconds: number;
}

export interface AcquireOptions<Request extends { readonly name: string }> {
  readonly provider: Launcher<Request>;
  readonly request: Request;
  /** The thing wanted, in a few words for the user: `gpu_1x_gh200 in us-east-3`. */
  readonly what: string;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export type Acquired =
  | { readonly outcome: 'launched'; readonly id: string }
  /** Nobody knows whether a box exists. `error` is of kind `outcome-unknown`, or `interrupted`. */
  | { readonly outcome: 'lost'; readonly error: Error };

/**
 * Launches one box, asking again for as long as the refusals say that this can help and the policy allows it.
 * @throws DevboxError when the launch was refused for good, or too often (`no-capacity`), or interrupted between
 *   two tries. After any throw nothing exists.
 */
export async function acquire<Request extends { readonly name: string }>(
  options: AcquireOptions<Request>,
): Promise<Acquired> {
  const { provider, request, what, policy, clock, emit, signal } = options;
  const { name } = request;
  const attempts = policy.maxRetries + 1;
  const start = clock.monotonic();
  let sawNoCapacity = false;

  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    emit({ type: 'launching', name, what, attempt, attempts });
    const answer = await provider.launch(request);
    if (answer.outcome === 'lost') return answer;
    if (answer.outcome === 'launched') {
      emit({ type: 'launched', name, id: answer.id });
      return answer;
    }
    const { retry, error } = answer;
    if (retry === 'no') throw error;
    sawNoCapacity ||= retry === 'capacity';
    if (attempt === attempts) {
      throw gaveUp(error, {
        name,
        what,
        attempts,
        sawNoCapacity,
        seconds: (clock.monotonic() - start) / 1000,
      });
    }
    const delaySeconds = backoffSeconds(policy, attempt, provider.launchIntervalSeconds);
    emit({ type: 'retrying', name, reason: retry, message: error.message, attempt, attempts, delaySeconds });
    await pause(options, delaySeconds, attempt);
  }
}

async function pause<Request extends { readonly name: string }>(
  { clock, signal, request, what }: AcquireOptions<Request>,
  seconds: number,
  refused: number,
): Promise<void> {
  try {
    await clock.sleep(seconds * 1000, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw interrupted(`Interrupted while waiting to launch ${request.name || what} again.`, {
      details: [
        { label: 'Attempts', value: `${count(refused, 'launch', 'launches')}, all refused` },
        { label: 'Exists', value: 'nothing was launched' },
      ],
      cause: error,
    });
  }
}

interface Tried {
  readonly name: string;
  readonly what: string;
  readonly attempts: number;
  readonly sawNoCapacity: boolean;
  readonly seconds: number;
}

/** The last refusal's own card, with how long and how often it was tried. */
function gaveUp(last: Error, tried: Tried): DevboxError {
  const own = last instanceof DevboxError ? last : undefined;
  const message = last.message.replace(/\.?$/, '.');
  return new DevboxError(tried.sawNoCapacity ? 'no-capacity' : (own?.kind ?? 'failed'), message, {
    title: own?.title ?? 'Error',
    code: own?.code ?? 'acquire/gave-up',
    details: [
      ...(own?.details ?? []),
      {
        label: 'Tried',
        value: `${tried.what}: ${count(tried.attempts, 'time')} in ${formatSeconds(tried.seconds)}, nothing was launched`,
      },
    ],
    suggestion: own?.suggestion,
    hint: own?.hint ?? 'Try longer with max_retries=N.',
    cause: last,
  });
}
