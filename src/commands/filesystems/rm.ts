import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { confirmDeletion, forceShape } from '../confirm-deletion.ts';
import { deletedView } from '../deleted-view.ts';
import { requireFacet } from '../require-facet.ts';
import { findFilesystem } from './find-filesystem.ts';

export const filesystemsRm = defineCommand({
  name: 'filesystems_rm',
  changes: true,
  summary: 'delete a filesystem and everything in it',
  examples: ['devbox filesystems rm data', 'devbox filesystems rm data --force'],
  positionals: ['filesystem'],
  shape: {
    filesystem: z
      .string()
      .check(
        z.minLength(1, 'an id or a name'),
        z.describe('the filesystem, by id, name or the beginning of its id'),
      ),
    ...forceShape,
  },
  async run({ filesystem: typed, force }, deps) {
    const facet = requireFacet(await deps.provider(), 'filesystems');
    const { item, isExact } = findFilesystem(typed, await facet.list());
    const what = `the filesystem ${item.name} (${item.id}) and everything in it`;
    await confirmDeletion({ what, typed, isExact, exactly: `filesystem=${item.id}`, force }, deps);
    await facet.remove(item);
    return { view: deletedView(item) };
  },
});
