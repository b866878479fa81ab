import type { ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMilliseconds = 2;

/**
 * What a run of a main process says about itself in a file, in one JSON object a line, so that it is known even where
 * the server that started it is gone. Bubblewrap writes `child-pid` and `exit-code`, our own scripts the same.
 */
export class RunStatus {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Before a new run. */
  async clear(): Promise<void> {
    await rm(this.path, { force: true });
  }

  /** How the last run ended; null where it does not say. */
  async exitCode(): Promise<number | null> {
    return this.#number('exit-code');
  }

  /** Waits until the command of a run begins; a run that ends without having begun is not waited for any longer. */
  async ready(child: Pick<ChildProcess, 'exitCode' | 'signalCode'>): Promise<void> {
    while (child.exitCode === null && child.signalCode === null) {
      if (await this.hasBegun()) return;
      await sleep(pollMilliseconds);
    }
  }

  async hasBegun(): Promise<boolean> {
    return (await this.#number('ready')) !== null;
  }

  /** The box's first process, as the machine numbers it; null where the run has none of its own. */
  async firstProcess(): Promise<number | null> {
    return this.#number('child-pid');
  }

  /** What was said about why the run did not begin. */
  async complaint(): Promise<string> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    return lines.join('; ').slice(0, 400) || 'it says nothing';
  }

  async #number(key: string): Promise<number | null> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    const found = [...text.matchAll(new RegExp(`"${key}": ?(\\d{1,10})\\b`, 'g'))].at(-1);
    return found ? Number(found[1]) : null;
  }
}
