import { hasCode } from '../../../base/files.ts';
import { bootId, isRunning, type ProcessIdentity } from '../../identity.ts';
import { ApiProblem } from '../../problem.ts';
import type { BoxSpec, BoxStats, EngineBox, Exit, LogPage, LogQuery } from '../engine.ts';
import { type Attended, reapUnattended } from './attended.ts';
import type { DeployLog } from './deploy-log.ts';
import type { Homes } from './homes.ts';
import type { Entry } from './isolation/enter.ts';
import type { Isolation } from './isolation/probe.ts';
import type { LogKeeper } from './log/keeper-client.ts';
import { readLog } from './log/reader.ts';
import { startMain } from './main-process.ts';
import { isolationOf, processesIn, statusOf } from './read-record.ts';
import { boxProcesses, reapBox, trySignal } from './reap.ts';
import type { BoxRecord } from './record.ts';
import type { RunStatus } from './run-status.ts';
import { measure } from './stats.ts';
import type { BoxStore } from './store.ts';
import { Surroundings } from './surroundings.ts';

export interface ProcessBoxDeps {
  readonly store: BoxStore;
  readonly homes: Homes;
  readonly keeper: LogKeeper;
  readonly isolation: Promise<Isolation>;
  readonly graceMilliseconds: number;
  readonly now: () => number;
  readonly report: (line: string) => void;
}

interface Started {
  readonly group: number;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
}

/** An idle box whose process lived shorter than this so often in a row is not started again by itself. */
const minLifeMilliseconds = 1_000;
const maxShortLives = 3;

/**
 * One box: its record, and the processes that go with it. What changes it happens one after the other, and is
 * recorded before it is done: whoever opens the record later can finish it.
 */
export class ProcessBox {
  #record: BoxRecord;
  readonly #deps: ProcessBoxDeps;
  /** Process groups of commands that were started from here and have not ended. */
  readonly #groups = new Set<number>();
  readonly #attended: Attended;
  readonly #status: RunStatus;
  readonly #surroundings: Surroundings;
  readonly #log: DeployLog;
  #queue: Promise<unknown> = Promise.resolve();
  #removed = false;
  #shortLives = 0;

  constructor(record: BoxRecord, deps: ProcessBoxDeps) {
    this.#record = record;
    this.#deps = deps;
    this.#attended = deps.store.attended(record.id);
    this.#surroundings = new Surroundings(record.id, record.spec, deps.homes, deps.isolation);
    this.#status = deps.store.runStatus(record.id);
    this.#log = deps.store.deployLog(record.id, deps.now);
  }

  /** A box that does not exist yet; `save` and `begin` make it. */
  static make(id: string, spec: BoxSpec, deps: ProcessBoxDeps): ProcessBox {
    const now = deps.now();
    const unmade = { wanted: 'running', made: false, main: null, failure: null } as const;
    return new ProcessBox({ version: 1, id, spec, createdAt: now, updatedAt: now, ...unmade }, deps);
  }

  get id(): string {
    return this.#record.id;
  }

  get name(): string {
    return this.#record.spec.name;
  }

  get ports(): readonly number[] {
    return this.#record.spec.ports;
  }

  get isRemoved(): boolean {
    return this.#removed;
  }

  async save(): Promise<void> {
    await this.#deps.store.save(this.#record);
  }

