import * as z from 'zod/mini';
import type { Wire } from './wire.ts';

/** Longest time that a buffered exec may take, in seconds. */
export const maxExecSeconds = 300;
export const defaultExecSeconds = 30;

/** Request of `POST /v1/containers/{uuid}/exec`: a command for `sh -c`, and seconds. */
export const execRequest = z.object({
  command: z.string().check(z.minLength(1), z.regex(/^[^\0]*$/)),
  timeout: z._default(z.int().check(z.minimum(1), z.maximum(maxExecSeconds)), defaultExecSeconds),
});

export const execAnswer = z.object({
  stdout: z.string(),
  stderr: z.string(),
  exit_code: z.int().check(z.describe('124 where the time was over')),
  /** Ours. */
  timed_out: z.boolean().check(z.describe('whether the command was killed because its time was over')),
  /** Ours. */
  truncated: z
    .object({ stdout: z.int(), stderr: z.int() })
    .check(
      z.describe('bytes left out at the end of each stream; the text ends with a mark that says the same'),
    ),
});

export type ExecAnswer = Wire<typeof execAnswer>;
