import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readIfThere, writeDurably } from '../../../base/files.ts';
import type { BoxSpec } from '../engine.ts';
import { specSchema } from '../spec.ts';

const unmade = { spec: specSchema, createdAt: z.number(), since: z.number() };

/** What `note.json` holds: what the engine does not know of a box. */
const noteSchema = z.discriminatedUnion('state', [
  /** It is being made: the container of this deploy is there, or is to come. */
  z.object({ state: z.literal('deploying'), deploy: z.string(), ...unmade }),
  /** Making it failed; it has no container. */
  z.object({ state: z.literal('undeployed'), failure: z.string(), ...unmade }),
  /** It is meant not to run. `life` is when the life began that was ended, as the engine writes it. */
  z.object({ state: z.literal('stopped'), life: z.string(), since: z.number() }),
  /** Its program ended again and again, so it was stopped. */
  z.object({ state: z.literal('given-up'), life: z.string(), failure: z.string(), since: z.number() }),
  z.object({ state: z.literal('deleting'), since: z.number() }),
]);

type Read = z.infer<typeof noteSchema>;
type WithSpec<T> = T extends { readonly spec: unknown } ? Omit<T, 'spec'> & { readonly spec: BoxSpec } : T;
export type Note = WithSpec<Read>;
/** A note of a box without a container. */
export type UnmadeNote = Extract<Note, { readonly spec: BoxSpec }>;

/** A log of a deploy is not let grow beyond this, in bytes. */
const maxLogBytes = 1024 * 1024;

/**
 * The directory in which a server writes down what its engine does not know: which server it is, and for each box
 * what is being done to it, how it was made, and which commands are attended.
 */
export class Notes {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The id by which this server's containers are told from others'; made once. */
  async server(): Promise<string> {
    const path = join(this.#root, 'server-id');
    const known = (await readIfThere(path))?.trim();
    if (known) return known;
    const id = randomBytes(12).toString('hex');
    await writeDurably(path, `${id}\n`);
    return id;
  }

  /** The boxes that something is written down about. */
  async boxes(): Promise<string[]> {
    await mkdir(this.#path(), { recursive: true, mode: 0o700 });
    return readdir(this.#path());
  }

  /** The note on a box; undefined where there is none. @throws where it cannot be read. */
  async read(box: string): Promise<Note | undefined> {
    const text = await readIfThere(this.#path(box, 'note.json'));
    return text === undefined ? undefined : z.parse(noteSchema, JSON.parse(text));
  }

  async write(box: string, note: Note): Promise<void> {
    await writeDurably(this.#path(box, 'note.json'), `${JSON.stringify(note, null, 2)}\n`);
  }

  /** Takes the note on a box back; the rest stays. */
  async clear(box: string): Promise<void> {
    await rm(this.#path(box, 'note.json'), { force: true });
  }

  /** Removes all that is written down about a box. */
  async forget(box: string): Promise<void> {
    await rm(this.#path(box), { recursive: true, force: true, maxRetries: 3 });
  }

  /** Where it is noted which commands of a box are attended. */
  attended(box: string): string {
    return this.#path(box, 'attended');
  }

  /** Adds a line to the log of how a box was made. */
  async log(box: string, line: string): Promise<void> {
    const path = this.#path(box, 'deploy.log');
    const size = (await stat(path).catch(() => undefined))?.size ?? 0;
    if (size < maxLogBytes) await appendFile(path, `${line}\n`, { mode: 0o600 });
  }

  async readLog(box: string): Promise<string> {
    return readFile(this.#path(box, 'deploy.log'), 'utf8').catch(() => '');
  }

  #path(...parts: readonly string[]): string {
    return join(this.#root, 'boxes', ...parts);
  }
}