  /** The box as it is now. */
  async look(): Promise<EngineBox> {
    if (this.#needsLook()) await this.#inTurn(() => this.#supervise());
    const { id, spec, createdAt, updatedAt, main, failure } = this.#record;
    const status = statusOf(this.#record);
    return {
      id,
      spec,
      status,
      failure: status === 'failed' ? (failure?.message ?? null) : null,
      createdAt,
      updatedAt,
      startedAt: main?.startedAt ?? null,
      endedAt: status === 'stopped' && failure?.code === 0 ? updatedAt : null,
      home: this.#deps.homes.path(spec.name),
      workspace: this.#deps.homes.workspace(spec.name),
      isolation: isolationOf(this.#record, await this.#deps.isolation),
      // Boxes share the machine's network, so a port is the same inside and outside.
      published: status === 'running' ? spec.ports.map((port) => ({ port, hostPort: port })) : [],
    };
  }

  /** Makes the home and starts the main process for the first time. @param notes lines for the log of its making. */
  begin(notes: readonly string[] = []): Promise<void> {
    return this.#inTurn(async () => {
      for (const note of notes) await this.#log.add(note);
      await this.#launch();
    });
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      this.#refuseIfDeleted();
      await this.#change({ wanted: 'running', failure: null });
      if (!(await this.#mainRuns())) await this.#launch();
    });
  }

  stop(): Promise<void> {
    return this.#inTurn(async () => {
      this.#refuseIfDeleted();
      await this.#change({ wanted: 'stopped', failure: null });
      await this.#reap();
    });
  }

  /** Ends the box and forgets it; may be called again after it failed. */
  remove(purge: boolean): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#removed) return;
      const wanted = purge || this.#record.wanted === 'deleted-with-home' ? 'deleted-with-home' : 'deleted';
      await this.#markDeleted(wanted);
      await this.#removeNow();
    });
  }

  /** On a full disk the log makes room for the record; where even that is not enough the box goes all the same. */
  async #markDeleted(wanted: 'deleted' | 'deleted-with-home'): Promise<void> {
    try {
      await this.#change({ wanted });
    } catch (error) {
      if (!hasCode(error, 'ENOSPC') && !hasCode(error, 'EDQUOT')) throw error;
      await this.#deps.store.forgetLogs(this.id);
      await this.#change({ wanted }).catch((again: unknown) => this.#report(again));
    }
  }

  /**
   * After the server was away: finishes what was begun, and starts again what was meant to run. Commands whose
   * clients were cut off then are ended, as they are when a client goes away; nothing waits for that.
   */
  resume(): Promise<void> {
    return this.#inTurn(async () => {
      this.#endUnattended(await this.#attended.takeAll());
      await this.#deps.keeper.hold(this.id);
      if (this.#record.wanted.startsWith('deleted')) return this.#removeNow();
      if (this.#record.wanted === 'stopped') return this.#reap();
      if (this.#record.made) return this.#supervise();
      // Something may have been started just before it could be written down.
      await this.#reap();
      await this.#launch();
    });
  }

  /** Starts something in the box, which from then on belongs to it. */
  async run<T extends Started>(
    argv: readonly [string, ...string[]],
    start: (entry: Entry) => Promise<T>,
  ): Promise<T> {
    const started = await start(await this.entry(argv, 'dumb'));
    this.#groups.add(started.group);
    void started.exited.then(() => this.#groups.delete(started.group));
    void this.#attended.watch(started.group, started.exited).catch((error: unknown) => this.#report(error));
    if (this.#record.wanted !== 'running') {
      // A removal that began while it started may have looked for processes already.
      started.kill('SIGKILL');
      throw new ApiProblem(409, 'not-running', `container ${this.name} is being stopped`);
    }
    return started;
  }

  /**
   * What has to be executed to run a program in the box; undefined is a login shell.
   * @throws ApiProblem 409 where it does not run, and as `Surroundings.entry`
   */
  async entry(argv: readonly [string, ...string[]] | undefined, term: string): Promise<Entry> {
    await this.#refuseUnlessRunning();
    return this.#surroundings.entry(this.#record.main?.init?.pid ?? null, argv, term);
  }

  logs(query: LogQuery): Promise<LogPage> {
    return readLog(this.#deps.store.directory(this.id), query);
  }

  /** @throws ApiProblem 409 where it does not run. */
  async stats(): Promise<BoxStats> {
    await this.#refuseUnlessRunning();
    const { spec } = this.#record;
    return measure(async () => boxProcesses(await processesIn(this.#record, this.#groups)), spec.memoryGb);
  }

  deployLog(): Promise<string> {
    return this.#log.read();
  }

  /** Where the record of the box is gone: ends the main process, if all it does is to wait. */
  disband(): Promise<void> {
    return this.#inTurn(async () => {
      this.#removed = true;
      const { main, spec } = this.#record;
      if (spec.command !== null || !main || !(await isRunning(main))) return;
      if (main.init) trySignal(main.init.pid, 'SIGKILL');
      else trySignal(main.pid, 'SIGTERM');
    });
  }

  #endUnattended(identities: readonly ProcessIdentity[]): void {
    reapUnattended(identities, this.#deps.graceMilliseconds)
      .then((left) => {
        if (left > 0) this.#report(`${left} processes that nobody attends could not be ended`);
      })
      .catch((error: unknown) => this.#report(error));
  }

  #report(problem: unknown): void {
    this.#deps.report(`${this.id}: ${problem instanceof Error ? problem.message : String(problem)}`);
  }

  #needsLook(): boolean {
    return this.#record.wanted === 'running' && this.#record.made && this.#record.failure === null;
  }

  /**
   * Looks after a main process that is gone. An idle box's is started again, and after a restart of the machine
   * everyone's; otherwise the command has ended.
   */
  async #supervise(): Promise<void> {
    if (!this.#needsLook() || (await this.#mainRuns())) return;
    const isFromEarlierBoot = this.#record.main?.bootId !== (await bootId());
    if (this.#record.spec.command === null || isFromEarlierBoot) return this.#launch();
    await this.#fail(await this.#status.exitCode());
  }

  async #mainRuns(): Promise<boolean> {
    return this.#record.main !== null && (await isRunning(this.#record.main));
  }

  async #launch(): Promise<void> {
    await this.#endSandbox();
    const options = await this.#surroundings.prepare();
    const pipes = options.command === null ? null : await this.#deps.keeper.open(this.id);
    await this.#status.clear();
    const startedAt = this.#deps.now();
    const started = await startMain({ ...options, pipes, status: this.#status }).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    if (started instanceof Error) return this.#failAt(`it could not be started: ${started.message}`);
    if (pipes) await this.#deps.keeper.hold(this.id);
    const { running, exited } = started;
    if (!running) return this.#fail((await exited).code);
    void exited.then((exit) => this.#ended(running.pid, exit));
    await this.#change({ made: true, main: { ...running, startedAt }, failure: null });
    await this.#log.add(
      `started as process ${running.pid}, ${isolationOf(this.#record, await this.#deps.isolation)}`,
    );
  }

  /** What is left in the sandbox of a main process that is gone. */
  async #endSandbox(): Promise<void> {
    const init = this.#record.main?.init;
    if (init && (await isRunning(init))) trySignal(init.pid, 'SIGKILL');
  }

  /** The main process ended under our eyes. */
  async #ended(pid: number, exit: Exit): Promise<void> {
    await this.#inTurn(async () => {
      const { main, wanted, spec } = this.#record;
      if (this.#removed || wanted !== 'running' || main?.pid !== pid) return;
      const isShort = this.#deps.now() - main.startedAt < minLifeMilliseconds;
      this.#shortLives = isShort ? this.#shortLives + 1 : 0;
      if (spec.command === null && this.#shortLives <= maxShortLives) return this.#launch();
      await this.#fail(exit.code);
    }).catch((error: unknown) => this.#report(error));
  }

  /** The main process has ended by itself, with this status if somebody knows it. */
  async #fail(code: number | null): Promise<void> {
    await this.#deps.keeper.settle(this.id);
    return this.#failAt(
      code === null ? 'it ended, and nobody saw how' : `it ended with status ${code}`,
      code,
    );
  }

  async #failAt(message: string, code: number | null = null): Promise<void> {
    await this.#change({ made: true, main: null, failure: { code, message } });
    await this.#log.add(message);
  }

  async #removeNow(): Promise<void> {
    await this.#reap();
    if (this.#record.wanted === 'deleted-with-home') await this.#deps.homes.purge(this.name);
    this.#deps.keeper.forget(this.id);
    await this.#deps.store.forget(this.id);
    this.#removed = true;
  }

  async #reap(): Promise<void> {
    const left = await reapBox(await processesIn(this.#record, this.#groups), this.#deps.graceMilliseconds);
    if (left > 0) {
      throw new ApiProblem(500, 'still-running', `${left} processes of ${this.name} could not be ended`);
    }
    if (this.#record.wanted.startsWith('deleted')) return;
    await this.#deps.keeper.settle(this.id);
    if (!this.#record.main) return;
    await this.#change({ main: null });
    await this.#log.add('its processes were ended');
  }

  async #refuseUnlessRunning(): Promise<void> {
    if (this.#needsLook()) await this.#inTurn(() => this.#supervise());
    const status = statusOf(this.#record);
    if (status === 'running') return;
    throw new ApiProblem(409, 'not-running', `container ${this.name} is ${status}, not running`);
  }

  #refuseIfDeleted(): void {
    if (!this.#record.wanted.startsWith('deleted')) return;
    throw new ApiProblem(409, 'deleting', `container ${this.name} is being deleted`);
  }

  async #change(part: Partial<BoxRecord>): Promise<void> {
    this.#record = { ...this.#record, ...part, updatedAt: this.#deps.now() };
    await this.save();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
