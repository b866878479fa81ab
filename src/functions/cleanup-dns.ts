import { handleNames } from '../lifecycle/handlers/handle.ts';
import { entry } from './entry.ts';
import { logHandled } from './log-handled.ts';

/** A box is going away: the name that points at it goes. */
export const handler = entry('cleanup-dns', async (event, { acting, log }) =>
  logHandled(log, await handleNames(acting, event)),
);
