import * as z from 'zod/mini';
import { shellSource } from '../shell.ts';

/** What a holder is told on its standard input. */
export const holderSpec = z.object({
  /** Path of the unix socket at which it answers. */
  socket: z.string(),
  /** Its own directory, which it removes at its end. */
  directory: z.string(),
  /** Title of the terminal: the name of the box. */
  title: z.string(),
  source: shellSource,
  /** Seconds that it waits for its first viewer. */
  unusedSeconds: z.number(),
  /** Seconds that the shell stays when the connection of its last viewer was lost. */
  lostSeconds: z.number(),
});

export type HolderSpec = z.infer<typeof holderSpec>;

/** Answer of `GET /state` at a holder. */
export const holderState = z.object({
  /** Whether the shell runs and waits for a viewer whose connection was lost. */
  waiting: z.boolean(),
});
