import { defineCommand } from '../command.ts';
import { filesystemsView } from '../list/filesystems-view.ts';
import { requireFacet } from '../require-facet.ts';

export const filesystems = defineCommand({
  name: 'filesystems',
  summary: 'list filesystems, whose files outlive boxes',
  examples: ['devbox filesystems', 'devbox filesystems list --json'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    return { view: filesystemsView(await requireFacet(await deps.provider(), 'filesystems').list()) };
  },
});
