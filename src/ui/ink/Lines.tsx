import { Text } from 'ink';
import type { ReactNode } from 'react';
import { paintLine } from '../plain.ts';
import type { Painter } from '../theme.ts';
import type { Line } from '../wrap.ts';

export interface LinesProps {
  /** Already broken to the width of the terminal. */
  readonly lines: readonly Line[];
  readonly paint: Painter;
}

/**
 * Lines in devbox's own colours. Ink's colour props are not used: its chalk decides from the environment and from
 * stdout whether there is colour at all, even where stderr is drawn on.
 */
export function Lines({ lines, paint }: LinesProps): ReactNode {
  return <Text>{lines.map((line) => paintLine(line, paint)).join('\n')}</Text>;
}
