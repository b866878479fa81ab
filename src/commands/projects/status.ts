import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { projectFlags, projectNameSchema } from './shape.ts';
import { overviewView, projectView } from './view.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'show projects: where each stands, its box, its saves, and what is left over',
  examples: ['devbox status', 'devbox status my-project', 'devbox command=status project=my-project --json'],
  positionals: ['project'],
  flags: projectFlags,
  shape: { project: z.nullable(projectNameSchema).check(z.describe('only this project; null is all')) },
  async run({ project }, deps) {
    const overview = await requireFacet(await deps.provider(), 'projects').overview(project);
    const [only] = overview.projects;
    if (project === null || only === undefined)
      return { view: overviewView(overview, deps.context.clock.now()) };
    return { view: projectView(only, overview.leftovers) };
  },
});
