import { type DevboxError, failures } from '../base/errors.ts';
import type { View } from '../ui/view.ts';

/** How a command ended: what to show, and the exit status where it is not 0. */
export interface Outcome {
  readonly view?: View;
  /** Went wrong after something was done that the view shows; decides the exit status. */
  readonly error?: DevboxError;
  /** The exit status of another program that the command stands for. */
  readonly exit?: number;
}

/** The exit status that an outcome gives the process. */
export function exitOf({ error, exit }: Outcome): number {
  return error ? failures[error.kind].exit : (exit ?? 0);
}

/** The place of a command line among the jobs of a multirun. */
export interface JobPlace {
  /** From 0, in the order of the sweep. */
  readonly number: number;
  /** What the jobs keep together, such as a provider's pace; by keys of those who keep it. */
  readonly shared: Map<string, unknown>;
}
