import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { newName, sizeGb } from './create.ts';
import { findVolume, volumeShape } from './find-volume.ts';
import { volumeView } from './volume-view.ts';

export const volumesClone = defineCommand({
  name: 'volumes_clone',
  changes: true,
  summary: 'make a volume with a copy of everything in another one',
  examples: ['devbox volumes clone data --name data-2', 'devbox volumes clone data data-2 --size 200'],
  positionals: ['volume', 'name'],
  shape: {
    ...volumeShape,
    name: newName.check(z.describe('what the new one is called')),
    size: z.nullable(sizeGb).check(z.describe('how much it holds, in GB; null for the size of the first')),
  },
  async run({ volume: identifier, name, size }, deps) {
    const { volume, volumes } = await findVolume(identifier, deps);
    return { view: volumeView(await volumes.duplicate(volume, name, size)) };
  },
});
