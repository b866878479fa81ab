import { ApiProblem } from '../problem.ts';

/** Lets each caller start so many commands a minute; more in a burst, as long as the average holds. */
export class ExecRate {
  readonly #perMinute: number;
  readonly #monotonic: () => number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** @param monotonic milliseconds that only grow. */
  constructor(perMinute: number, monotonic: () => number) {
    this.#perMinute = perMinute;
    this.#monotonic = monotonic;
  }

  /** Counts one command. @throws ApiProblem 429 that says when the next one may come. */
  take(caller: string): void {
    const now = this.#monotonic();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#perMinute, at: now };
    const refilled = bucket.tokens + ((now - bucket.at) / 60_000) * this.#perMinute;
    const tokens = Math.min(this.#perMinute, refilled);
    if (tokens < 1) {
      // In whole milliseconds first: fractions that are not exact would make it a second more.
      const milliseconds = Math.round(((1 - tokens) * 60_000) / this.#perMinute);
      const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
      throw new ApiProblem(
        429,
        'rate-limited',
        `${caller} has started ${this.#perMinute} commands within a minute; the next one can start in ${seconds} s`,
        undefined,
        seconds,
      );
    }
    this.#buckets.set(caller, { tokens: tokens - 1, at: now });
  }
}
