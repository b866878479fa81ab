import { mkdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { hasCode } from '../base/files.ts';
import { identify, isRunning, type ProcessIdentity, parseIdentity } from './identity.ts';

/** Who holds a lock. */
export interface LockHolder extends ProcessIdentity {
  /** Path of the socket at which it answers, or is about to; null where it does not say. */
  readonly socket: string | null;
}

/** A helper lock is held for microseconds; one as old as this was left by a process that was killed there. */
const abandonedMilliseconds = 3_000;

/**
 * Takes a lock for the life of this process. The lock is a link whose target says who holds it, so it is made with
 * its content in one step, and the lock of a process that has died is known at once, without a time-out.
 * @param socket where the holder is reached: whoever finds the lock held may have other ideas of where that is.
 * @returns the lock, or undefined while a living process holds it.
 */
export async function tryLock(path: string, socket: string | null): Promise<Lock | undefined> {
  const identity = await identify(process.pid);
  if (!identity) throw new Error('this process is not in the process table');
  const own = JSON.stringify({ ...identity, socket } satisfies LockHolder);
  if (!(await link(path, own))) {
    if (!(await clearDead(path)) || !(await link(path, own))) return undefined;
  }
  const isHeld = async (): Promise<boolean> => (await targetOf(path)) === own;
  return {
    isHeld,
    async giveBack() {
      // Its directory may have been deleted, and another holder's lock may lie there now.
      if (await isHeld()) await rm(path, { force: true });
    },
  };
}

/** A lock that this process has taken. */
export interface Lock {
  /** Whether it is still there: it goes with its directory. */
  isHeld(): Promise<boolean>;
  giveBack(): Promise<void>;
}

async function link(path: string, target: string): Promise<boolean> {
  try {
    await symlink(target, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Removes the lock of a dead holder. Under a lock of its own: otherwise a new holder's could be removed instead. */
async function clearDead(path: string): Promise<boolean> {
  const guard = `${path}.clearing`;
  try {
    await mkdir(guard);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const made = await stat(guard).catch(() => undefined);
    // One from the future was made before somebody set the clock back.
    if (made && Math.abs(Date.now() - made.mtimeMs) > abandonedMilliseconds)
      await rm(guard, { recursive: true, force: true });
    return false;
  }
  try {
    const target = await targetOf(path);
    // Given back meanwhile: what is there a moment later is somebody else's and not to be removed.
    if (target === undefined) return true;
    const holder = parseHolder(target);
    if (holder && (await isRunning(holder))) return false;
    await rm(path, { force: true });
    return true;
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

/** Who holds a lock; undefined where nobody does or it does not say. */
export async function readHolder(path: string): Promise<LockHolder | undefined> {
  return parseHolder((await targetOf(path)) ?? '');
}

/** Where a link leads; undefined where there is nothing, empty where there is no link. */
async function targetOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (hasCode(error, 'EINVAL')) return '';
    throw error;
  }
}

function parseHolder(target: string): LockHolder | undefined {
  const identity = parseIdentity(target);
  if (!identity) return undefined;
  const { socket } = JSON.parse(target);
  return { ...identity, socket: typeof socket === 'string' ? socket : null };
}
