import type { Handled } from '../lifecycle/handlers/handle.ts';
import type { Log } from './log.ts';

/** Writes down what became of an event. @returns the same, for whoever calls a function by hand. */
export function logHandled(log: Log, handled: Handled): Handled {
  if (handled.kind === 'ignored') {
    log.info('Nothing to do', { why: handled.why });
    return handled;
  }
  const { project, did, left, problems } = handled;
  for (const problem of problems) log.warn(problem, { project });
  log.info(did.length === 0 ? 'Nothing to do' : did.join('; '), { project, left });
  return handled;
}
