import { Box, Static, Text } from 'ink';
import type { ReactNode } from 'react';
import { type Activity, activityText } from '../activity.ts';
import type { Text as TextData } from '../card.ts';
import type { Painter } from '../theme.ts';
import { wrap } from '../wrap.ts';
import { Lines } from './Lines.tsx';

/** A line that stays. */
export interface Milestone {
  readonly id: number;
  readonly text: TextData;
}

export interface ProgressProps {
  /** Written once each, above everything that moves. */
  readonly milestones: readonly Milestone[];
  readonly activities: readonly Activity[];
  /** Milliseconds of the monotonic clock. */
  readonly now: number;
  /** Cells of a line. */
  readonly columns: number;
  readonly paint: Painter;
}

/** Milliseconds between two redraws, and so between two positions of the spinner. */
export const redrawMilliseconds = 500;

const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

/**
 * What happened, as lines that stay, and below them what is under way.
 *
 *     ⚠ Insufficient capacity - retrying in 12.0s (attempt 1/21)
 *     ⠹ Retrying gh200-devbox in 9s (attempt 1/21)
 */
export function Progress({ milestones, activities, now, columns, paint }: ProgressProps): ReactNode {
  const frame = spinner.charAt(Math.floor(now / redrawMilliseconds) % spinner.length);
  return (
    <>
      <Static items={[...milestones]}>
        {({ id, text }) => <Lines key={id} lines={wrap(text, columns)} paint={paint} />}
      </Static>
      {activities.map((activity) => (
        <Box key={activity.event.name}>
          <Text>{paint('busy', frame)} </Text>
          <Lines lines={wrap(activityText(activity, now), columns - 2)} paint={paint} />
        </Box>
      ))}
    </>
  );
}
