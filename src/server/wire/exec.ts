import * as z from 'zod/mini';

/** Longest time that a buffered exec may take, in seconds. */
export const maxExecSeconds = 300;
export const defaultExecSeconds = 30;

/** Request of `POST /v1/containers/{uuid}/exec`: a command for `sh -c`, and seconds. */
export const execRequest = z.object({
  command: z.string().check(z.minLength(1), z.regex(/^[^\0]*$/)),
  timeout: z._default(z.int().check(z.minimum(1), z.maximum(maxExecSeconds)), defaultExecSeconds),
});

export interface ExecAnswer {
  readonly stdout: string;
  readonly stderr: string;
  /** 124 where the time was over. */
  readonly exit_code: number;
  /** Ours: whether the command was killed because its time was over. */
  readonly timed_out: boolean;
  /** Ours: bytes left out at the end of each stream; the text ends with a mark that says the same. */
  readonly truncated: { readonly stdout: number; readonly stderr: number };
}
