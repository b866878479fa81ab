import { problem } from '../deploy/find-named.ts';
import type { AllocatedGpu, EngineBox } from '../engine/engine.ts';
import { ApiProblem } from '../problem.ts';
import type { Gpu, ReadGpus } from './gpu.ts';

/** A GPU and the name of the box that has it; null for a free one. */
export interface PoolGpu {
  readonly gpu: Gpu;
  readonly holder: string | null;
}

/**
 * The GPUs of the machine, each given to one box at a time. Which are taken is read from the boxes that exist: nothing
 * is written here, so a box that is deleted gives its GPU back, and a restart of the server forgets nothing.
 */
export class GpuPool {
  readonly #read: ReadGpus;
  readonly #boxes: () => Promise<readonly EngineBox[]>;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(read: ReadGpus, boxes: () => Promise<readonly EngineBox[]>) {
    this.#read = read;
    this.#boxes = boxes;
  }

  /** All GPUs, by index. @throws ApiProblem 503 where they cannot be read. */
  async list(): Promise<PoolGpu[]> {
    const gpus = await this.#read();
    if (gpus.length === 0) return [];
    const holders = new Map(
      (await this.#boxes()).flatMap(({ spec }) => spec.gpus.map(({ uuid }) => [uuid, spec.name] as const)),
    );
    return [...gpus]
      .sort((a, b) => a.index - b.index)
      .map((gpu) => ({ gpu, holder: holders.get(gpu.uuid) ?? null }));
  }

  /** What the given GPUs do now, in their order; one that cannot be read is left out. Asks nothing for none. */
  async readings(allocated: readonly AllocatedGpu[]): Promise<Gpu[]> {
    if (allocated.length === 0) return [];
    const gpus = await this.#read().catch((error: unknown) => {
      if (error instanceof ApiProblem) return [];
      throw error;
    });
    return allocated.flatMap(({ uuid }) => gpus.find((gpu) => gpu.uuid === uuid) ?? []);
  }

  /**
   * Gives a free GPU of a kind to a box. Nobody else is given one until `create` has recorded the box.
   * @param type a part of the kind's name, in upper or lower case.
   * @throws ApiProblem 422 where there is no such kind or several are meant; 409 where all of it are taken, or where it
   * cannot be known: nothing was made.
   */
  allocate<T>(type: string, create: (gpu: AllocatedGpu) => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => create(await this.#choose(type)));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #choose(type: string): Promise<AllocatedGpu> {
    const all = await this.list().catch(cannotChoose);
    const kind = kindOf(
      type,
      all.map(({ gpu }) => gpu.name),
    );
    const ofKind = all.filter(({ gpu }) => gpu.name === kind);
    const free = ofKind.find(({ holder }) => holder === null);
    if (free) {
      const { uuid, index, name, memoryMib } = free.gpu;
      return { uuid, index, name, memoryMib };
    }
    const holders = ofKind.map(({ gpu, holder }) => `${holder} has GPU ${gpu.index}`).join(', ');
    const message = `no ${kind} is free: ${holders}`;
    throw new ApiProblem(409, 'no-capacity', message, { gpu_type: [message] });
  }
}

/** Clients take an error from 500 up for one after which the box may exist. */
function cannotChoose(error: unknown): never {
  if (!(error instanceof ApiProblem)) throw error;
  throw new ApiProblem(409, error.code, error.message, { gpu_type: [error.message] });
}

/** The kind of GPU that a text means: that of exactly this name, else the only one whose name has it as a part. */
function kindOf(type: string, names: readonly string[]): string {
  const kinds = [...new Set(names)];
  const wanted = type.trim().toLowerCase();
  const exact = kinds.find((kind) => kind.toLowerCase() === wanted);
  if (exact !== undefined) return exact;
  const [kind, ...more] = kinds.filter((name) => name.toLowerCase().includes(wanted));
  if (kind === undefined) {
    const there = kinds.length > 0 ? `this server has ${kinds.join(', ')}` : 'this server has no GPUs';
    throw problem(
      'gpu_type',
      'unavailable',
      `there is no GPU ${JSON.stringify(type.slice(0, 80))}: ${there}`,
    );
  }
  if (more.length === 0) return kind;
  const candidates = [kind, ...more].join(', ');
  throw problem('gpu_type', 'ambiguous', `gpu_type ${JSON.stringify(type)} could be ${candidates}`);
}
