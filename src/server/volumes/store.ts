import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readIfThere, syncFolder, writeDurably } from '../../base/files.ts';
import { ApiProblem } from '../problem.ts';
import { drawId } from '../stores/resource-id.ts';
import { Folder } from './folder.ts';
import { sweepIncoming } from './sweep.ts';
import { copyTree, removeTree } from './tree.ts';
import { isVolumeId, recordSchema, type Volume, type VolumeRequest } from './volume.ts';

/** Begins the names of directories that are not volumes: not yet, or no more. */
const half = '.half-';

/**
 * The volumes of a server: a directory each, with `volume.json`, the files in `data`, and in `incoming` what is being
 * uploaded. A volume appears and goes by the renaming of its directory, so that one half made is never seen; what a
 * killed server left half done is removed when the next one opens the store.
 */
export class VolumeStore {
  readonly #root: string;
  readonly #now: () => number;
  readonly #volumes = new Map<string, Volume>();
  /** Names of volumes that are being made. */
  readonly #reserved = new Set<string>();
  /** How many are at work with a volume right now, by id. */
  readonly #holders = new Map<string, number>();

  private constructor(root: string, now: () => number) {
    this.#root = root;
    this.#now = now;
  }

  /** @param report takes a line about each volume whose record cannot be read; it is left alone. */
  static async open(root: string, now: () => number, report: (line: string) => void): Promise<VolumeStore> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const store = new VolumeStore(root, now);
    for (const name of await readdir(root)) {
      if (name.startsWith(half)) await removeTree(root, name);
      else if (isVolumeId(name)) {
        await sweepIncoming(join(root, name, 'incoming'), now());
        await store.#load(name, report);
      }
    }
    return store;
  }

  /** All volumes, oldest first. */
  list(): Volume[] {
    return [...this.#volumes.values()].sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id));
  }

  /** The volume with this id, else the one with this name; undefined where there is none. */
  find(idOrName: string): Volume | undefined {
    return this.#volumes.get(idOrName) ?? this.list().find(({ name }) => name === idOrName);
  }

  /** @throws ApiProblem 404 */
  get(idOrName: string): Volume {
    const volume = this.find(idOrName);
    if (volume) return volume;
    throw new ApiProblem(404, 'not-found', `there is no volume ${JSON.stringify(idOrName)}`);
  }

  /**
   * Keeps a volume from being deleted until `work` is done: while a box that mounts it is being made, while a file is
   * being transferred.
   * @throws ApiProblem 404
   */
  async hold<T>(idOrName: string, work: (volume: Volume) => Promise<T>): Promise<T> {
    const volume = this.get(idOrName);
    this.#holders.set(volume.id, (this.#holders.get(volume.id) ?? 0) + 1);
    try {
      return await work(volume);
    } finally {
      this.#holders.set(volume.id, (this.#holders.get(volume.id) ?? 1) - 1);
    }
  }

  /** @throws ApiProblem 409 where the name is taken, 422 where it cannot be one. */
  create(request: VolumeRequest): Promise<Volume> {
    return this.#make(request, async (directory) => {
      await mkdir(join(directory, 'data'), { mode: 0o755 });
    });
  }

  /** A new volume with a copy of everything in another one. @throws as `create`, and 404. */
  duplicate(source: string, request: VolumeRequest): Promise<Volume> {
    return this.hold(source, (volume) =>
      this.#make(request, async (directory) => {
        const [from, to] = [await Folder.open(join(volume.path, '..')), await Folder.open(directory)];
        try {
          await copyTree(from, 'data', to, 'data');
        } finally {
          await Promise.all([from.close(), to.close()]);
        }
      }),
    );
  }

  /** Changes its name or its size. @throws ApiProblem 404; 409 where the name is taken. */
  async change(idOrName: string, change: Partial<Pick<Volume, 'name' | 'maxSizeGb'>>): Promise<Volume> {
    const before = this.get(idOrName);
    if (change.name !== undefined && change.name !== before.name) this.#checkName(change.name);
    const after = { ...before, ...change, updatedAt: this.#now() };
    this.#volumes.set(after.id, after);
    try {
      await this.#save(join(this.#root, after.id), after);
    } catch (error) {
      this.#volumes.set(before.id, before);
      throw error;
    }
    return after;
  }

  /**
   * Deletes a volume and its files. Its users are looked up once nobody can begin to use it.
   * @param users names the boxes that have it mounted.
   * @throws ApiProblem 404; 409 while it is used.
   */
  async remove(idOrName: string, users: (id: string) => Promise<readonly string[]>): Promise<Volume> {
    const volume = this.get(idOrName);
    if ((this.#holders.get(volume.id) ?? 0) > 0) throw inUse(volume, 'is being worked with');
    this.#volumes.delete(volume.id);
    const gone = `${half}${volume.id}`;
    try {
      const boxes = await users(volume.id);
      if (boxes.length > 0) throw inUse(volume, `is mounted by ${boxes.join(', ')}`);
      await rename(join(this.#root, volume.id), join(this.#root, gone));
    } catch (error) {
      this.#volumes.set(volume.id, volume);
      throw error;
    }
    await syncFolder(this.#root);
    await removeTree(this.#root, gone);
    return volume;
  }

  async #make(request: VolumeRequest, fill: (directory: string) => Promise<void>): Promise<Volume> {
    this.#checkName(request.name);
    this.#reserved.add(request.name);
    const id = this.#freeId();
    const unfinished = join(this.#root, `${half}${id}`);
    try {
      const now = this.#now();
      const path = join(this.#root, id, 'data');
      const volume: Volume = { ...request, id, path, createdAt: now, updatedAt: now };
      await mkdir(unfinished, { mode: 0o700 });
      await fill(unfinished);
      await mkdir(join(unfinished, 'incoming'), { mode: 0o700 });
      await this.#save(unfinished, volume);
      await rename(unfinished, join(this.#root, id));
      await syncFolder(this.#root);
      this.#volumes.set(id, volume);
      return volume;
    } catch (error) {
      await removeTree(this.#root, `${half}${id}`);
      throw error;
    } finally {
      this.#reserved.delete(request.name);
    }
  }

  #freeId(): string {
    for (;;) {
      const id = drawId();
      if (!this.find(id)) return id;
    }
  }

  #checkName(name: string): void {
    if (!/^[^\s/\p{C}](?:[^/\p{C}]{0,98}[^\s/\p{C}])?$/u.test(name)) {
      const why = 'must be 1 to 100 characters without slashes, control characters or spaces around it';
      throw new ApiProblem(422, 'invalid-request', `volume_name ${why}`, { volume_name: [why] });
    }
    if (
      this.#reserved.has(name) ||
      this.list().some((volume) => volume.name === name || volume.id === name)
    ) {
      throw new ApiProblem(409, 'name-taken', `there is a volume called ${name}`);
    }
  }

  async #load(id: string, report: (line: string) => void): Promise<void> {
    const file = join(this.#root, id, 'volume.json');
    try {
      const record = z.parse(recordSchema, JSON.parse((await readIfThere(file)) ?? 'null'));
      const { version: _, ...rest } = record;
      this.#volumes.set(id, { ...rest, id, path: join(this.#root, id, 'data') });
    } catch (error) {
      report(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #save(directory: string, { path: _, ...volume }: Volume): Promise<void> {
    const record = { version: 1, ...volume };
    await writeDurably(join(directory, 'volume.json'), `${JSON.stringify(record, null, 2)}\n`);
  }
}

function inUse(volume: Volume, why: string): ApiProblem {
  return new ApiProblem(409, 'volume-in-use', `the volume ${volume.name} ${why}`);
}
