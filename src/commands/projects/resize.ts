import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { volumeSizeSchema } from './new.ts';
import { projectFlags, projectShape } from './shape.ts';

export const resize = defineCommand({
  name: 'resize',
  changes: true,
  summary: 'give a project a larger root volume',
  examples: ['devbox resize my-project 200', 'devbox resize my-project size=200'],
  positionals: ['project', 'size'],
  flags: projectFlags,
  shape: { ...projectShape, size: volumeSizeSchema.check(z.describe('least size in GiB; none shrinks')) },
  async run({ project, size }, deps) {
    const footer = await requireFacet(await deps.provider(), 'projects').resize(project, size);
    return {
      view: {
        cards: [{ title: project, rows: [{ label: 'Root Volume', value: `at least ${size} GiB` }] }],
        footer,
        json: { project, volume_size: size },
        quiet: [project],
      },
    };
  },
});
