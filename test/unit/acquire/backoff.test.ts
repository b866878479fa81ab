import { describe, expect, test } from '@jest/globals';
import { backoffSeconds, type RetryPolicy } from '../../../src/acquire/backoff.ts';

const standard: RetryPolicy = {
  maxRetries: 20,
  initialBackoffSeconds: 5,
  maxBackoffSeconds: 60,
  backoffMultiplier: 1.5,
};

const rows: { name: string; policy: Partial<RetryPolicy>; least: number; waits: number[] }[] = [
  {
    name: 'grows by the multiplier up to the cap',
    policy: {},
    least: 0,
    waits: [5, 7.5, 11.25, 16.875, 25.3125, 37.96875, 56.953125, 60, 60],
  },
  {
    name: 'never waits less than the launch limit allows, and grows beneath it',
    policy: {},
    least: 12,
    waits: [12, 12, 12, 16.875, 25.3125],
  },
  {
    name: 'leaves the first wait uncapped',
    policy: { initialBackoffSeconds: 100 },
    least: 0,
    waits: [100, 60, 60],
  },
  {
    name: 'keeps to the launch limit above the cap',
    policy: { maxBackoffSeconds: 6 },
    least: 12,
    waits: [12, 12, 12],
  },
];

describe('backoffSeconds', () => {
  test.each(rows)('$name', ({ policy, least, waits }) => {
    const all = waits.map((_, i) => backoffSeconds({ ...standard, ...policy }, i + 1, least));
    expect(all).toEqual(waits);
  });
});
