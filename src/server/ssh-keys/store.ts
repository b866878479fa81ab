import * as z from 'zod/mini';
import { ApiProblem } from '../problem.ts';
import { Collection } from '../stores/collection.ts';

const sshKeySchema = z.object({
  id: z.int(),
  name: z.string(),
  publicKey: z.string(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
});

export type StoredSshKey = z.infer<typeof sshKeySchema>;

/** Public keys that new boxes are told of. */
export class SshKeyStore {
  readonly #keys: Collection<StoredSshKey>;
  readonly #now: () => number;

  constructor(path: string, now: () => number) {
    this.#keys = new Collection(path, sshKeySchema);
    this.#now = now;
  }

  list(): Promise<readonly StoredSshKey[]> {
    return this.#keys.items();
  }

  /** @throws ApiProblem 409 for a name that is taken. */
  add(fields: Pick<StoredSshKey, 'name' | 'publicKey'>): Promise<StoredSshKey> {
    return this.#keys.change((items, id) => {
      if (items.some(({ name }) => name === fields.name)) {
        const message = `there is already an SSH key named ${fields.name}`;
        throw new ApiProblem(409, 'name-taken', message, { name: [message] });
      }
      const key = { id, ...fields, createdAt: this.#now() };
      return { items: [...items, key], result: key };
    });
  }

  /** @throws ApiProblem 404 */
  remove(id: number): Promise<void> {
    return this.#keys.change((items) => {
      const left = items.filter((key) => key.id !== id);
      if (left.length === items.length) throw new ApiProblem(404, 'not-found', `there is no SSH key ${id}`);
      return { items: left, result: undefined };
    });
  }
}
