import { expect, test } from '@jest/globals';
import type { DevboxEvent } from '../../../src/ui/events.ts';
import { createNewsFilter } from '../../../src/ui/news.ts';

const look = (status: string, elapsedSeconds: number, name = 'box'): DevboxEvent => ({
  type: 'waiting',
  name,
  id: '1',
  status,
  elapsedSeconds,
  timeoutSeconds: 900,
});
const part = (message: string, elapsedSeconds: number): DevboxEvent => ({
  type: 'checking',
  name: 'box',
  id: '1',
  part: 'ssh',
  message,
  elapsedSeconds,
  timeoutSeconds: 600,
});
const failure = (message: string): DevboxEvent => ({ type: 'poll-failed', name: 'box', message });
const launch = (attempt: number): DevboxEvent => ({
  type: 'launching',
  name: 'box',
  what: 'a gpu',
  attempt,
  attempts: 3,
});

const rows: readonly { name: string; events: readonly [DevboxEvent, boolean][] }[] = [
  {
    name: 'a wait is told when its status changes',
    events: [
      [look('pending', 0), true],
      [look('pending', 5), false],
      [look('booting', 10), true],
    ],
  },
  {
    name: 'a part of a box is told of when what is found changes, and once a minute',
    events: [
      [part('refused', 0), true],
      [part('refused', 59), false],
      [part('refused', 60), true],
      [part('timed out', 61), true],
    ],
  },
  {
    name: 'a long wait is told once a minute',
    events: [
      [look('booting', 0), true],
      [look('booting', 59), false],
      [look('booting', 60), true],
      [look('booting', 61), false],
    ],
  },
  {
    name: 'each box has its own wait',
    events: [
      [look('booting', 0), true],
      [look('booting', 0, 'second'), true],
    ],
  },
  {
    name: 'a failing look is told once, and again after one that succeeded',
    events: [
      [failure('reset'), true],
      [failure('reset'), false],
      [failure('refused'), true],
      [look('booting', 0), true],
      [failure('refused'), true],
    ],
  },
  {
    name: 'a launch is told once',
    events: [
      [launch(1), true],
      [launch(2), false],
    ],
  },
];

test.each(rows)('$name', ({ events }) => {
  const isNews = createNewsFilter();
  expect(events.map(([event]) => isNews(event))).toEqual(events.map(([, expected]) => expected));
});
