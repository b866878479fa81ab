import { mkdir, readlink, rm, stat, symlink, unlink } from 'node:fs/promises';
import { hasCode } from '../base/files.ts';
import { identify, isRunning, type ProcessIdentity } from './identity.ts';

/** A helper lock is held for microseconds; one as old as this was left by a process that was killed there. */
const abandonedMilliseconds = 3_000;

/**
 * Takes a lock for the life of this process. The lock is a link whose target says who holds it, so it is made with
 * its content in one step, and the lock of a process that has died is known at once, without a time-out.
 * @returns the function that gives it back, or undefined while a living process holds it.
 */
export async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
  const own = await identify(process.pid);
  if (!own) throw new Error('this process is not in the process table');
  if (!(await link(path, own))) {
    if (!(await clearDead(path)) || !(await link(path, own))) return undefined;
  }
  return () => unlink(path);
}

async function link(path: string, holder: ProcessIdentity): Promise<boolean> {
  try {
    await symlink(JSON.stringify(holder), path);
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
    if (made && Date.now() - made.mtimeMs > abandonedMilliseconds)
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
export async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
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

function parseHolder(target: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime, bootId } = JSON.parse(target);
    const isIdentity = Number.isInteger(pid) && typeof startTime === 'string' && typeof bootId === 'string';
    return isIdentity ? { pid, startTime, bootId } : undefined;
  } catch {
    return undefined;
  }
}
