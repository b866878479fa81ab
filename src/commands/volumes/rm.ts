import { defineCommand } from '../command.ts';
import { confirmDeletion, forceShape } from '../confirm-deletion.ts';
import { findVolume, volumeShape } from './find-volume.ts';

export const volumesRm = defineCommand({
  name: 'volumes_rm',
  changes: true,
  summary: 'delete a volume and everything in it',
  examples: ['devbox volumes rm data', 'devbox volumes rm data --force'],
  positionals: ['volume'],
  shape: { ...volumeShape, ...forceShape },
  async run({ volume: typed, force }, deps) {
    const { volume, volumes, isExact } = await findVolume(typed, deps);
    const what = `the volume ${volume.name} (${volume.id}) and everything in it`;
    await confirmDeletion({ what, typed, isExact, exactly: `volume=${volume.id}`, force }, deps);
    await volumes.remove(volume.id);
    return {
      view: {
        cards: [
          {
            title: volume.name,
            rows: [
              { label: 'ID', value: volume.id },
              { label: 'Status', value: 'deleted' },
            ],
          },
        ],
        json: { uuid: volume.id, name: volume.name, action: 'deleted' },
        quiet: [volume.id],
      },
    };
  },
});
