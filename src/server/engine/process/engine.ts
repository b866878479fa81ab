import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { ApiProblem, noSuchBox } from '../../problem.ts';
import type { ShellSource } from '../../terminal/shell.ts';
import type {
  BoxSpec,
  BoxStats,
  CreateOptions,
  Engine,
  EngineBox,
  LogPage,
  LogQuery,
  RunningCommand,
} from '../engine.ts';
import { ProcessBox, type ProcessBoxDeps } from './box.ts';
import { startCommand } from './command.ts';
import { Homes } from './homes.ts';
import { probeIsolation } from './isolation/probe.ts';
import { LogKeeper } from './log/keeper-client.ts';
import { checkName, nameKey } from './names.ts';
import { PipeMaker } from './pipes.ts';
import { type PortHolder, refusedPorts } from './ports.ts';
import { BoxStore } from './store.ts';

export interface ProcessEngineOptions {
  /** Directory of the boxes' records and logs. */
  readonly boxes: string;
  /** Directory of the boxes' homes. */
  readonly homes: string;
  /** Whether boxes are kept apart with bubblewrap where it works. */
  readonly sandboxes: boolean;
  /** Further directories that no box may see. */
  readonly hidden: readonly string[];
  /** The program that keeps the boxes' logs: `keeper/main.ts` as one file. */
  readonly keeper: string;
  /** Seconds that a box's processes get to end by themselves before they are killed. */
  readonly graceSeconds: number;
  readonly now: () => number;
  /** Takes one line about something that nobody asked about. */
  readonly report: (line: string) => void;
}

/**
 * Opens the engine that needs nothing but the operating system: a box is a process group with a home of its own.
 * Finds the boxes that are there, and finishes what was interrupted.
 */
export async function openProcessEngine(options: ProcessEngineOptions): Promise<Engine> {
  const deps: ProcessBoxDeps = {
    store: new BoxStore(options.boxes),
    homes: new Homes(options.homes),
    keeper: new LogKeeper({ program: options.keeper, boxes: options.boxes, report: options.report }),
    isolation: options.sandboxes
      ? probeIsolation([dirname(options.boxes), options.homes, ...options.hidden])
      : Promise.resolve({ sandbox: null, why: 'this server makes no sandboxes' }),
    graceMilliseconds: options.graceSeconds * 1000,
    now: options.now,
    report: options.report,
  };
  const engine = new ProcessEngine(deps, await preparePipes(options));
  await engine.recover();
  return engine;
}

/** Elsewhere than on Linux a command can open its streams by name whatever they are. */
async function preparePipes({ report }: ProcessEngineOptions): Promise<PipeMaker | undefined> {
  if (process.platform !== 'linux') return undefined;
  const maker = new PipeMaker();
  try {
    await maker.prepare();
    return maker;
  } catch (error) {
    report(`no pipes, so /dev/stdin will not open in boxes: ${String(error)}`);
    return undefined;
  }
}

class ProcessEngine implements Engine {
  readonly name = 'process';
  readonly #deps: ProcessBoxDeps;
  readonly #boxes = new Map<string, ProcessBox>();
  /** Names in use, and by which box. A name is taken before anything is awaited: of two creators one loses. */
  readonly #names = new Map<string, string>();

  /** What holds the ports of boxes that are being made and not on the list yet. */
  readonly #made = new Set<PortHolder>();
  readonly #pipes: PipeMaker | undefined;

  constructor(deps: ProcessBoxDeps, pipes: PipeMaker | undefined) {
    this.#deps = deps;
    this.#pipes = pipes;
  }

