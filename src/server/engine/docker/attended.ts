import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../base/files.ts';

/** A process in a box: its number there, and when it began in the kernel's ticks. Together they mean one process. */
export interface BoxProcess {
  readonly pid: string;
  readonly start: string;
}

/**
 * The commands and terminals of one box that a client attends, on disk, for the next server: the clients go with the
 * one that dies. Nothing is flushed: what a crash of the machine loses has ended with it.
 */
export class Attended {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Notes a process. @returns what takes the note back. */
  async add({ pid, start }: BoxProcess): Promise<() => Promise<void>> {
    const path = join(this.#directory, `${pid}-${start}`);
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(path, '', { mode: 0o600 });
    return () => rm(path, { force: true });
  }

  /** All that were noted; the notes are taken back. */
  async takeAll(): Promise<BoxProcess[]> {
    const names = await readdir(this.#directory).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    });
    await rm(this.#directory, { recursive: true, force: true });
    return names.flatMap((name) => {
      const [, pid, start] = /^(\d+)-(\d*)$/.exec(name) ?? [];
      return pid === undefined || start === undefined ? [] : [{ pid, start }];
    });
  }
}
