import { ApiProblem } from '../problem.ts';
import { Collection } from '../stores/collection.ts';
import { drawId } from '../stores/resource-id.ts';
import { builtInTemplates } from './built-in.ts';
import { type Template, templateSchema } from './template.ts';

export type TemplateFields = Omit<Template, 'id' | 'createdAt' | 'updatedAt'>;

/** The built-in templates and those that users have made. */
export class TemplateStore {
  readonly #own: Collection<Template>;
  readonly #now: () => number;

  /** @param path the file of the users' templates. */
  constructor(path: string, now: () => number) {
    this.#own = new Collection(path, templateSchema);
    this.#now = now;
  }

  /** All templates: the built-in ones, then the others in the order in which they were made. */
  async list(): Promise<readonly Template[]> {
    return [...builtInTemplates, ...(await this.#own.items())];
  }

  /** The template with this id, else the one with this name. @throws ApiProblem 404 */
  async get(idOrName: string): Promise<Template> {
    const all = await this.list();
    const named = all.find(({ name }) => name.toLowerCase() === idOrName.toLowerCase());
    return all.find(({ id }) => id === idOrName) ?? named ?? find(all, idOrName);
  }

  /** @throws ApiProblem 409 for a name that is taken. */
  add(fields: TemplateFields): Promise<Template> {
    return this.#own.change((items) => {
      refuseTaken(fields.name, items);
      const now = this.#now();
      const template = { ...fields, id: freeId(items), createdAt: now, updatedAt: now };
      return { items: [...items, template], result: template };
    });
  }

  /** @throws ApiProblem 404; 409 for a built-in one or a name that is taken. */
  edit(id: string, changes: Partial<TemplateFields>): Promise<Template> {
    return this.#own.change((items) => {
      const before = findOwn(items, id);
      const result = { ...before, ...changes, updatedAt: this.#now() };
      const others = items.filter((item) => item !== before);
      refuseTaken(result.name, others);
      return { items: items.map((item) => (item === before ? result : item)), result };
    });
  }

  /** @throws ApiProblem 404; 409 for a built-in one. */
  remove(id: string): Promise<void> {
    return this.#own.change((items) => {
      const template = findOwn(items, id);
      return { items: items.filter((item) => item !== template), result: undefined };
    });
  }
}

function find(items: readonly Template[], id: string): Template {
  const found = items.find((item) => item.id === id);
  if (!found) throw new ApiProblem(404, 'not-found', `there is no template ${JSON.stringify(id)}`);
  return found;
}

function findOwn(items: readonly Template[], id: string): Template {
  const builtIn = builtInTemplates.find((item) => item.id === id);
  if (!builtIn) return find(items, id);
  throw new ApiProblem(409, 'built-in', `template ${builtIn.name} is built in and cannot be changed`);
}

function refuseTaken(name: string, others: readonly Template[]): void {
  const holder = [...builtInTemplates, ...others].find(
    (item) => item.name.toLowerCase() === name.toLowerCase(),
  );
  if (!holder) return;
  const message = `there is already a template named ${holder.name} (${holder.id})`;
  throw new ApiProblem(409, 'name-taken', message, { name: [message] });
}

function freeId(items: readonly Template[]): string {
  for (;;) {
    const id = drawId();
    if (!items.some((item) => item.id === id)) return id;
  }
}
