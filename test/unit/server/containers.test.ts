import { expect, test } from '@jest/globals';
import { formatUptime } from '../../../src/server/routes/container-wire.ts';

test.each([
  [0, '0s'],
  [59, '59s'],
  [60, '1m 0s'],
  [3_661, '1h 1m'],
  [86_400, '1d 0h'],
  [10 * 86_400 + 7_200, '10d 2h'],
])('%d seconds of running are %s', (seconds, text) => {
  expect(formatUptime(seconds)).toBe(text);
});
