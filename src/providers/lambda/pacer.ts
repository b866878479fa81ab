import type { Clock } from '../../base/clock.ts';

/** Shortest times between requests, in seconds. */
export interface Pace {
  /** Between any two requests. */
  readonly requestSeconds: number;
  /** Between two launches. */
  readonly launchSeconds: number;
}

/**
 * The pacer that all openings with the same key and pace share, so that together they keep the provider's limits; a
 * new one where nothing is shared.
 */
export function sharedPacer(
  shared: Map<string, unknown> | undefined,
  key: string,
  clock: Clock,
  pace: Pace,
): Pacer {
  const name = `${key} ${pace.requestSeconds} ${pace.launchSeconds}`;
  const known = shared?.get(name);
  if (known instanceof Pacer) return known;
  const pacer = new Pacer(clock, pace);
  shared?.set(name, pacer);
  return pacer;
}

/** Spaces requests out as the provider's limits want it, one after the other in the order in which they asked. */
export class Pacer {
  private readonly clock: Clock;
  private readonly pace: Pace;
  private lastRequest = Number.NEGATIVE_INFINITY;
  private lastLaunch = Number.NEGATIVE_INFINITY;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock, pace: Pace) {
    this.clock = clock;
    this.pace = pace;
  }

  /** Seconds that a launch would have to wait now. */
  get launchWaitSeconds(): number {
    return Math.max(0, this.freeAt(true) - this.clock.monotonic()) / 1000;
  }

  /**
   * Waits until a request may be sent, which the caller then does at once.
   * @throws the signal's reason when it aborts meanwhile.
   */
  async turn(isLaunch: boolean, signal: AbortSignal): Promise<void> {
    const mine = this.queue.then(() => this.wait(isLaunch, signal));
    this.queue = mine.catch(() => undefined);
    await mine;
  }

  private async wait(isLaunch: boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // A loop, because timers can fire a little early.
    for (;;) {
      const left = this.freeAt(isLaunch) - this.clock.monotonic();
      if (left <= 0) break;
      await this.clock.sleep(Math.ceil(left), signal);
    }
    this.lastRequest = this.clock.monotonic();
    if (isLaunch) this.lastLaunch = this.lastRequest;
  }

  private freeAt(isLaunch: boolean): number {
    const request = this.lastRequest + this.pace.requestSeconds * 1000;
    return isLaunch ? Math.max(request, this.lastLaunch + this.pace.launchSeconds * 1000) : request;
  }
}
