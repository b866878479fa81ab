import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listRuns } from '../log/runs.ts';
import { LogWriter } from '../log/writer.ts';
import { keepRun } from './kept-run.ts';

interface KeptLog {
  readonly writer: LogWriter;
  /** Runs that are being read. */
  readonly runs: Set<string>;
}

/** Keeps the logs of all boxes below one directory. */
export class Keeper {
  readonly #boxes: string;
  readonly #now: () => number;
  readonly #logs = new Map<string, KeptLog>();
  #closed = false;

  constructor(boxes: string, now: () => number) {
    this.#boxes = boxes;
    this.#now = now;
  }

  /** Takes nothing new from now on, if it has nothing to keep. @returns whether that is so. */
  closeIdle(): boolean {
    this.#closed = this.#logs.size === 0;
    return this.#closed;
  }

  get isIdle(): boolean {
    return this.#logs.size === 0;
  }

  /** Begins to read the runs that have come since the last time. */
  async look(): Promise<void> {
    for (const id of await readdir(this.#boxes).catch(() => [])) {
      for (const run of await listRuns(join(this.#boxes, id))) this.#keep(id, run);
    }
  }

  #keep(id: string, run: string): void {
    const log = this.#logs.get(id) ?? {
      writer: new LogWriter(join(this.#boxes, id, 'logs'), this.#now),
      runs: new Set(),
    };
    if (log.runs.has(run) || this.#closed) return;
    try {
      keepRun(run, log.writer, () => this.#ended(id, run));
    } catch {
      // It was removed just now.
      return;
    }
    log.runs.add(run);
    this.#logs.set(id, log);
  }

  #ended(id: string, run: string): void {
    const log = this.#logs.get(id);
    log?.runs.delete(run);
    if (!log || log.runs.size > 0) return;
    log.writer.close();
    this.#logs.delete(id);
  }
}
