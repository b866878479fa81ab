import type { DevboxEvent } from './events.ts';

/** Seconds between two lines that say the same about a wait. */
const heartbeatSeconds = 60;

/**
 * Makes a filter that keeps a log readable where lines cannot be replaced: a wait is told when its status changes and
 * once a minute, a transfer once a minute, a failing look once until a look succeeds, a launch once however often it is repeated.
 */
export function createNewsFilter(): (event: DevboxEvent) => boolean {
  const told = new Map<string, { status: string; elapsedSeconds: number }>();
  const failing = new Map<string, string>();
  /** Seconds after their beginning at which transfers were told last. */
  const transfers = new Map<string, number>();
  return (event) => {
    switch (event.type) {
      case 'launching':
        return event.attempt <= 1;
      case 'waiting': {
        failing.delete(event.name);
        const last = told.get(event.name);
        if (last?.status === event.status && event.elapsedSeconds - last.elapsedSeconds < heartbeatSeconds) {
          return false;
        }
        told.set(event.name, event);
        return true;
      }
      case 'checking': {
        const last = told.get(event.name);
        const status = `${event.part} ${event.message}`;
        if (last?.status === status && event.elapsedSeconds - last.elapsedSeconds < heartbeatSeconds) {
          return false;
        }
        told.set(event.name, { status, elapsedSeconds: event.elapsedSeconds });
        return true;
      }
      case 'transferring': {
        const told = transfers.get(event.name) ?? 0;
        if (event.elapsedSeconds - told < heartbeatSeconds) return false;
        transfers.set(event.name, event.elapsedSeconds);
        return true;
      }
      case 'transferred':
        transfers.delete(event.name);
        return false;
      case 'poll-failed': {
        const isNew = failing.get(event.name) !== event.message;
        failing.set(event.name, event.message);
        return isNew;
      }
      default:
        return true;
    }
  };
}
