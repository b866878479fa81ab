import { expect, test } from '@jest/globals';
import { plainText } from '../../../src/ui/card.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';
import { eventText } from '../../../src/ui/events-text.ts';

const refused = { type: 'retrying', name: 'box', message: 'No.', attempts: 21 } as const;

const events: readonly { name: string; event: DevboxEvent; line: string }[] = [
  {
    name: 'a launch',
    event: { type: 'launching', name: 'box', what: 'gpu_1x_gh200 in us-east-3', attempt: 1, attempts: 21 },
    line: 'Launching box: gpu_1x_gh200 in us-east-3',
  },
  {
    name: 'no capacity',
    event: { ...refused, reason: 'capacity', attempt: 1, delaySeconds: 12 },
    line: '⚠ Insufficient capacity - retrying in 12.0s (attempt 1/21)',
  },
  {
    name: 'no capacity, with a delay between two tenths',
    event: { ...refused, reason: 'capacity', attempt: 3, delaySeconds: 11.25 },
    line: '⚠ Insufficient capacity - retrying in 11.2s (attempt 3/21)',
  },
  {
    name: 'a rate limit',
    event: { ...refused, reason: 'rate-limit', attempt: 2, delaySeconds: 30 },
    line: '⚠ Rate limit reached - retrying in 30.0s (attempt 2/21)',
  },
  {
    name: 'trouble at the provider, in its own words freed of control characters',
    event: {
      ...refused,
      reason: 'provider',
      attempt: 2,
      delaySeconds: 5,
      message: 'Internal\u001b[31m\nerror',
    },
    line: '⚠ Provider error - retrying in 5.0s (attempt 2/21): Internal error',
  },
  {
    name: 'launched',
    event: { type: 'launched', name: 'box', id: '0920582c' },
    line: 'Launched box (0920582c)',
  },
  {
    name: 'waiting',
    event: {
      type: 'waiting',
      name: 'box',
      id: '1',
      status: 'booting',
      elapsedSeconds: 65,
      timeoutSeconds: 900,
    },
    line: 'Waiting for box: booting (1m 05s of 15m)',
  },
  {
    name: 'looking at a part of a box, in its own words freed of control characters',
    event: {
      type: 'checking',
      name: 'box',
      id: '1',
      part: 'ssh',
      message: 'Connection\u001b[31m\nrefused',
      elapsedSeconds: 5,
      timeoutSeconds: 600,
    },
    line: 'Waiting for box: SSH: Connection refused (5s of 10m)',
  },
  {
    name: 'a part that is as it should be',
    event: { type: 'checked', name: 'box', part: 'gpus', message: '8 GPUs answer' },
    line: '✓ box: 8 GPUs answer',
  },
  {
    name: 'a look that failed',
    event: { type: 'poll-failed', name: 'box', message: 'connection reset' },
    line: '⚠ No news of box (connection reset) - trying again',
  },
  {
    name: 'ready',
    event: { type: 'ready', name: 'box', id: '1', elapsedSeconds: 3725 },
    line: '✓ box is ready after 1h 02m',
  },
  {
    name: 'a notice',
    event: { type: 'notice', level: 'info', message: 'box is up already' },
    line: 'box is up already',
  },
  {
    name: 'a warning with a hint',
    event: {
      type: 'notice',
      level: 'warning',
      message: 'no Include in ~/.ssh/config',
      hint: 'Include config.d/*',
    },
    line: '⚠ no Include in ~/.ssh/config\n  Include config.d/*',
  },
];

test.each(events)('$name', ({ event, line }) => {
  expect(plainText(eventText(event))).toBe(line);
});
