import { randomUUID } from 'node:crypto';
import { ApiProblem, noSuchBox } from '../../problem.ts';
import type { ShellSource } from '../../terminal/shell.ts';
import type { BoxSpec, BoxStats, Engine, EngineBox, LogPage, LogQuery, RunningCommand } from '../engine.ts';
import { checkName, nameKey } from '../process/names.ts';
import { DockerBox, type DockerBoxDeps } from './box.ts';
import { EngineRefusal } from './client.ts';
import type { BoxContainer } from './containers.ts';
import { type ExecDeps, startCommand } from './exec.ts';
import { readLogs } from './logs.ts';
import { makeShell } from './shell.ts';
import { readStats } from './stats.ts';

/** Boxes as containers of an engine with Docker's API; see open.ts. */
export class DockerEngine implements Engine {
  readonly name = 'docker';
  readonly #deps: DockerBoxDeps;
  readonly #defaultImage: string;
  readonly #boxes = new Map<string, DockerBox>();
  /** Names in use, and by which box. A name is taken before anything is awaited: of two creators one loses. */
  readonly #names = new Map<string, string>();

  /** @param defaultImage what a box is made from that names no image. */
  constructor(deps: DockerBoxDeps, defaultImage: string) {
    this.#deps = deps;
    this.#defaultImage = defaultImage;
  }

