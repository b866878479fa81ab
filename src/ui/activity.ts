import { cleanLine } from '../base/text.ts';
import { type Text, token } from './card.ts';
import type { DevboxEvent } from './events.ts';
import { checkingText, launchingText, transferText, waitingText } from './events-text.ts';

type Ongoing = Extract<
  DevboxEvent,
  { readonly type: 'launching' | 'retrying' | 'waiting' | 'checking' | 'transferring' }
>;

/** Something under way that the live area shows; one for each name. */
export interface Activity {
  readonly event: Ongoing;
  /** When the event came, in milliseconds of the monotonic clock. */
  readonly at: number;
  /** What went wrong at the last look, until one succeeds. */
  readonly trouble?: string;
}

/** Whether an event stays on the screen as a line of its own when the live area has moved on. */
export function isMilestone(event: DevboxEvent): boolean {
  return (
    event.type === 'retrying' ||
    event.type === 'launched' ||
    event.type === 'checked' ||
    event.type === 'ready' ||
    event.type === 'notice'
  );
}

/** What is under way after an event. @param now milliseconds of the monotonic clock. */
export function advance(
  activities: readonly Activity[],
  event: DevboxEvent,
  now: number,
): readonly Activity[] {
  switch (event.type) {
    case 'launching':
    case 'retrying':
    case 'waiting':
    case 'checking':
    case 'transferring': {
      const next: Activity = { event, at: now };
      return activities.some((activity) => activity.event.name === event.name)
        ? activities.map((activity) => (activity.event.name === event.name ? next : activity))
        : [...activities, next];
    }
    case 'poll-failed':
      return activities.map((activity) =>
        activity.event.name === event.name ? { ...activity, trouble: cleanLine(event.message) } : activity,
      );
    case 'launched':
    case 'checked':
    case 'transferred':
    case 'ready':
      return activities.filter((activity) => activity.event.name !== event.name);
    case 'notice':
      return activities;
  }
}

/** The live line of an activity as it stands at `now`, a countdown or elapsed time included. */
export function activityText({ event, at, trouble }: Activity, now: number): Text {
  const passedSeconds = Math.max(0, now - at) / 1000;
  switch (event.type) {
    case 'launching':
      return launchingText(event);
    case 'retrying': {
      const left = Math.max(0, Math.ceil(event.delaySeconds - passedSeconds));
      return [
        'Retrying ',
        token('strong', event.name),
        ` in ${left}s `,
        token('dim', `(attempt ${event.attempt}/${event.attempts})`),
      ];
    }
    case 'transferring':
      return transferText(event);
    case 'checking':
      return checkingText(event, event.elapsedSeconds + passedSeconds);
    case 'waiting': {
      const text = waitingText(event, event.elapsedSeconds + passedSeconds);
      return trouble === undefined ? text : [...text, token('busy', ` no news: ${trouble}`)];
    }
  }
}
