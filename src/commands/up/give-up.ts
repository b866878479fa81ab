import { neverUsable } from '../../acquire/wait.ts';
import { DevboxError } from '../../base/errors.ts';
import type { CommandDeps } from '../command.ts';
import { endBox } from '../down/end-box.ts';
import type { Standing, Wanted } from './bring-up-one.ts';

/**
 * What becomes of a box that never became usable: with `on_failure=terminate` the one that this lease is on is ended. One that
 * could be used before, and may hold somebody's work, stays, and so does one without a lease.
 * @throws the error, which says what was done.
 */
export async function giveUp(
  error: unknown,
  { box, lease }: Standing,
  { provider, config }: Wanted,
  deps: CommandDeps,
): Promise<never> {
  if (!neverUsable(error) || config.on_failure !== 'terminate') throw error;
  if (lease === null || lease.state === 'ready') throw error;
  const found = { box, provider, leases: [lease], unseen: false, isExact: true };
  try {
    // What never came up is no session that anybody would want saved.
    await endBox(found, { purge: false, discard: true }, config.ssh, deps);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw about(error, `${error.message} Ending it failed: ${why}`, error.hint);
  }
  const message = error.message.replace(/ It still exists\.$/, '');
  throw about(error, `${message} It was ended, as on_failure=terminate asks.`, 'Bring up another one.');
}

function about(error: DevboxError, message: string, hint: string | undefined): DevboxError {
  const { kind, title, code, details } = error;
  return new DevboxError(kind, message, { title, code, details, hint, cause: error });
}