  /** Finds the boxes that are there, and finishes what was interrupted. */
  async recover(): Promise<void> {
    const { notes, containers, report } = this.#deps;
    for (const { mark } of await containers.look()) this.#take(mark.box, mark.spec.name, undefined);
    for (const id of await notes.boxes()) {
      const note = await notes.read(id).catch((error: unknown) => {
        report(`${id}: its note cannot be read and is left out: ${String(error)}`);
        return undefined;
      });
      if (note) this.#take(id, 'spec' in note ? note.spec.name : undefined, note);
      // Its container was removed by somebody else, or its creation was cut off before it was promised to anybody.
      else if (!this.#boxes.has(id)) await notes.forget(id);
    }
    await Promise.all([...this.#boxes.values()].map((box) => this.#finish(box)));
  }

  get size(): number {
    return this.#boxes.size;
  }

  async list(): Promise<EngineBox[]> {
    const boxes = [...this.#boxes.values()];
    const containers = await this.#guard(() => this.#deps.containers.look());
    const newest = new Map(containers.map((each): [string, BoxContainer] => [each.mark.box, each]));
    const seen = await Promise.all(
      boxes.map(async (box) => box.view(newest.get(box.id)) ?? (await this.#look(box))),
    );
    return seen.filter((box) => box !== undefined).sort((a, b) => a.createdAt - b.createdAt);
  }

  async get(id: string): Promise<EngineBox> {
    const box = await this.#look(this.#find(id));
    if (!box) throw noSuchBox(id);
    return box;
  }

  async create(asked: BoxSpec): Promise<EngineBox> {
    const spec = {
      ...asked,
      image: asked.image ?? { reference: this.#defaultImage, pull: 'cached', credential: null },
    } as const;
    checkName(spec.name);
    const id = randomUUID();
    // Nothing is promised where the engine does not answer.
    await this.#guard(() => this.#deps.containers.ids(id));
    for (let holder = this.#holderOf(spec.name); holder; holder = this.#holderOf(spec.name)) {
      // Somebody else may have removed its container; then the name is free.
      const box = await this.#look(holder);
      if (box) {
        throw new ApiProblem(
          409,
          'name-taken',
          `there is already a container named ${box.spec.name} (${box.id})`,
        );
      }
    }
    const box = this.#take(id, spec.name, undefined);
    try {
      await box.begin(spec, this.#deps.now());
    } catch (error) {
      this.#forget(box);
      throw error;
    }
    return box.view(undefined) ?? this.get(id);
  }

  async start(id: string): Promise<void> {
    await this.#guard(() => this.#find(id).start());
  }

  async stop(id: string): Promise<void> {
    await this.#guard(() => this.#find(id).stop());
  }

  async restart(id: string): Promise<void> {
    await this.#guard(() => this.#find(id).restart());
  }

  async redeploy(id: string): Promise<void> {
    await this.#guard(() => this.#find(id).redeploy());
  }

  /** What outlives a box are its volumes; there is no home to purge. */
  async remove(id: string): Promise<void> {
    const box = this.#find(id);
    await this.#guard(() => box.remove());
    this.#forget(box);
  }

  async exec(id: string, argv: readonly [string, ...string[]]): Promise<RunningCommand> {
    return this.#inside(id, (container, deps) => startCommand(container.id, argv, deps));
  }

  async shell(id: string): Promise<ShellSource> {
    return this.#inside(id, (container) => makeShell(this.#deps.client, container.id));
  }

  /** Without the records nobody could find these containers again. */
  async disband(): Promise<void> {
    for (const { id, mark } of await this.#deps.containers.look()) {
      if (mark.spec.command === null) await this.#deps.containers.remove(id);
    }
  }

  async logs(id: string, query: LogQuery): Promise<LogPage> {
    const box = this.#find(id);
    return this.#guard(async () => {
      const container = await box.container();
      if (!container) return { entries: [], cursor: query.after ?? '', truncated: false };
      const { client, facts } = this.#deps;
      const isOver = !container.state.Running;
      const cutsLongLines = facts.product === 'Podman';
      return readLogs({ client, container: container.id, isOver, cutsLongLines }, query);
    });
  }

  async deployLog(id: string): Promise<string> {
    return this.#deps.notes.readLog(this.#find(id).id);
  }

  async stats(id: string): Promise<BoxStats> {
    return this.#inside(id, ({ id: container }) => readStats(this.#deps.client, container, this.#deps.facts));
  }

  /** The program of a box ends at once, again and again. */
  giveUp(id: string, failure: string): void {
    const { report } = this.#deps;
    this.#boxes
      .get(id)
      ?.giveUp(failure)
      .catch((error: unknown) => report(`${id}: ${String(error)}`));
  }

  async #inside<T>(id: string, work: (container: BoxContainer, deps: ExecDeps) => Promise<T>): Promise<T> {
    const box = this.#find(id);
    const { client, report } = this.#deps;
    const attend: ExecDeps['attend'] = (process) => box.attended.add(process);
    return this.#guard(async () =>
      work(await box.running(), { client, attend, report: (line) => report(`${id}: ${line}`) }),
    );
  }

  async #look(box: DockerBox): Promise<EngineBox | undefined> {
    const seen = await this.#guard(() => box.look());
    if (!seen) this.#forget(box);
    return seen;
  }

  /** What an engine refuses for reasons that nobody foresaw is told with its own words. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      const status = error.status === 404 || error.status === 409 ? error.status : 502;
      throw new ApiProblem(status, 'engine-refused', `the container engine refused: ${error.message}`);
    }
  }

  #holderOf(name: string): DockerBox | undefined {
    return this.#boxes.get(this.#names.get(nameKey(name)) ?? '');
  }

  #take(id: string, name: string | undefined, note: ConstructorParameters<typeof DockerBox>[1]): DockerBox {
    const box = new DockerBox(id, note, this.#deps);
    this.#boxes.set(id, box);
    if (name !== undefined) this.#names.set(nameKey(name), id);
    return box;
  }

  #find(id: string): DockerBox {
    const box = this.#boxes.get(id);
    if (!box) throw noSuchBox(id);
    return box;
  }

  async #finish(box: DockerBox): Promise<void> {
    try {
      await box.resume();
      if (!(await box.look())) this.#forget(box);
    } catch (error) {
      this.#deps.report(`${box.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #forget(box: DockerBox): void {
    this.#boxes.delete(box.id);
    for (const [name, id] of this.#names) if (id === box.id) this.#names.delete(name);
    void this.#deps.notes.forget(box.id);
  }
}
