import * as z from 'zod/mini';
import { token } from '../../ui/card.ts';
import { defineCommand } from '../command.ts';
import { filesystemCard, filesystemJson } from '../list/filesystems-view.ts';
import { requireFacet } from '../require-facet.ts';

export const filesystemsCreate = defineCommand({
  name: 'filesystems_create',
  changes: true,
  summary: 'make a filesystem in a region; its boxes must be there, too',
  examples: ['devbox filesystems create data --region us-east-3'],
  positionals: ['name'],
  shape: {
    name: z
      .string()
      .check(
        z.maxLength(60, 'at most 60 characters'),
        z.regex(/^[a-zA-Z]+[0-9a-zA-Z-]*$/, 'letters, digits and hyphens, a letter first'),
        z.describe('what it is called; boxes mount it under this name'),
      ),
    region: z
      .string({ error: 'must name a region: devbox regions' })
      .check(
        z.minLength(1, 'a region: devbox regions'),
        z.describe('where it is; devbox regions shows them'),
      ),
  },
  async run({ name, region }, deps) {
    const made = await requireFacet(await deps.provider(), 'filesystems').create({ name, region });
    const next = `devbox up region=${made.region || region} filesystem_name=${made.name} ...`;
    return {
      view: {
        cards: [filesystemCard(made)],
        footer: [['A box mounts it: ', token('command', next)]],
        json: filesystemJson(made),
        quiet: [made.name],
      },
    };
  },
});
