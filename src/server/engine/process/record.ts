import * as z from 'zod/mini';
import type { BoxSpec } from '../engine.ts';
import { specSchema } from '../spec.ts';

const identitySchema = z.object({ pid: z.int(), startTime: z.string(), bootId: z.string() });

/** What `box.json` holds. Written before anything is done, so that what was interrupted can be finished. */
const recordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  spec: specSchema,
  createdAt: z.number(),
  updatedAt: z.number(),
  /** What the box is meant to be; the engine works towards it, also after a restart. */
  wanted: z.enum(['running', 'stopped', 'deleted', 'deleted-with-home']),
  /** False until the box has run for the first time. */
  made: z.boolean(),
  /** The main process, while it runs; in a sandbox also the first process within. */
  main: z.nullable(
    z.object({
      ...identitySchema.shape,
      startedAt: z.number(),
      init: z._default(z.nullable(identitySchema), null),
    }),
  ),
  /** Why the main process of a box that is meant to run does not: its exit code, or what kept it from starting. */
  failure: z.nullable(z.object({ code: z.nullable(z.int()), message: z.string() })),
});

export type BoxRecord = Omit<z.infer<typeof recordSchema>, 'spec'> & { readonly spec: BoxSpec };

/** Reads the text of a `box.json`. @throws an error that says what is wrong with it. */
export function parseRecord(text: string): BoxRecord {
  return z.parse(recordSchema, JSON.parse(text));
}
