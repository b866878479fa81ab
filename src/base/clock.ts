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

/** Node's timers hold 31 bits of milliseconds; a longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    signal?.throwIfAborted();
    const end = performance.now() + milliseconds;
    try {
      for (let left = milliseconds; left > 0; left = end - performance.now())
        await timer(Math.min(left, longestTimer), undefined, signal ? { signal } : undefined);
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
