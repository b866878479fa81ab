import { setTimeout as timer } from 'node:timers/promises';

/** Time as a dependency, so that no test has to wait for it. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970; for records and display, never for deadlines. */
  now(): number;
  /** Milliseconds from an arbitrary start that only grows; for deadlines and pacing. */
  monotonic(): number;
  /**
   * Waits `milliseconds` (0 and less: not at all).
   * @throws the signal's reason as soon as the signal aborts.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    signal?.throwIfAborted();
    if (milliseconds <= 0) return;
    try {
      await timer(milliseconds, undefined, signal ? { signal } : undefined);
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
