import * as z from 'zod/mini';

/** Answer to what has nothing to say but that it was done. */
export const doneWire = z.object({ status: z.string(), message: z.string() });

/** Body of every answer with a status from 400 up. */
export const problemWire = z.object({
  /** For people. */
  message: z.string().check(z.minLength(1)),
  /** For programs: stable and lower-case. */
  code: z.string(),
  /** What is wrong with which field of the request. */
  errors: z.optional(z.record(z.string(), z.array(z.string()))),
});

/** Answer of `GET /healthz`. */
export const healthWire = z.object({ status: z.string() });

/** Answer of `GET /v1/account`. */
export const accountWire = z.object({
  name: z.string(),
  email: z.string(),
  team: z.null(),
  container_count: z.int(),
});

/** One thing in the envelope of those resources that have one, or all of them. */
export const dataOf = <T extends z.ZodMiniType>(item: T) => z.object({ data: item });
