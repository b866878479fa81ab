import * as z from 'zod/mini';
import { defineCommand } from '../../command.ts';
import { confirmDeletion, forceShape } from '../../confirm-deletion.ts';
import { findVolume, volumeShape } from '../find-volume.ts';
import { doneView } from './files-view.ts';
import { inVolume, openVolume, pathShape, plainPath } from './shape.ts';

export const volumesFilesMkdir = defineCommand({
  name: 'volumes_files_mkdir',
  changes: true,
  summary: 'make a directory in a volume',
  examples: ['devbox volumes files mkdir data models'],
  positionals: ['volume', 'path'],
  shape: { ...volumeShape, ...pathShape },
  async run({ volume, path }, deps) {
    await (await openVolume(volume, deps)).makeDirectory(path);
    return { view: doneView('created', plainPath(path)) };
  },
});

export const volumesFilesRm = defineCommand({
  name: 'volumes_files_rm',
  changes: true,
  summary: 'delete a file of a volume, or a directory with everything in it',
  examples: ['devbox volumes files rm data old.bin', 'devbox volumes files rm data runs/1 --force'],
  positionals: ['volume', 'path'],
  shape: { ...volumeShape, ...pathShape, ...forceShape },
  async run({ volume: typed, path, force }, deps) {
    const { volume, volumes, isExact } = await findVolume(typed, deps);
    const what = `${plainPath(path)} in the volume ${volume.name} (${volume.id})`;
    await confirmDeletion({ what, typed, isExact, exactly: `volume=${volume.id}`, force }, deps);
    await volumes.files(volume.id).remove(path);
    return { view: doneView('deleted', plainPath(path)) };
  },
});

const fromTo = {
  from: inVolume.check(z.describe('what, by its path in the volume')),
  to: inVolume.check(z.describe('its new path in the volume, which must be free')),
};

export const volumesFilesMv = defineCommand({
  name: 'volumes_files_mv',
  changes: true,
  summary: 'rename or move within a volume',
  examples: ['devbox volumes files mv data a.txt archive/a.txt'],
  positionals: ['volume', 'from', 'to'],
  shape: { ...volumeShape, ...fromTo },
  async run({ volume, from, to }, deps) {
    await (await openVolume(volume, deps)).rename(from, to);
    return { view: doneView('moved', plainPath(to), { from: plainPath(from) }) };
  },
});

export const volumesFilesCp = defineCommand({
  name: 'volumes_files_cp',
  changes: true,
  summary: 'copy within a volume',
  examples: ['devbox volumes files cp data model.bin backup/model.bin'],
  positionals: ['volume', 'from', 'to'],
  shape: { ...volumeShape, ...fromTo },
  async run({ volume, from, to }, deps) {
    await (await openVolume(volume, deps)).copy(from, to);
    return { view: doneView('copied', plainPath(to), { from: plainPath(from) }) };
  },
});
