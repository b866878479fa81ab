import { handleEvent } from '../lifecycle/handlers/handle.ts';
import { entry } from './entry.ts';
import { logHandled } from './log-handled.ts';

/** A box is gone: those of its volumes that are saved go too. */
export const handler = entry('delete-volume', async (event, { acting, log }) =>
  logHandled(log, await handleEvent(acting, 'delete-volume', event)),
);
