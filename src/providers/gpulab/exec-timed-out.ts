import { DevboxError } from '../../base/errors.ts';

/** The error for a command that did not end in its time. */
export function execTimedOut(seconds: number): DevboxError {
  return new DevboxError('timed-out', `the command was killed after ${seconds} seconds`, {
    code: 'exec/timed-out',
    hint: 'Give it more time with timeout=SECONDS.',
  });
}
