import { expect, test } from '@jest/globals';
import { uptimeSeconds } from '../../../src/providers/gpulab/uptime.ts';

test.each([
  ['8100', 8100],
  ['8100.9', 8100],
  ['2h 15m', 8100],
  ['5m 6s', 306],
  ['1d 2h', 93_600],
  ['Up 3 days, 4 hours', 273_600],
  ['Up About 2 minutes', 120],
  ['1 week', 604_800],
  ['90 sec', 90],
  ['01:02:03', 3723],
  ['2-01:02:03', 176_523],
  ['10:30', 37_800],
  ['-', null],
  ['', null],
  ['3 months', null],
  ['forever', null],
])('%j is %s seconds', (text, seconds) => {
  expect(uptimeSeconds(text)).toBe(seconds);
});
