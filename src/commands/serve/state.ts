import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import type { Context } from '../../base/context.ts';

/** The setting that says which server's state a command is about. */
export const stateShape = {
  state_dir: z
    .nullable(z.string().check(z.minLength(1)))
    .check(
      z.describe('where the server keeps boxes, volumes, keys and its audit log; null is devbox’s own place'),
    ),
};

/** The state directory of the server that this machine offers to others, absolute. */
export function serverState(setting: string | null, { paths, cwd }: Pick<Context, 'paths' | 'cwd'>): string {
  return setting === null ? join(paths.state, 'server') : resolve(cwd, setting);
}
