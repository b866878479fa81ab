import type { Clock } from '../../src/base/clock.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that moves only when told to; both of its times begin at 1 000 000 ms. */
export class FakeClock implements Clock {
  /** Every sleep asked for, in milliseconds, in order. */
  readonly slept: number[] = [];
  private time = 1_000_000;
  private sleepers: Sleeper[] = [];

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (milliseconds <= 0) return resolve();
      this.slept.push(milliseconds);
      const stop = (): void => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper: Sleeper = { at: this.time + milliseconds, wake };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** Lets `milliseconds` pass without waking anybody: work that takes its time. */
  pass(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** Moves to the next sleeper and wakes it; false where nobody sleeps. */
  advance(): boolean {
    const next = this.sleepers.sort((a, b) => a.at - b.at).shift();
    if (next === undefined) return false;
    this.time = Math.max(this.time, next.at);
    next.wake();
    return true;
  }

  /** Runs the clock until a promise settles, and gives its result. Real input and output may happen meanwhile. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    for (;;) {
      // Two turns of the event loop let everything that needs no clock get as far as it can.
      await turn();
      await turn();
      if (settled) return promise;
      this.advance();
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
