import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanup, render } from 'ink-testing-library';
import { type Activity, advance } from '../../../../src/ui/activity.ts';
import type { DevboxEvent } from '../../../../src/ui/events.ts';
import { eventText } from '../../../../src/ui/events-text.ts';
import { Progress, type ProgressProps } from '../../../../src/ui/ink/Progress.tsx';
import { painter } from '../../../../src/ui/theme.ts';

afterEach(cleanup);

const retrying: DevboxEvent = {
  type: 'retrying',
  name: 'gh200-devbox',
  reason: 'capacity',
  message: '',
  attempt: 1,
  attempts: 21,
  delaySeconds: 12,
};
const waiting: DevboxEvent = {
  type: 'waiting',
  name: 'second-devbox',
  id: '2',
  status: 'booting',
  elapsedSeconds: 60,
  timeoutSeconds: 900,
};

const activities = [retrying, waiting].reduce<readonly Activity[]>(
  (state, event) => advance(state, event, 0),
  [],
);
const base: ProgressProps = {
  milestones: [{ id: 0, text: eventText(retrying) }],
  activities,
  now: 3000,
  columns: 80,
  paint: painter(false),
};
const frame = (props: Partial<ProgressProps>): string =>
  `\n${render(<Progress {...base} {...props} />).lastFrame()}`;

describe('a frame', () => {
  test('at 80 columns', () => {
    expect(frame({})).toMatchInlineSnapshot(`
"
⚠ Insufficient capacity - retrying in 12.0s (attempt 1/21)
⠦ Retrying gh200-devbox in 9s (attempt 1/21)
⠦ Waiting for second-devbox: booting (1m 03s of 15m)"
`);
  });
  test('at 40 columns', () => {
    expect(frame({ columns: 40 })).toMatchInlineSnapshot(`
"
⚠ Insufficient capacity - retrying in
12.0s (attempt 1/21)
⠦ Retrying gh200-devbox in 9s (attempt
  1/21)
⠦ Waiting for second-devbox: booting (1m
  03s of 15m)"
`);
  });
  test('with nothing under way holds what has happened', () => {
    expect(frame({ activities: [] })).toMatchInlineSnapshot(`
"
⚠ Insufficient capacity - retrying in 12.0s (attempt 1/21)
"
`);
  });
  test('without colour has no escape sequences', () => {
    expect(frame({})).not.toContain('\u001b');
  });
  test('in colour has those of the theme', () => {
    expect(frame({ paint: painter(true), milestones: [], activities: activities.slice(0, 1) })).toBe(
      '\n\u001b[33m⠦\u001b[39m Retrying \u001b[1mgh200-devbox\u001b[22m in 9s \u001b[2m(attempt 1/21)\u001b[22m',
    );
  });
});
