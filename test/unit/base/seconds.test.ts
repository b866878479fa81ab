import { expect, test } from '@jest/globals';
import { formatSeconds } from '../../../src/base/seconds.ts';

test.each([
  [5, '5.0s'],
  [12, '12.0s'],
  [7.5, '7.5s'],
  [11.25, '11.2s'],
  [11.75, '11.8s'],
  [0.25, '0.2s'],
  [0.75, '0.8s'],
  [16.875, '16.9s'],
  [25.3125, '25.3s'],
  [0.05, '0.1s'],
  [0.95, '0.9s'],
  [1.45, '1.4s'],
  [0, '0.0s'],
])('%d seconds read as Python prints them: %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
