import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../base/files.ts';
import { ApiProblem } from '../../problem.ts';
import { checkName, nameKey } from './names.ts';

/** The homes of boxes, kept by name: they outlive their box and are there again for the next one of that name. */
export class Homes {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Where the home of a box of this name lies. @throws ApiProblem 422 for a name that is no safe path segment. */
  path(name: string): string {
    checkName(name);
    return join(this.#root, nameKey(name));
  }

  workspace(name: string): string {
    return join(this.path(name), 'workspace');
  }

  /** Makes the home, or finds it again. */
  async prepare(name: string): Promise<void> {
    const path = this.path(name);
    await mkdir(path, { recursive: true, mode: 0o700 });
    // A link here would put the box's home, and with it a later purge, somewhere else.
    if (!(await lstat(path)).isDirectory()) {
      throw new ApiProblem(409, 'home-not-directory', `the home ${path} is not a directory`);
    }
  }

  /** Deletes the home with everything in it; links are deleted, not followed. */
  async purge(name: string): Promise<void> {
    const path = this.path(name);
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      if (!hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) throw error;
      // Package caches leave directories without write permission behind.
      await makeWritable(path);
      await rm(path, { recursive: true, force: true });
    }
  }
}

async function makeWritable(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(directory, entry.name));
  }
}
