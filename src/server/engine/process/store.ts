import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, writeDurably } from '../../../base/files.ts';
import { Attended } from './attended.ts';
import { DeployLog } from './deploy-log.ts';
import { type BoxRecord, parseRecord } from './record.ts';
import { RunStatus } from './run-status.ts';

/**
 * The directories of boxes below one directory: each has its `box.json`, its `logs`, the `runs` that are not wholly in
 * them yet, the `status` of the last run, its `deploy.log`, and what is `attended`.
 */
export class BoxStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** A box's own directory. */
  directory(id: string): string {
    return join(this.#root, id);
  }

  deployLog(id: string, now: () => number): DeployLog {
    return new DeployLog(join(this.#root, id, 'deploy.log'), now);
  }

  runStatus(id: string): RunStatus {
    return new RunStatus(join(this.#root, id, 'status'));
  }

  /** Which commands of a box are attended. */
  attended(id: string): Attended {
    return new Attended(join(this.#root, id, 'attended'));
  }

  /** Everything that was recorded. A record that cannot be read is reported and left alone. */
  async load(report: (problem: string) => void): Promise<BoxRecord[]> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    const records: BoxRecord[] = [];
    for (const id of await readdir(this.#root)) {
      const path = join(this.#root, id, 'box.json');
      try {
        const text = await readIfThere(path);
        // Without a record the box was never promised to anybody: its creation was cut off here.
        if (text === undefined) await this.forget(id);
        else records.push(parseRecord(text));
      } catch (error) {
        report(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return records.sort((a, b) => a.createdAt - b.createdAt);
  }

  async save(record: BoxRecord): Promise<void> {
    await writeDurably(join(this.#root, record.id, 'box.json'), `${JSON.stringify(record, null, 2)}\n`);
  }

  /** Removes what a box has written. */
  async forgetLogs(id: string): Promise<void> {
    for (const name of ['logs', 'log']) {
      await rm(join(this.#root, id, name), { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** Removes a box's directory. */
  async forget(id: string): Promise<void> {
    await rm(join(this.#root, id), { recursive: true, force: true, maxRetries: 3 });
  }
}
