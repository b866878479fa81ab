import { expect, test } from '@jest/globals';
import { type Activity, activityText, advance, isMilestone } from '../../../src/ui/activity.ts';
import { plainText } from '../../../src/ui/card.ts';
import type { DevboxEvent } from '../../../src/ui/events.ts';

const launching: DevboxEvent = { type: 'launching', name: 'box', what: 'a gpu', attempt: 1, attempts: 3 };
const retrying: DevboxEvent = {
  type: 'retrying',
  name: 'box',
  reason: 'capacity',
  message: '',
  attempt: 1,
  attempts: 3,
  delaySeconds: 12,
};
const launched: DevboxEvent = { type: 'launched', name: 'box', id: '1' };
const waiting: DevboxEvent = {
  type: 'waiting',
  name: 'box',
  id: '1',
  status: 'booting',
  elapsedSeconds: 60,
  timeoutSeconds: 900,
};
const checking: DevboxEvent = {
  type: 'checking',
  name: 'box',
  id: '1',
  part: 'cloud-init',
  message: 'running',
  elapsedSeconds: 5,
  timeoutSeconds: 1800,
};
const checked: DevboxEvent = { type: 'checked', name: 'box', part: 'cloud-init', message: 'done' };
const failing: DevboxEvent = { type: 'poll-failed', name: 'box', message: 'reset' };
const ready: DevboxEvent = { type: 'ready', name: 'box', id: '1', elapsedSeconds: 90 };
const other: DevboxEvent = { ...launching, name: 'second' };

const rows: readonly { name: string; events: DevboxEvent[]; after: number; lines: string[] }[] = [
  { name: 'a launch is under way', events: [launching], after: 0, lines: ['Launching box: a gpu'] },
  {
    name: 'a countdown starts at the whole delay',
    events: [launching, retrying],
    after: 0,
    lines: ['Retrying box in 12s (attempt 1/3)'],
  },
  {
    name: 'a countdown goes down with the clock',
    events: [retrying],
    after: 2500,
    lines: ['Retrying box in 10s (attempt 1/3)'],
  },
  {
    name: 'a countdown stops at zero',
    events: [retrying],
    after: 60_000,
    lines: ['Retrying box in 0s (attempt 1/3)'],
  },
  {
    name: 'a part that is looked at goes on with the clock',
    events: [waiting, checking],
    after: 2000,
    lines: ['Waiting for box: cloud-init: running (7s of 30m)'],
  },
  { name: 'a part that holds is no longer under way', events: [checking, checked], after: 0, lines: [] },
  { name: 'a launched box is no longer under way', events: [launching, launched], after: 0, lines: [] },
  {
    name: 'a wait goes on between two looks',
    events: [waiting],
    after: 5000,
    lines: ['Waiting for box: booting (1m 05s of 15m)'],
  },
  {
    name: 'a failed look shows beside the wait',
    events: [waiting, failing],
    after: 0,
    lines: ['Waiting for box: booting (1m of 15m) no news: reset'],
  },
  {
    name: 'a good look ends the trouble',
    events: [waiting, failing, waiting],
    after: 0,
    lines: ['Waiting for box: booting (1m of 15m)'],
  },
  { name: 'a box that is ready leaves', events: [waiting, ready], after: 0, lines: [] },
  {
    name: 'boxes keep their order',
    events: [launching, other, waiting],
    after: 0,
    lines: ['Waiting for box: booting (1m of 15m)', 'Launching second: a gpu'],
  },
];

test.each(rows)('$name', ({ events, after, lines }) => {
  const activities = events.reduce<readonly Activity[]>((state, event) => advance(state, event, 1000), []);
  expect(activities.map((activity) => plainText(activityText(activity, 1000 + after)))).toEqual(lines);
});

test('what stays on the screen is what tells the story', () => {
  const notice: DevboxEvent = { type: 'notice', level: 'info', message: '' };
  const all = [launching, retrying, launched, waiting, failing, checking, checked, ready, notice];
  expect(all.filter(isMilestone)).toEqual([retrying, launched, checked, ready, notice]);
});
