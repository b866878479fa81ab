import * as z from 'zod/mini';
import { defineCommand } from '../../command.ts';
import { volumeShape } from '../find-volume.ts';
import { filesView } from './files-view.ts';
import { openVolume } from './shape.ts';

export const volumesFilesLs = defineCommand({
  name: 'volumes_files_ls',
  summary: 'list a directory of a volume',
  examples: [
    'devbox volumes files ls data',
    'devbox volumes files ls data models',
    'devbox volumes ls data --path /models',
  ],
  positionals: ['volume', 'path'],
  shape: {
    ...volumeShape,
    path: z.string().check(z.describe('directory in the volume; empty for its root')),
  },
  async run({ volume, path }, deps) {
    return { view: filesView(await (await openVolume(volume, deps)).list(path), 'name') };
  },
});
