import type { Clock } from '../base/clock.ts';
import type { Detail, DevboxError } from '../base/errors.ts';
import { formatSeconds } from '../base/seconds.ts';
import type { CheckedPart, Emit } from '../ui/events.ts';

/** Something that has to hold before an active box can be used. */
export interface Check {
  readonly part: CheckedPart;
  readonly timeoutSeconds: number;
  /** Throws only what another look cannot mend. */
  look(): Promise<Looked>;
}

/** What one look came to, with a few words on it. */
export type Looked =
  | { readonly state: 'passed'; readonly message: string }
  /** Not yet. `error` is thrown instead of a time-out, where there is more to say. */
  | { readonly state: 'pending'; readonly message: string; readonly error?: DevboxError | undefined }
  | { readonly state: 'failed'; readonly message: string; readonly details: readonly Detail[] };

export interface CheckOptions {
  readonly name: string;
  readonly id: string;
  readonly pollIntervalSeconds: number;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Called between two looks; throws where the box is gone. */
  between(): Promise<void>;
  failed(check: Check, looked: Extract<Looked, { state: 'failed' }>): DevboxError;
  timedOut(check: Check, message: string): DevboxError;
}

/** Looks at one thing after another until all hold. @throws what `options` makes of a failure or of too long a time. */
export async function passChecks(checks: readonly Check[], options: CheckOptions): Promise<void> {
  for (const check of checks) await pass(check, options);
}

async function pass(check: Check, options: CheckOptions): Promise<void> {
  const { name, id, clock, emit, signal } = options;
  const { part, timeoutSeconds } = check;
  const start = clock.monotonic();
  for (;;) {
    const looked = await check.look();
    const { message } = looked;
    if (looked.state === 'passed') return emit({ type: 'checked', name, part, message });
    if (looked.state === 'failed') throw options.failed(check, looked);
    const elapsedSeconds = (clock.monotonic() - start) / 1000;
    emit({ type: 'checking', name, id, part, message, elapsedSeconds, timeoutSeconds });
    const left = timeoutSeconds - elapsedSeconds;
    if (left <= 0) throw looked.error ?? options.timedOut(check, message);
    await clock.sleep(Math.min(options.pollIntervalSeconds, left) * 1000, signal);
    await options.between();
  }
}

/** That a part of a box was not as it should be in time, as a sentence. */
export function notInTime(name: string, part: CheckedPart, seconds: number): string {
  const time = formatSeconds(seconds);
  switch (part) {
    case 'ssh':
      return `${name} is active, but could not be entered over SSH within ${time}.`;
    case 'cloud-init':
      return `The first-boot set-up of ${name} was not over within ${time}.`;
    case 'gpus':
      return `The GPUs of ${name} did not answer within ${time}.`;
  }
}
