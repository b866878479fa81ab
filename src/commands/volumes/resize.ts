import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { sizeGb } from './create.ts';
import { findVolume, volumeShape } from './find-volume.ts';
import { volumeView } from './volume-view.ts';

export const volumesResize = defineCommand({
  name: 'volumes_resize',
  changes: true,
  summary: 'change how much a volume holds',
  examples: ['devbox volumes resize data --size 200'],
  positionals: ['volume', 'size'],
  shape: { ...volumeShape, size: sizeGb.check(z.describe('how much it is to hold, in GB')) },
  async run({ volume: identifier, size }, deps) {
    const { volume, volumes } = await findVolume(identifier, deps);
    return { view: volumeView(await volumes.resize(volume.id, size)) };
  },
});
