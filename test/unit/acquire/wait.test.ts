import { describe, expect, test } from '@jest/globals';
import type { Phase } from '../../../src/acquire/outcome.ts';
import { type WaitPolicy, type Watched, waitUntilReady } from '../../../src/acquire/wait.ts';
import { DevboxError, interrupted } from '../../../src/base/errors.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';
import { FakeClock } from '../../support/fake-clock.ts';

type Look = Watched | null | Error;

const at = (phase: Phase, status: string): Watched => ({ phase, status });
const booting = at('pending', 'booting');
const active = at('ready', 'active');

interface Run {
  readonly result: Watched | DevboxError;
  readonly events: DevboxEvent[];
  readonly slept: number[];
  readonly looks: number;
}

async function run(
  looks: readonly Look[],
  policy: Partial<WaitPolicy> = {},
  options: { lookMs?: number; abortAtLook?: number; wallClockJump?: boolean; mayBeLate?: boolean } = {},
): Promise<Run> {
  const clock = new FakeClock();
  // A wall clock that leaps must not matter.
  if (options.wallClockJump) clock.now = () => Math.random() * 1e12;
  const events: DevboxEvent[] = [];
  const abort = new AbortController();
  let count = 0;
  const promise = waitUntilReady({
    provider: {
      get: async () => {
        clock.pass(options.lookMs ?? 0);
        const look = looks[Math.min(count++, looks.length - 1)] ?? null;
        if (count === options.abortAtLook) queueMicrotask(() => abort.abort(interrupted('Ctrl-C')));
        if (look instanceof Error) throw look;
        return look;
      },
    },
    mayBeLate: options.mayBeLate ?? true,
    explain: async () => [{ label: 'Reason', value: 'no image' }],
    id: 'abc',
    name: 'gh200-devbox',
    policy: { timeoutSeconds: 900, pollIntervalSeconds: 5, growth: 1, ...policy },
    clock,
    emit: (event) => events.push(event),
    signal: abort.signal,
  });
  const result = await clock.run(
    promise.catch((error: unknown) => {
      if (error instanceof DevboxError) return error;
      throw error;
    }),
  );
  return { result, events, slept: clock.slept, looks: count };
}

const failure = (kind: 'failed' | 'timed-out' | 'unauthorised' = 'failed'): DevboxError =>
  new DevboxError(kind, `it ${kind}`, { code: 'test', details: [{ label: 'Status', value: '503' }] });

