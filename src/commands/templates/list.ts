import * as z from 'zod/mini';
import { clip } from '../../base/text.ts';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { listView } from '../list-view.ts';
import { requireFacet } from '../require-facet.ts';
import { templateJson } from './view.ts';

export const templates = defineCommand({
  name: 'templates',
  summary: 'list templates, which boxes are made from',
  examples: ['devbox templates', 'devbox templates --type gpu', 'devbox command=templates --json'],
  positionals: [],
  shape: {
    type: z
      .nullable(z.enum(['gpu', 'cpu'], { error: 'must be gpu or cpu' }))
      .check(z.describe('only those for boxes with a GPU (gpu) or without (cpu); null is all')),
  },
  async run({ type }, deps) {
    const all = await requireFacet(await deps.provider(), 'templates').list();
    const shown = all
      .filter((template) => type === null || template.type === type)
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
    return {
      view: listView({
        noun: 'template',
        columns: ['NAME', 'ID', 'TYPE', 'VISIBILITY', 'IMAGE'],
        rows: shown.map((template) => [
          [token('strong', template.name)],
          template.id,
          template.type || '-',
          template.visibility || '-',
          shortImage(template.image),
        ]),
        none: [
          'No templates. ',
          token('command', 'devbox templates create NAME --image IMAGE'),
          ' makes one.',
        ],
        json: shown.map((template) => templateJson(template, false)),
        quiet: shown.map(({ id }) => id),
      }),
    };
  },
});

/** An image in a column of a narrow terminal: without what goes without saying, and cut. */
const shortImage = (image: string): string => clip(image.replace(/^docker\.io\/(library\/)?/, ''), 30) || '-';

export const templatesCategories = defineCommand({
  name: 'templates_categories',
  summary: 'list the categories that templates can be in',
  examples: ['devbox templates categories'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    const all = await requireFacet(await deps.provider(), 'templates').categories();
    return {
      view: listView({
        noun: 'category',
        plural: 'categories',
        columns: ['ID', 'NAME', 'DESCRIPTION'],
        rows: all.map(({ id, name, description }) => [String(id), name, description]),
        none: 'No categories',
        json: all,
        quiet: all.map(({ id }) => String(id)),
      }),
    };
  },
});
