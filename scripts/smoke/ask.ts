import type * as z from 'zod/mini';
import type { Devbox, RunOptions } from './devbox.ts';
import { classOf, Stopped } from './verdict.ts';

export interface AskOptions extends RunOptions {
  /** Whether a cause outside devbox excuses a failure: as long as there is no box. */
  readonly isExcusable: boolean;
  /** Exit statuses besides 0 with which it still tells what was asked for. */
  readonly alsoFine?: readonly number[];
}

/**
 * What a command printed.
 * @throws Stopped where it failed, was interrupted, or printed something else.
 */
export async function ask<T>(
  devbox: Devbox,
  words: readonly string[],
  shape: z.ZodMiniType<T>,
  { isExcusable, alsoFine = [], ...options }: AskOptions,
): Promise<T> {
  const [command = ''] = words;
  const interrupted = new Stopped('environment_blocked', `interrupted during ${command}`);
  if (options.signal?.aborted) throw interrupted;
  const { exit, json, error } = await devbox(words, options);
  if (options.signal?.aborted) throw interrupted;
  if (error !== null) {
    const code = error.code === '' ? '' : ` (${error.code})`;
    throw new Stopped(
      isExcusable ? classOf(error) : 'validation_failed',
      `${command}: ${error.message}${code}`,
    );
  }
  if (exit !== 0 && !alsoFine.includes(exit ?? -1))
    throw new Stopped('validation_failed', `${command} ended with ${exit}`);
  const read = shape.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.map(String).join('.') || 'the whole of it';
  throw new Stopped('validation_failed', `${command} printed JSON that is not as described: ${where}`);
}
