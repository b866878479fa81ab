import { expect, test } from '@jest/globals';
import { ExecRate } from '../../../src/server/limits/rate.ts';
import { ApiProblem } from '../../../src/server/problem.ts';

/** What `take` answers: undefined, or after how many seconds the next one may come. */
function taking(perMinute: number) {
  const clock = { now: 0 };
  const rate = new ExecRate(perMinute, () => clock.now);
  const take = (caller = 'alice'): number | undefined => {
    try {
      rate.take(caller);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      expect(error).toMatchObject({ status: 429, code: 'rate-limited' });
      expect(error.message).toContain(caller);
      return error.retryAfterSeconds;
    }
  };
  return { clock, take };
}

test('lets a minute’s commands through at once, and then says when the next one may come', () => {
  const { take } = taking(3);
  expect([take(), take(), take(), take(), take()]).toEqual([undefined, undefined, undefined, 20, 20]);
});

test('what it says is true: then, and not before', () => {
  const { clock, take } = taking(3);
  for (let times = 0; times < 3; times++) take();
  clock.now = 19_000;
  expect(take()).toBe(1);
  clock.now = 20_000;
  expect([take(), take()]).toEqual([undefined, 20]);
});

test('a caller who waits long has no more than a minute’s commands', () => {
  const { clock, take } = taking(2);
  take();
  clock.now = 3_600_000;
  expect([take(), take(), take()]).toEqual([undefined, undefined, 30]);
});

test('counts each caller apart', () => {
  const { take } = taking(1);
  expect([take('alice'), take('alice'), take('bob'), take('bob')]).toEqual([undefined, 60, undefined, 60]);
});
