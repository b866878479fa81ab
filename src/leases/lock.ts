import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { hasCode } from '../base/files.ts';

/** How to wait for a lock that somebody else holds. */
export interface WaitOptions {
  /** Ends the waiting; never interrupts what runs under the lock. */
  readonly signal?: AbortSignal;
  /** Called once, if the lock is held by somebody else. */
  readonly onWait?: () => void;
}

/** A holder that has not renewed its lock for so long is taken for dead. */
const staleMilliseconds = 10_000;
const renewMilliseconds = 2_000;
const pollMilliseconds = 60;

/**
 * Runs `work` while no other process is inside a lock of this name. The lock of a process that died is taken over
 * after ten seconds.
 * @param name safe as a file name.
 */
export async function withLock<T>(
  folder: string,
  name: string,
  world: { readonly clock: Clock; readonly random: () => number },
  work: () => Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.lock`);
  let unlock = await tryLock(path);
  if (!unlock) options.onWait?.();
  while (!unlock) {
    await world.clock.sleep(pollMilliseconds * (0.5 + world.random()), options.signal);
    unlock = await tryLock(path);
  }
  try {
    return await work();
  } finally {
    await unlock().catch(() => undefined);
  }
}

/** The function that gives the lock back, or undefined while somebody holds it. */
async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
  const { default: lockfile } = await import('proper-lockfile');
  try {
    return await lockfile.lock(path, {
      realpath: false,
      lockfilePath: path,
      stale: staleMilliseconds,
      update: renewMilliseconds,
      // After a suspended laptop wakes up the lock may look abandoned. Work that is under way is finished anyway:
      // stopping half-way would be worse than a second process, which the atomic files below survive.
      onCompromised: () => undefined,
    });
  } catch (error) {
    if (hasCode(error, 'ELOCKED')) return undefined;
    throw error;
  }
}
