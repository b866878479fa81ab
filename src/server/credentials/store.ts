import * as z from 'zod/mini';
import { ApiProblem } from '../problem.ts';
import { Collection } from '../stores/collection.ts';

const credentialSchema = z.object({
  id: z.int(),
  registry: z.string(),
  username: z.string(),
  password: z.string(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
});

/** What a private registry wants to see. The password leaves the server only to that registry. */
export type Credential = z.infer<typeof credentialSchema>;

const dockerHub = 'docker.io';

/** Credentials of private registries, in a file that only the server's user can read. */
export class CredentialStore {
  readonly #credentials: Collection<Credential>;
  readonly #now: () => number;

  constructor(path: string, now: () => number) {
    this.#credentials = new Collection(path, credentialSchema);
    this.#now = now;
  }

  /** All of them, oldest first, passwords included. */
  list(): Promise<readonly Credential[]> {
    return this.#credentials.items();
  }

  /** @throws ApiProblem 404 */
  async get(id: number): Promise<Credential> {
    const found = (await this.list()).find((credential) => credential.id === id);
    if (!found) throw new ApiProblem(404, 'not-found', `there is no credential ${id}`);
    return found;
  }

  /** The newest credential for an image's registry; undefined where there is none. */
  async forImage(reference: string): Promise<Credential | undefined> {
    const registry = registryOf(reference);
    return (await this.list()).findLast((credential) => sameRegistry(credential.registry) === registry);
  }

  /** @param fields an empty registry is Docker Hub. */
  add(fields: Pick<Credential, 'registry' | 'username' | 'password'>): Promise<Credential> {
    return this.#credentials.change((items, id) => {
      const registry = fields.registry || dockerHub;
      const credential = { id, ...fields, registry, createdAt: this.#now() };
      return { items: [...items, credential], result: credential };
    });
  }

  /** @throws ApiProblem 404 */
  remove(id: number): Promise<void> {
    return this.#credentials.change((items) => {
      const left = items.filter((credential) => credential.id !== id);
      if (left.length === items.length) {
        throw new ApiProblem(404, 'not-found', `there is no credential ${id}`);
      }
      return { items: left, result: undefined };
    });
  }
}

/** The registry that an image reference names: `ghcr.io` of `ghcr.io/team/image:1`; Docker Hub where it names none. */
export function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? sameRegistry(first) : dockerHub;
}

/** A registry's host without what may stand around it; Docker Hub under its one name. */
export function sameRegistry(registry: string): string {
  const host = registry
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '');
  return /^(index|registry-1|registry|hub)\.docker\.(io|com)$/.test(host) ? dockerHub : host;
}