  async recover(): Promise<void> {
    for (const record of await this.#deps.store.load(this.#deps.report)) {
      const box = new ProcessBox(record, this.#deps);
      this.#boxes.set(record.id, box);
      this.#names.set(nameKey(record.spec.name), record.id);
    }
    await Promise.all([...this.#boxes.values()].map((box) => this.#finish(box)));
  }

  get size(): number {
    return this.#boxes.size;
  }

  async list(): Promise<EngineBox[]> {
    return Promise.all([...this.#boxes.values()].map((box) => box.look()));
  }

  async get(id: string): Promise<EngineBox> {
    return this.#find(id).look();
  }

  async create(asked: BoxSpec, { mayLackPorts = false }: CreateOptions = {}): Promise<EngineBox> {
    checkName(asked.name);
    const id = randomUUID();
    const owner = this.#names.get(nameKey(asked.name));
    if (owner !== undefined) {
      const name = this.#boxes.get(owner)?.name ?? asked.name;
      throw new ApiProblem(409, 'name-taken', `there is already a container named ${name} (${owner})`);
    }
    this.#names.set(nameKey(asked.name), id);
    const holder = { id, name: asked.name, ports: asked.ports };
    try {
      const refused = await this.#refusedPorts(holder);
      const [first] = refused.values();
      if (first && !mayLackPorts) throw first;
      const ports = asked.ports.filter((port) => !refused.has(port));
      return await this.#make(id, { ...asked, ports }, refused);
    } catch (error) {
      if (!this.#boxes.has(id)) this.#names.delete(nameKey(asked.name));
      throw error;
    } finally {
      this.#made.delete(holder);
    }
  }

  async #make(id: string, spec: BoxSpec, refused: ReadonlyMap<number, ApiProblem>): Promise<EngineBox> {
    const box = ProcessBox.make(id, spec, this.#deps);
    try {
      await box.save();
      this.#boxes.set(id, box);
      await box.begin([...refused.values()].map(({ message }) => message));
    } catch (error) {
      await this.#abandon(box);
      throw error;
    }
    return box.look();
  }

  /** Ports are taken before anything is awaited, too: a box that is being made holds them already. */
  async #refusedPorts(holder: PortHolder): Promise<ReadonlyMap<number, ApiProblem>> {
    if (holder.ports.length === 0) return new Map();
    const others = [...this.#boxes.values(), ...this.#made].map(({ id, name, ports }) => ({
      id,
      name,
      ports,
    }));
    this.#made.add(holder);
    const { sandbox } = await this.#deps.isolation;
    return refusedPorts(holder.ports, others, sandbox === null && process.getuid?.() === 0);
  }

  async start(id: string): Promise<void> {
    await this.#find(id).start();
  }

  async stop(id: string): Promise<void> {
    await this.#find(id).stop();
  }

  async remove(id: string, { purge }: { readonly purge: boolean }): Promise<void> {
    const box = this.#find(id);
    await box.remove(purge);
    this.#forget(box);
  }

  async exec(id: string, argv: readonly [string, ...string[]]): Promise<RunningCommand> {
    return this.#find(id).run(argv, (entry) => startCommand(argv, entry, this.#pipes));
  }

  async shell(id: string): Promise<ShellSource> {
    const { argv, cwd, env } = await this.#find(id).entry(undefined, 'xterm-256color');
    return { kind: 'pty', argv: [...argv], cwd, env: { ...env } };
  }

  async disband(): Promise<void> {
    await Promise.all([...this.#boxes.values()].map((box) => box.disband()));
  }

  async restart(id: string): Promise<void> {
    await this.stop(id);
    await this.start(id);
  }

  // With nothing to pull or build, making it anew is starting it anew.
  async redeploy(id: string): Promise<void> {
    await this.restart(id);
  }

  async logs(id: string, query: LogQuery): Promise<LogPage> {
    return this.#find(id).logs(query);
  }

  async deployLog(id: string): Promise<string> {
    return this.#find(id).deployLog();
  }

  async stats(id: string): Promise<BoxStats> {
    return this.#find(id).stats();
  }

  #find(id: string): ProcessBox {
    const box = this.#boxes.get(id);
    if (!box) throw noSuchBox(id);
    return box;
  }

  /** Brings a box that was found on disk to where it was meant to be. */
  async #finish(box: ProcessBox): Promise<void> {
    try {
      await box.resume();
      if (box.isRemoved) this.#forget(box);
    } catch (error) {
      this.#deps.report(`${box.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Takes back a creation that failed; its home stays, it may be an old one. */
  async #abandon(box: ProcessBox): Promise<void> {
    try {
      await box.remove(false);
      this.#forget(box);
    } catch (error) {
      this.#deps.report(`${box.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #forget(box: ProcessBox): void {
    this.#boxes.delete(box.id);
    if (this.#names.get(nameKey(box.name)) === box.id) this.#names.delete(nameKey(box.name));
  }
}
