import { mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../base/files.ts';
import { formatIdentity, identify, isRunning, type ProcessIdentity, parseIdentity } from '../../identity.ts';
import { reapGroups } from './reap.ts';

/**
 * The commands of one box that a client attends, on disk: a server that dies takes the connections
 * with it, and the next one ends what nobody attends any more. Each is a link whose target says which process it
 * is, made in one step. Nothing is flushed: what a crash of the machine loses has ended with it.
 */
export class Attended {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Notes a process that has just been started. @returns what takes the note back. */
  async add(pid: number): Promise<() => Promise<void>> {
    const identity = await identify(pid);
    if (!identity) return async () => undefined;
    const path = join(this.#directory, String(pid));
    try {
      // Not its parents: a box that is being removed must not come back as an empty directory.
      await mkdir(this.#directory, { mode: 0o700 });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    // A note of an earlier process with this pid, whose end nobody saw.
    await rm(path, { force: true });
    await symlink(formatIdentity(identity), path);
    return () => rm(path, { force: true });
  }

  /** Notes a process for as long as it runs. */
  async watch(pid: number, exited: Promise<unknown>): Promise<void> {
    const takeBack = await this.add(pid);
    await exited;
    await takeBack();
  }

  /** All processes noted, whether they still run or not; the notes are taken back. */
  async takeAll(): Promise<ProcessIdentity[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#directory, name);
        const identity = parseIdentity(await readlink(path).catch(() => ''));
        await rm(path, { force: true });
        return identity;
      }),
    );
    return found.filter((identity) => identity !== undefined);
  }
}

/** Ends what is left of these process groups. @returns how many processes could not be ended. */
export async function reapUnattended(
  identities: readonly ProcessIdentity[],
  graceMilliseconds: number,
): Promise<number> {
  const running = await Promise.all(identities.map(isRunning));
  const groups = identities.filter((_, index) => running[index]).map(({ pid }) => pid);
  return groups.length === 0 ? 0 : reapGroups(new Set(groups), graceMilliseconds);
}
