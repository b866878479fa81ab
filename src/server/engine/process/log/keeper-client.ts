import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../../../identity.ts';
import { readHolder } from '../../../lock.ts';
import { boxVariable } from '../environment.ts';
import { trySignal } from '../reap.ts';
import { forgetRuns, holdRun, listRuns, makeRun, type RunPipes, touchRun } from './runs.ts';

export interface LogKeeperOptions {
  /** The keeper's program. */
  readonly program: string;
  /** Directory of the boxes' directories. */
  readonly boxes: string;
  readonly report: (line: string) => void;
}

/** How often it is made sure that there is a keeper while there is something to keep, in milliseconds. */
const watchMilliseconds = 500;
/** What a run wrote is in the log this soon after its end, in milliseconds, unless something else still writes. */
const settleMilliseconds = 2_000;

/**
 * The server's side of the log keeper. One keeper serves all boxes of a server and outlives it. A box holds its pipes
 * open by itself, so that without a keeper it waits with its output, and loses none.
 */
export class LogKeeper {
  readonly #options: LogKeeperOptions;
  readonly #lock: string;
  /** Boxes with output to keep, and their pipes, which are held open: should the keeper die, they keep what is in them. */
  readonly #kept = new Map<string, number[]>();
  #starting: Promise<void> | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: LogKeeperOptions) {
    this.#options = options;
    this.#lock = join(options.boxes, '..', 'keeper.lock');
  }

  /** Makes pipes for a new run of a box's main process, and sees to it that somebody reads them. */
  async open(id: string): Promise<RunPipes> {
    await this.settle(id);
    await forgetRuns(this.#directory(id));
    const pipes = await makeRun(this.#directory(id));
    this.#follow(id, []);
    await this.#call();
    return pipes;
  }

  /** Of a box whose main process may write: not before the keeper reads, for until then the process has to wait. */
  async hold(id: string): Promise<void> {
    const runs = await listRuns(this.#directory(id));
    if (runs.length === 0) return;
    this.forget(id);
    this.#follow(id, runs.flatMap(holdRun));
    await this.#call();
  }

  /** Of a box whose main process has ended: waits until all that it wrote is in the log. */
  async settle(id: string): Promise<void> {
    const start = performance.now();
    for (;;) {
      const runs = await listRuns(this.#directory(id));
      if (runs.length === 0) break;
      if (performance.now() - start > settleMilliseconds) return;
      await this.#call();
      for (const run of runs) touchRun(run);
      await sleep(5);
    }
    this.forget(id);
  }

  /** Of a box of which nothing is to be kept any more. */
  forget(id: string): void {
    for (const fd of this.#kept.get(id) ?? []) closeSync(fd);
    this.#kept.delete(id);
    if (this.#kept.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #directory(id: string): string {
    return join(this.#options.boxes, id);
  }

  #follow(id: string, pipes: number[]): void {
    this.#kept.set(id, pipes);
    this.#watch ??= setInterval(() => {
      this.#call().catch((error: unknown) => this.#options.report(String(error)));
    }, watchMilliseconds).unref();
  }

  /** Tells the keeper to look, or starts it. */
  async #call(): Promise<void> {
    const holder = await readHolder(this.#lock);
    if (holder && (await isRunning(holder))) return trySignal(holder.pid, 'SIGUSR2');
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  #start(): Promise<void> {
    const { program, boxes } = this.#options;
    const child = spawn(process.execPath, ['--max-old-space-size=64', program, boxes, this.#lock], {
      cwd: '/',
      detached: true,
      env: keeperEnvironment(),
      // Whoever waits for the end of what the server writes must not wait for the keeper.
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    child.unref();
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      // Ready, or another was faster.
      child.stdio[3]?.once('data', () => resolve());
      child.once('exit', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`the log keeper ended with status ${code}`));
      });
    });
  }
}

function keeperEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'LANG', boxVariable];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
