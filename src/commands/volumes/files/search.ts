import * as z from 'zod/mini';
import { defineCommand } from '../../command.ts';
import { volumeShape } from '../find-volume.ts';
import { filesView } from './files-view.ts';
import { openVolume } from './shape.ts';

export const volumesFilesSearch = defineCommand({
  name: 'volumes_files_search',
  summary: 'find files of a volume by a part of their name',
  examples: [
    'devbox volumes files search data .safetensors',
    'devbox volumes files search data config models',
  ],
  positionals: ['volume', 'query', 'path'],
  shape: {
    ...volumeShape,
    query: z.string().check(z.minLength(1, 'a part of a name'), z.describe('what the name holds')),
    path: z.string().check(z.describe('directory in which to look; empty for the whole volume')),
  },
  async run({ volume, query, path }, deps) {
    return { view: filesView(await (await openVolume(volume, deps)).search(query, path), 'path') };
  },
});
