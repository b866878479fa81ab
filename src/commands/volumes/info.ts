import { defineCommand } from '../command.ts';
import { findVolume, volumeShape } from './find-volume.ts';
import { volumeView } from './volume-view.ts';

export const volumesInfo = defineCommand({
  name: 'volumes_info',
  summary: 'show a volume',
  examples: ['devbox volumes info data'],
  positionals: ['volume'],
  shape: volumeShape,
  async run(config, deps) {
    const { volume, volumes } = await findVolume(config.volume, deps);
    return { view: volumeView(await volumes.get(volume.id)) };
  },
});
