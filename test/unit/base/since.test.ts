import { expect, test } from '@jest/globals';
import { parseSince, sinceTime } from '../../../src/base/since.ts';

const now = Date.UTC(2026, 2, 1, 12);

test.each([
  ['1772359200', Date.UTC(2026, 2, 1, 10)],
  ['1772359200.25', Date.UTC(2026, 2, 1, 10) + 250],
  ['0', 0],
  ['2026-03-01T10:00:00Z', Date.UTC(2026, 2, 1, 10)],
  ['2026-03-01t10:00:00z', Date.UTC(2026, 2, 1, 10)],
  ['2026-03-01 10:00:00+02:00', Date.UTC(2026, 2, 1, 8)],
  ['2026-03-01T10:00:00.123999999Z', Date.UTC(2026, 2, 1, 10) + 123],
  ['2026-03-01T10:00:00.5Z', Date.UTC(2026, 2, 1, 10) + 500],
  ['10m', now - 600_000],
  ['1h30m', now - 5_400_000],
  ['1.5h', now - 5_400_000],
  ['2d', now - 172_800_000],
  ['90s', now - 90_000],
  ['500ms', now - 500],
])('%s is a moment', (text, time) => {
  const since = parseSince(text);
  expect(since && sinceTime(since, now)).toBe(time);
});

test.each([
  '',
  'now',
  '10 m',
  '-10m',
  'm',
  '10w',
  '2026-03-01',
  '2026-13-01T10:00:00Z',
  '1e3',
  '10m5',
  '2026-03-01T10:00:00',
])('%j is none', (text) => {
  expect(parseSince(text)).toBeUndefined();
});
