import { type Instance, render } from 'ink';
import type { Clock } from '../../base/clock.ts';
import type { Output } from '../../base/context.ts';
import { type Activity, advance, isMilestone } from '../activity.ts';
import type { Emit } from '../events.ts';
import { eventText } from '../events-text.ts';
import { painter } from '../theme.ts';
import { type Milestone, Progress, redrawMilliseconds } from './Progress.tsx';
import { terminalOf } from './terminal.ts';

export interface LiveOptions {
  /** A terminal. */
  readonly output: Output;
  readonly color: boolean;
  readonly clock: Clock;
}

/** A live area at the end of a terminal's output. */
export interface Live {
  readonly handle: Emit;
  /** Removes the live area, leaves the milestones, shows the cursor again. */
  stop(): Promise<void>;
}

/**
 * Starts a live area. Milestones are drawn when they happen, everything else at the next of two redraws a second.
 * Neither stdin nor signals are touched: Ctrl-C stays with the process.
 * @throws TypeError where the output is no terminal.
 */
export function startLive({ output, color, clock }: LiveOptions): Live {
  const terminal = terminalOf(output);
  const paint = painter(color);
  const stopping = new AbortController();
  let milestones: readonly Milestone[] = [];
  let activities: readonly Activity[] = [];
  let instance: Instance | undefined;

  function draw(): void {
    const frame = (
      <Progress
        milestones={milestones}
        activities={activities}
        now={clock.monotonic()}
        columns={terminal.columns}
        paint={paint}
      />
    );
    if (instance) {
      instance.rerender(frame);
    } else {
      instance = render(frame, {
        stdout: terminal,
        stderr: terminal,
        exitOnCtrlC: false,
        patchConsole: false,
      });
      void redrawUntilStopped();
    }
  }

  async function redrawUntilStopped(): Promise<void> {
    for (;;) {
      await clock.sleep(redrawMilliseconds, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      draw();
    }
  }

  return {
    handle(event) {
      activities = advance(activities, event, clock.monotonic());
      if (isMilestone(event)) milestones = [...milestones, { id: milestones.length, text: eventText(event) }];
      if (instance === undefined || isMilestone(event)) draw();
    },
    async stop() {
      stopping.abort();
      if (instance === undefined) return;
      activities = [];
      draw();
      instance.unmount();
      instance = undefined;
      // Ink ends even an empty last frame with a line break; this goes back over it.
      await new Promise((resolve) => terminal.write('\u001b[1A\u001b[2K', resolve));
    },
  };
}
