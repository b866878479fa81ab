import { handleEvent } from '../lifecycle/handlers/handle.ts';
import { entry } from './entry.ts';
import { logHandled } from './log-handled.ts';

/** A box is going away: the disks of one that was ended without devbox are saved. */
export const handler = entry('create-snapshots', async (event, { acting, log }) =>
  logHandled(log, await handleEvent(acting, 'create-snapshots', event)),
);
