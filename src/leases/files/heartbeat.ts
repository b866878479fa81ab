import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Paths } from '../../base/context.ts';
import { readIfThere, writeDurably } from '../../base/files.ts';
import { type Heartbeat, reaperPatience } from '../store.ts';

const heartbeatSchema = z.object({ at: z.string(), host: z.string(), user: z.string() });

const fileIn = (paths: Pick<Paths, 'state'>): string => join(paths.state, 'reaper.json');

/** Writes down that a reaper was here. */
export async function writeHeartbeat(paths: Pick<Paths, 'state'>, heartbeat: Heartbeat): Promise<void> {
  await writeDurably(fileIn(paths), `${JSON.stringify({ version: 1, ...heartbeat })}\n`);
}

/** When the reaper that is known was here last, in milliseconds since 1970; null where none has been for a day. */
export async function lastReaped(paths: Pick<Paths, 'state'>, now: number): Promise<number | null> {
  try {
    const text = await readIfThere(fileIn(paths));
    const at = text === undefined ? Number.NaN : Date.parse(heartbeatSchema.parse(JSON.parse(text)).at);
    return now - at < reaperPatience ? at : null;
  } catch {
    // A file that cannot be read tells of no reaper.
    return null;
  }
}