describe('waitUntilReady', () => {
  test('looks until the box is ready', async () => {
    const { result, events, slept } = await run([booting, booting, active]);
    expect(result).toBe(active);
    expect(slept).toEqual([5000, 5000]);
    expect(events).toEqual([
      {
        type: 'waiting',
        name: 'gh200-devbox',
        id: 'abc',
        status: 'booting',
        elapsedSeconds: 0,
        timeoutSeconds: 900,
      },
      {
        type: 'waiting',
        name: 'gh200-devbox',
        id: 'abc',
        status: 'booting',
        elapsedSeconds: 5,
        timeoutSeconds: 900,
      },
      { type: 'ready', name: 'gh200-devbox', id: 'abc', elapsedSeconds: 10 },
    ]);
  });

  test('after a launch the interval grows by 1.5 up to 15 s', async () => {
    const { slept } = await run([booting, booting, booting, booting, booting, active], { growth: 1.5 });
    expect(slept).toEqual([5000, 7500, 11_250, 15_000, 15_000]);
  });

  test('an interval above 15 s does not shrink', async () => {
    const { slept } = await run([booting, booting, booting, active], {
      growth: 1.5,
      pollIntervalSeconds: 20,
    });
    expect(slept).toEqual([20_000, 20_000, 20_000]);
  });

  test('looks that fail are survived and told', async () => {
    const { result, events } = await run([
      booting,
      failure(),
      failure('timed-out'),
      new Error('odd'),
      active,
    ]);
    expect(result).toBe(active);
    expect(events.map((event) => event.type)).toEqual([
      'waiting',
      'poll-failed',
      'poll-failed',
      'poll-failed',
      'ready',
    ]);
  });

  test('a refused key ends the wait, and the error names the box', async () => {
    const { result, looks } = await run([booting, failure('unauthorised'), active]);
    expect(looks).toBe(2);
    expect(result).toMatchObject({
      kind: 'unauthorised',
      details: [
        { label: 'Status', value: '503' },
        { label: 'Waiting for', value: 'gh200-devbox (ID abc)' },
      ],
    });
  });

  test.each([
    { phase: 'failed', status: 'unhealthy', hint: /down instance_identifier=abc/ },
    { phase: 'failed', status: 'preempted', hint: /down instance_identifier=abc/ },
    { phase: 'stopped', status: 'stopped', hint: /down instance_identifier=abc/ },
    { phase: 'ending', status: 'terminating', hint: /another/ },
    { phase: 'ended', status: 'terminated', hint: /another/ },
  ] as const)('a box that is $status is not waited for', async ({ phase, status, hint }) => {
    const { result, looks } = await run([booting, at(phase, status)]);
    expect(looks).toBe(2);
    expect(result).toMatchObject({
      kind: 'failed',
      code: `wait/${phase}`,
      hint: expect.stringMatching(hint),
    });
    expect(result).toMatchObject({ message: `gh200-devbox will not become ready: it is ${status}.` });
  });

  test('a box that is not listed yet is given a minute to appear', async () => {
    expect((await run([null, null, booting, active])).result).toBe(active);
    const { result, slept } = await run([null]);
    expect(result).toMatchObject({ kind: 'not-found', code: 'wait/never-listed' });
    expect(slept.reduce((sum, each) => sum + each, 0)).toBe(60_000);
  });

  test('a box that its provider lists at once is gone where it is not listed', async () => {
    const { result, looks } = await run([null], {}, { mayBeLate: false });
    expect(result).toMatchObject({ kind: 'not-found', code: 'wait/gone' });
    expect(looks).toBe(1);
  });

  test('a box that will not become ready says what is known of the reason', async () => {
    const { result } = await run([at('failed', 'failed')]);
    expect(result).toMatchObject({
      details: expect.arrayContaining([{ label: 'Reason', value: 'no image' }]),
    });
  });

  test('a box that was listed and is no more ends the wait', async () => {
    const { result, looks } = await run([booting, null]);
    expect(result).toMatchObject({ kind: 'not-found', code: 'wait/gone' });
    expect(looks).toBe(2);
  });

  test('the last sleep ends at the deadline, whatever the wall clock does', async () => {
    const { result, slept, looks } = await run([booting], { timeoutSeconds: 12 }, { wallClockJump: true });
    expect(slept).toEqual([5000, 5000, 2000]);
    expect(looks).toBe(4);
    expect(result).toMatchObject({
      kind: 'timed-out',
      message: 'gh200-devbox was not ready within 12.0s. It still exists.',
      details: [
        { label: 'Name', value: 'gh200-devbox' },
        { label: 'ID', value: 'abc' },
        { label: 'Status', value: 'booting' },
      ],
      hint: expect.stringMatching(
        /command=wait instance_identifier=abc.*command=down instance_identifier=abc/,
      ),
    });
  });

  test('a timeout amid failing looks says why the last one failed', async () => {
    const { result } = await run([booting, failure()], { timeoutSeconds: 10 });
    expect(result).toMatchObject({
      kind: 'timed-out',
      details: expect.arrayContaining([{ label: 'Last look', value: 'it failed' }]),
    });
  });

  test('slow looks count towards the deadline', async () => {
    const { result, looks } = await run([booting], { timeoutSeconds: 30 }, { lookMs: 20_000 });
    expect(result).toMatchObject({ kind: 'timed-out' });
    expect(looks).toBe(2);
  });

  test('Ctrl-C says what exists and how to end it', async () => {
    const { result } = await run([booting], {}, { abortAtLook: 3 });
    expect(result).toMatchObject({
      kind: 'interrupted',
      message: 'Interrupted while waiting for gh200-devbox. It still exists.',
      details: expect.arrayContaining([{ label: 'ID', value: 'abc' }]),
      hint: expect.stringMatching(/command=down instance_identifier=abc/),
    });
  });
});
