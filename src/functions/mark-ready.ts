import { handleEvent } from '../lifecycle/handlers/handle.ts';
import { entry } from './entry.ts';
import { logHandled } from './log-handled.ts';

/** An image is there, or failed: it is recorded, and only then what it replaces goes. */
export const handler = entry('mark-ready', async (event, { acting, log }) =>
  logHandled(log, await handleEvent(acting, 'mark-ready', event)),
);
