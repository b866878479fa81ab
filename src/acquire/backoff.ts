/** How often and how patiently a refused launch is tried again. Times in seconds. */
export interface RetryPolicy {
  /** Launches after the first one; 0 tries once. */
  readonly maxRetries: number;
  readonly initialBackoffSeconds: number;
  /** Upper bound of every wait but the first. */
  readonly maxBackoffSeconds: number;
  readonly backoffMultiplier: number;
}

/**
 * Seconds to wait before retry `retry` (1 is the first): the first wait is the initial one, uncapped, each later
 * one is the one before times the multiplier, capped. Never less than `leastSeconds`, the provider's own limit,
 * so that the wait announced is the wait taken.
 */
export function backoffSeconds(policy: RetryPolicy, retry: number, leastSeconds = 0): number {
  let seconds = policy.initialBackoffSeconds;
  for (let n = 1; n < retry; n++) {
    seconds = Math.min(seconds * policy.backoffMultiplier, policy.maxBackoffSeconds);
  }
  return Math.max(seconds, leastSeconds);
}
