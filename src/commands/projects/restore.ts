import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { projectFlags, projectShape } from './shape.ts';
import { projectView } from './view.ts';

export const restore = defineCommand({
  name: 'restore',
  changes: true,
  summary: 'have the next launch of a project boot an earlier saved image, once',
  examples: ['devbox restore my-project generation=3', 'devbox restore my-project image=ami-0abc12345678'],
  positionals: ['project'],
  flags: projectFlags,
  shape: {
    ...projectShape,
    generation: z
      ._default(z.nullable(z.int().check(z.minimum(1))), null)
      .check(z.describe('the save, by its number')),
    image: z._default(z.nullable(z.string()), null).check(z.describe('the save, by the id of its image')),
  },
  async run({ project, generation, image }, deps) {
    if ((generation === null) === (image === null)) throw oneOfThem(project);
    const projects = requireFacet(await deps.provider(), 'projects');
    const info = await projects.restore(project, generation ?? image ?? '');
    const next = [token('dim', 'Boot it: '), token('command', `devbox launch ${project}`)];
    return {
      view: projectView(info, [], [next, 'The newer saves stay; what is saved next becomes the newest.']),
    };
  },
});

function oneOfThem(project: string): DevboxError {
  return new DevboxError('usage', 'say which save: its generation or its image, and not both', {
    code: 'restore/which',
    title: 'Usage Error',
    hint: `devbox images project=${project} api=aws lists them. Then: devbox restore ${project} generation=N`,
  });
}
