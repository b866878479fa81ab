import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { ApiProblem, noSuchBox } from '../../problem.ts';
import type { BoxSpec, EngineBox } from '../engine.ts';
import { Attended } from './attended.ts';
import { EngineRefusal } from './client.ts';
import type { BoxContainer } from './containers.ts';
import { type DeployDeps, type Deploying, deploy } from './deploy.ts';
import { DeployFailure } from './image.ts';
import { runIn } from './kill.ts';
import type { Note, Notes, UnmadeNote } from './notes.ts';
import { killExactlyWords } from './scripts.ts';
import { isNoted, toEngineBox } from './view.ts';

/** How often an engine is told to stop a container that it starts again meanwhile. */
const maxStops = 5;

export interface DockerBoxDeps extends DeployDeps {
  readonly notes: Notes;
  readonly now: () => number;
  readonly report: (line: string) => void;
}

/**
 * One box: the note on it, and its container. What changes it happens one after the other, and is noted before it is
 * done: whoever reads the note later can finish it.
 */
export class DockerBox {
  readonly id: string;
  readonly attended: Attended;
  readonly #deps: DockerBoxDeps;
  #note: Note | undefined;
  #phase: 'pulling' | 'creating' = 'creating';
  #making = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(id: string, note: Note | undefined, deps: DockerBoxDeps) {
    this.id = id;
    this.#note = note;
    this.#deps = deps;
    this.attended = new Attended(deps.notes.attended(id));
  }

  /** The box as it is now. @param container its container, where it has one. */
  view(container: BoxContainer | undefined): EngineBox | undefined {
    return toEngineBox({
      ...{ id: this.id, note: this.#note, phase: this.#phase, container },
      ...{ facts: this.#deps.facts, now: this.#deps.now() },
    });
  }

  /** Its container: the newest, while there are two. */
  async container(): Promise<BoxContainer | undefined> {
    return (await this.#deps.containers.look(this.id)).at(-1);
  }

  /** The box as it is now; undefined where it is gone, with its container or as somebody removed that. */
  async look(): Promise<EngineBox | undefined> {
    // Between a look and the next the making may end, which moves what is known from the note to the container.
    return this.view(await this.container()) ?? this.view(await this.container());
  }

  /** Writes down that it is to be made, and begins; resolves when it is written. */
  async begin(spec: BoxSpec, createdAt: number): Promise<void> {
    const note: Note = {
      ...{ state: 'deploying', deploy: randomBytes(8).toString('hex'), spec, createdAt },
      since: this.#deps.now(),
    };
    // Known from now on: who looks before it is written must not take the box for gone.
    this.#note = note;
    this.#phase = 'creating';
    this.#making = new AbortController();
    await this.#write(note);
    this.#later(() => this.#make(note));
  }

  start(): Promise<void> {
    return this.#change(async () => {
      const container = await this.#settled();
      if (!container) return this.#again();
      await this.#engine('started', (docker) => docker.getContainer(container.id).start());
      await this.#clear();
    });
  }

  stop(): Promise<void> {
    return this.#change(async () => {
      const container = await this.#settled();
      if (!container) return;
      await this.#stopAs(container, (life) => ({ state: 'stopped', life, since: this.#deps.now() }));
    });
  }

  restart(): Promise<void> {
    return this.#change(async () => {
      const container = await this.#settled();
      if (!container) return this.#again();
      const t = this.#deps.graceSeconds;
      await this.#engine('restarted', (docker) => docker.getContainer(container.id).restart({ t }));
      await this.#clear();
    });
  }

  /** Makes it anew from its spec; resolves when that is written down. */
  redeploy(): Promise<void> {
    return this.#change(async () => {
      const container = await this.#settled();
      if (!container) return this.#again();
      await this.begin(container.mark.spec, container.mark.createdAt);
    });
  }

  /** Ends everything in it and forgets it; may be called again after it failed. */
  async remove(): Promise<void> {
    this.#making.abort(new Error('the box is being deleted'));
    await this.#inTurn(async () => {
      await this.#write({ state: 'deleting', since: this.#deps.now() });
      await this.#removeNow();
    });
  }

  /** Its program ended at once, again and again. */
  giveUp(failure: string): Promise<void> {
    return this.#inTurn(async () => {
      const container = await this.container();
      const note = this.#note;
      if (!container || note?.state === 'deploying' || note?.state === 'deleting') return;
      // A note on an earlier life is out of date: the engine was just about to start it again.
      if (note && isNoted(note, container.state)) return;
      const since = this.#deps.now();
      await this.#stopAs(container, (life) => ({ state: 'given-up', life, failure, since }));
    });
  }

  /** After the server was away: finishes what was begun. Nothing waits for what takes long. */
  async resume(): Promise<void> {
    this.#later(() => this.#endUnattended());
    const note = this.#note;
    if (note?.state === 'deploying') this.#later(() => this.#make(note));
    else if (note?.state === 'deleting') await this.#inTurn(() => this.#removeNow());
    else if (!note) await this.#inTurn(() => this.#keepNewest());
    else if (note?.state === 'stopped' || note?.state === 'given-up') {
      const container = await this.container();
      if (container?.state.Running && container.state.StartedAt === note.life) {
        this.#later(() => this.#engineStop(container));
      }
    }
  }

  /** A running container to do something in. @throws ApiProblem 409 where it does not run. */
  async running(): Promise<BoxContainer> {
    const container = await this.container();
    const box = this.view(container);
    if (!box) throw noSuchBox(this.id);
    if (box.status !== 'running' || !container) {
      throw new ApiProblem(409, 'not-running', `container ${box.spec.name} is ${box.status}, not running`);
    }
    return container;
  }

  async #make(note: Extract<Note, { state: 'deploying' }>): Promise<void> {
    if (this.#note !== note) return;
    const { signal } = this.#making;
    const mark = { box: this.id, deploy: note.deploy, createdAt: note.createdAt, spec: note.spec };
    const how = {
      signal,
      log: (line: string): Promise<void> => this.#log(line),
      onPhase: (phase: 'pulling' | 'creating'): void => {
        this.#phase = phase;
      },
    };
    try {
      await patiently(() => deploy(mark, this.#deps, how), how);
      await this.#clear();
    } catch (error) {
      if (signal.aborted) return;
      const isKnown = error instanceof DeployFailure || error instanceof EngineRefusal;
      const why = isKnown ? error.message : `the server failed: ${String(error)}`;
      if (!isKnown) this.#report(error);
      await this.#log(`failed: ${why}`);
      await this.#unmade(note, why);
    }
  }

  /** A box that could not be made anew stays as it was; one that never was is failed. */
  async #unmade({ spec, createdAt }: UnmadeNote, failure: string): Promise<void> {
    if (await this.container()) return this.#clear();
    await this.#write({ state: 'undeployed', failure, spec, createdAt, since: this.#deps.now() });
  }

  /** Tries once more to make a box that has no container. */
  async #again(): Promise<void> {
    if (this.#note?.state !== 'undeployed') throw noSuchBox(this.id);
    await this.begin(this.#note.spec, this.#note.createdAt);
  }

  /** Its container, unless something is being done to it. @throws ApiProblem 409 */
  async #settled(): Promise<BoxContainer | undefined> {
    if (this.#note?.state === 'deleting')
      throw new ApiProblem(409, 'deleting', 'the container is being deleted');
    const container = await this.container();
    if (!container && this.#note?.state !== 'undeployed') throw noSuchBox(this.id);
    return container;
  }

  /** Notes why it is stopped, and stops it. */
  async #stopAs(container: BoxContainer, noteOn: (life: string) => Note): Promise<void> {
    let life = container.state.StartedAt;
    for (let tries = 0; tries < maxStops; tries++) {
      await this.#write(noteOn(life));
      await this.#engineStop(container);
      // The engine may have begun another life of it just before.
      const state = (await this.#deps.containers.inspect(container.id))?.state;
      if (!state || (state.StartedAt === life && !state.Running)) return;
      life = state.StartedAt;
    }
    await this.#write(noteOn(life));
  }

  async #engineStop({ id }: BoxContainer): Promise<void> {
    const t = this.#deps.graceSeconds;
    // 304: it does not run.
    await this.#deps.client.askQuietly((docker) => docker.getContainer(id).stop({ t }), [304, 404]);
  }

  async #removeNow(): Promise<void> {
    for (const id of await this.#deps.containers.ids(this.id)) await this.#deps.containers.remove(id);
    await this.#deps.notes.forget(this.id);
    this.#note = undefined;
  }

  async #keepNewest(): Promise<void> {
    const older = (await this.#deps.containers.look(this.id)).slice(0, -1);
    for (const { id } of older) await this.#deps.containers.remove(id);
  }

  /** Ends the commands whose clients went with the server before. */
  async #endUnattended(): Promise<void> {
    const processes = await this.attended.takeAll();
    if (processes.length === 0) return;
    const container = await this.container();
    if (!container?.state.Running) return;
    for (const { pid, start } of processes) {
      await runIn(this.#deps.client, container.id, killExactlyWords('SIGKILL', pid, start));
    }
  }

  /** Asks the engine for a change of state; being so already is fine. @throws ApiProblem 409 with its reason */
  async #engine(what: string, work: (docker: Docker) => Promise<unknown>): Promise<void> {
    try {
      await this.#deps.client.askQuietly(work, [304]);
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      if (error.status === 404) throw noSuchBox(this.id);
      throw new ApiProblem(409, 'engine-refused', `the container cannot be ${what}: ${error.message}`);
    }
  }

  async #write(note: Note): Promise<void> {
    await this.#deps.notes.write(this.id, note);
    this.#note = note;
  }

  async #clear(): Promise<void> {
    await this.#deps.notes.clear(this.id);
    this.#note = undefined;
  }

  async #log(line: string): Promise<void> {
    const time = new Date(this.#deps.now()).toISOString();
    await this.#deps.notes.log(this.id, `${time} ${line}`);
  }

  #report(problem: unknown): void {
    this.#deps.report(`${this.id}: ${problem instanceof Error ? problem.message : String(problem)}`);
  }

  /** @throws ApiProblem 409 at once where it is being made: that can take as long as a download. */
  async #change<T>(work: () => Promise<T>): Promise<T> {
    if (this.#note?.state === 'deploying') {
      throw new ApiProblem(409, 'being-made', `container ${this.#note.spec.name} is still being made`);
    }
    return this.#inTurn(work);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** The same, for what nobody waits for. */
  #later(work: () => Promise<void>): void {
    this.#inTurn(work).catch((error: unknown) => this.#report(error));
  }
}

/** Longest pause between two tries to reach an engine that does not answer, in milliseconds. */
const longestPause = 10_000;

/** Goes on when an engine that did not answer does again: it may have been restarted. */
async function patiently(work: () => Promise<void>, { signal, log }: Deploying): Promise<void> {
  for (let pause = 250; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 503 || signal.aborted) throw error;
      if (pause === 250) await log(`${error.message}; trying again until it does`);
      await sleep(pause, undefined, { signal, ref: false });
    }
  }
}
