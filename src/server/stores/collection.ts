import * as z from 'zod/mini';
import { readIfThere, writeDurably } from '../../base/files.ts';

/** What a change makes of a collection, and what its caller gets. */
export interface Change<T, R> {
  readonly items: readonly T[];
  readonly result: R;
}

interface Content<T> {
  readonly lastId: number;
  readonly items: readonly T[];
}

/**
 * Things of one kind in one file that only its owner can read. A change is on disk before anybody sees it, and changes
 * happen one after the other; numbers that were given once are never given again.
 */
export class Collection<T> {
  readonly #path: string;
  readonly #schema: z.ZodMiniType<T>;
  #content: Promise<Content<T>> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(path: string, schema: z.ZodMiniType<T>) {
    this.#path = path;
    this.#schema = schema;
  }

  /** All of them, in the order in which they were added. @throws an error that names a file that cannot be understood. */
  async items(): Promise<readonly T[]> {
    return (await this.#load()).items;
  }

  /** @param work gets what there is and the next free number; what it throws changes nothing. */
  change<R>(work: (items: readonly T[], nextId: number) => Change<T, R>): Promise<R> {
    const result = this.#queue.then(async () => {
      const { items, lastId } = await this.#load();
      const after = work(items, lastId + 1);
      const content = { lastId: after.items.length > items.length ? lastId + 1 : lastId, items: after.items };
      await writeDurably(this.#path, `${JSON.stringify({ version: 1, ...content }, null, 2)}\n`);
      this.#content = Promise.resolve(content);
      return after.result;
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** A file that cannot be read now is tried again by the next caller. */
  #load(): Promise<Content<T>> {
    this.#content ??= this.#read().catch((error: unknown) => {
      this.#content = undefined;
      throw error;
    });
    return this.#content;
  }

  async #read(): Promise<Content<T>> {
    const text = await readIfThere(this.#path);
    if (text === undefined) return { lastId: 0, items: [] };
    const schema = z.object({ version: z.literal(1), lastId: z.int(), items: z.array(this.#schema) });
    try {
      return z.parse(schema, JSON.parse(text));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.#path} cannot be understood: ${why}`, { cause: error });
    }
  }
}
