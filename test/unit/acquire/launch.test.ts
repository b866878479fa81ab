import { describe, expect, test } from '@jest/globals';
import type { RetryPolicy } from '../../../src/acquire/backoff.ts';
import { type Acquired, acquire } from '../../../src/acquire/launch.ts';
import type { LaunchAnswer } from '../../../src/acquire/outcome.ts';
import { DevboxError, interrupted } from '../../../src/base/errors.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const capacity = new DevboxError('no-capacity', 'There is no capacity', {
  title: 'API Error',
  code: 'instance-operations/launch/insufficient-capacity',
  details: [{ label: 'Status', value: '400' }],
  suggestion: 'Try later.',
});
const limited = new DevboxError('failed', 'Too many requests', { code: 'lambda/http-429' });
const outage = new DevboxError('failed', 'Provider unavailable', { code: 'provider/internal-unavailable' });
const badKey = new DevboxError('unauthorised', 'The key is not valid', { code: 'global/invalid-api-key' });

const refused = (retry: 'capacity' | 'rate-limit' | 'provider' | 'no', error: Error): LaunchAnswer => ({
  outcome: 'refused',
  retry,
  error,
});
const launched: LaunchAnswer = { outcome: 'launched', id: 'abc' };
const noCapacity = refused('capacity', capacity);

interface Run {
  readonly result: Acquired | DevboxError;
  readonly events: DevboxEvent[];
  readonly clock: FakeClock;
  readonly launches: number;
}

async function run(
  answers: readonly LaunchAnswer[],
  policy: Partial<RetryPolicy> = {},
  options: {
    launchIntervalSeconds?: number;
    signal?: AbortSignal;
    onEvent?: (event: DevboxEvent) => void;
  } = {},
): Promise<Run> {
  const clock = new FakeClock();
  const events: DevboxEvent[] = [];
  let launches = 0;
  const promise = acquire({
    provider: {
      launchIntervalSeconds: options.launchIntervalSeconds ?? 12,
      launch: async () => {
        clock.pass(1000);
        return answers[Math.min(launches++, answers.length - 1)] ?? launched;
      },
    },
    request: { name: 'gh200-devbox' },
    what: 'gpu_1x_gh200 in us-east-3',
    policy: {
      maxRetries: 20,
      initialBackoffSeconds: 5,
      maxBackoffSeconds: 60,
      backoffMultiplier: 1.5,
      ...policy,
    },
    clock,
    emit: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
    signal: options.signal ?? new AbortController().signal,
  });
  const result = await clock.run(
    promise.catch((error: unknown) => {
      if (error instanceof DevboxError) return error;
      throw error;
    }),
  );
  return { result, events, clock, launches };
}

const retries = (events: readonly DevboxEvent[]) =>
  events.flatMap((event) => (event.type === 'retrying' ? [event] : []));

describe('acquire', () => {
  test('a launch that is accepted is over at once', async () => {
    const { result, events, clock } = await run([launched]);
    expect(result).toEqual(launched);
    expect(events).toEqual([
      {
        type: 'launching',
        name: 'gh200-devbox',
        what: 'gpu_1x_gh200 in us-east-3',
        attempt: 1,
        attempts: 21,
      },
      { type: 'launched', name: 'gh200-devbox', id: 'abc' },
    ]);
    expect(clock.slept).toEqual([]);
  });

  test('the wait announced is the wait taken, and never breaks the launch limit', async () => {
    const { events, clock, launches } = await run([noCapacity, noCapacity, noCapacity, noCapacity, launched]);
    expect(launches).toBe(5);
    expect(retries(events).map((event) => event.delaySeconds)).toEqual([12, 12, 12, 16.875]);
    expect(clock.slept).toEqual([12_000, 12_000, 12_000, 16_875]);
  });

  test('attempt n of N counts the launches refused so far, the same number in every event', async () => {
    const { events } = await run([noCapacity, noCapacity, launched], { maxRetries: 20 });
    const numbers = events.flatMap((event) =>
      event.type === 'retrying' || event.type === 'launching'
        ? [[event.type, event.attempt, event.attempts]]
        : [],
    );
    expect(numbers).toEqual([
      ['launching', 1, 21],
      ['retrying', 1, 21],
      ['launching', 2, 21],
      ['retrying', 2, 21],
      ['launching', 3, 21],
    ]);
  });

  test.each([
    { reason: 'rate-limit', error: limited },
    { reason: 'provider', error: outage },
    { reason: 'capacity', error: capacity },
  ] as const)('a refusal by $reason is tried again, with its reason', async ({ reason, error }) => {
    const { result, events } = await run([refused(reason, error), launched]);
    expect(result).toEqual(launched);
    expect(retries(events)).toMatchObject([{ reason, message: error.message }]);
  });

  test('a refusal that no patience helps ends at once', async () => {
    const { result, launches } = await run([refused('no', badKey)]);
    expect(result).toBe(badKey);
    expect(launches).toBe(1);
  });

  test('a lost answer is never followed by another launch', async () => {
    const lost: LaunchAnswer = { outcome: 'lost', error: new Error('the connection broke') };
    const { result, launches } = await run([noCapacity, lost]);
    expect(result).toEqual(lost);
    expect(launches).toBe(2);
  });

  test('when the tries are exhausted, the card is the last refusal with how long it was tried', async () => {
    const { result, launches } = await run([noCapacity], { maxRetries: 2 });
    expect(launches).toBe(3);
    expect(result).toMatchObject({
      kind: 'no-capacity',
      title: 'API Error',
      code: capacity.code,
      message: 'There is no capacity.',
      suggestion: 'Try later.',
      details: [
        { label: 'Status', value: '400' },
        { label: 'Tried', value: 'gpu_1x_gh200 in us-east-3: 3 times in 27.0s, nothing was launched' },
      ],
    });
  });

  test('no retries means one launch', async () => {
    const { result, launches, clock } = await run([noCapacity], { maxRetries: 0 });
    expect(launches).toBe(1);
    expect(clock.slept).toEqual([]);
    expect(result).toMatchObject({ kind: 'no-capacity' });
  });

  test('exhausted by something else than capacity, it is not called a lack of it', async () => {
    expect((await run([refused('provider', outage)], { maxRetries: 1 })).result).toMatchObject({
      kind: 'failed',
      code: 'provider/internal-unavailable',
    });
    expect((await run([noCapacity, refused('rate-limit', limited)], { maxRetries: 1 })).result).toMatchObject(
      {
        kind: 'no-capacity',
        code: 'lambda/http-429',
      },
    );
  });

  test('Ctrl-C between two tries says that nothing was launched', async () => {
    const abort = new AbortController();
    const { result, launches } = await run(
      [noCapacity],
      {},
      {
        signal: abort.signal,
        onEvent: (event) => {
          if (event.type === 'retrying' && event.attempt === 2)
            queueMicrotask(() => abort.abort(interrupted('Ctrl-C')));
        },
      },
    );
    expect(launches).toBe(2);
    expect(result).toMatchObject({
      kind: 'interrupted',
      details: [
        { label: 'Attempts', value: '2 launches, all refused' },
        { label: 'Exists', value: 'nothing was launched' },
      ],
    });
  });
});
