import { handleEvent } from '../lifecycle/handlers/handle.ts';
import { entry } from './entry.ts';
import { logHandled } from './log-handled.ts';

/** A snapshot is there, or failed: once all of a run are there, they become an image. */
export const handler = entry('create-image', async (event, { acting, log }) =>
  logHandled(log, await handleEvent(acting, 'create-image', event)),
);
