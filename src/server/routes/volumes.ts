import { ApiProblem } from '../problem.ts';
import type { Volume } from '../volumes/volume.ts';
import { dataOf, doneWire } from '../wire/answers.ts';
import { listQuery, onePage, pageOf } from '../wire/page.ts';
import {
  changeVolumeRequest,
  createVolumeRequest,
  duplicateVolumeRequest,
  type VolumeWire,
  volumeWire,
} from '../wire/volumes.ts';
import { endpoint } from './endpoint.ts';
import type { Routes } from './routes.ts';

/** Volumes: list, create, look at, resize and rename, clone, delete. A name stands for an id everywhere. */
export const volumeRoutes: Routes = (app, { engine, volumes, meter }) => {
  const usersOf = async (id: string): Promise<string[]> =>
    (await engine.list())
      .filter(({ spec }) => spec.mounts.some(({ volume }) => volume === id))
      .map(({ spec }) => spec.name);
  const wire = async (volume: Volume): Promise<VolumeWire> =>
    toWire(volume, await meter.used(volume), await usersOf(volume.id));

  const checkSpace = async (id: string, gigabytes: number): Promise<void> => {
    const volume = volumes.get(id);
    meter.forget(volume.id);
    const used = await meter.used(volume);
    if (used <= gigabytes * gigabyte) return;
    const why = `must hold what is in the volume: ${Math.ceil(used / gigabyte)} GB`;
    throw new ApiProblem(422, 'too-small', `volume_space ${why}`, { volume_space: [why] });
  };

  endpoint(
    app,
    'GET',
    '/v1/volumes',
    {
      id: 'listVolumes',
      summary: 'All volumes, or the one of this name',
      query: listQuery,
      answer: pageOf(volumeWire),
    },
    async ({ query: { name } }) => {
      const wanted = volumes.list().filter((volume) => name === undefined || volume.name === name);
      return onePage('/v1/volumes', await Promise.all(wanted.map(wire)));
    },
  );

  endpoint(
    app,
    'POST',
    '/v1/volumes',
    {
      id: 'createVolume',
      summary: 'Make a volume',
      body: createVolumeRequest,
      answer: dataOf(volumeWire),
      created: true,
      problems: [409],
    },
    async ({ body }) => {
      const volume = await volumes.create({
        name: body.volume_name,
        maxSizeGb: body.volume_space,
        type: body.volume_type ?? null,
        region: body.region_id ?? null,
        description: body.description ?? null,
        notes: body.notes ?? null,
      });
      return { data: await wire(volume) };
    },
  );

  endpoint(
    app,
    'GET',
    '/v1/volumes/:volume',
    { id: 'getVolume', summary: 'One volume', answer: dataOf(volumeWire) },
    async ({ params }) => ({ data: await wire(volumes.get(params.volume)) }),
  );

  endpoint(
    app,
    'PUT',
    '/v1/volumes/:volume',
    {
      id: 'changeVolume',
      summary: 'Resize or rename a volume',
      notes: 'At least one of the keys is needed; `maxSize` means the same as `volume_space`.',
      body: changeVolumeRequest,
      answer: dataOf(volumeWire),
      problems: [409],
    },
    async ({ params, body }) => {
      const { volume_space, maxSize, volume_name } = body;
      const maxSizeGb = volume_space ?? maxSize;
      if (maxSizeGb !== undefined) await checkSpace(params.volume, maxSizeGb);
      const volume = await volumes.change(params.volume, {
        ...(maxSizeGb === undefined ? {} : { maxSizeGb }),
        ...(volume_name === undefined ? {} : { name: volume_name }),
      });
      return { data: await wire(volume) };
    },
  );

  endpoint(
    app,
    'POST',
    '/v1/volumes/:volume/duplicate',
    {
      id: 'duplicateVolume',
      summary: 'Make a volume with the files of another',
      body: duplicateVolumeRequest,
      answer: dataOf(volumeWire),
      created: true,
      problems: [409, 413],
    },
    async ({ params, body }) => {
      const source = volumes.get(params.volume);
      if (body.volume_space) await checkSpace(source.id, body.volume_space);
      const copy = await volumes.duplicate(source.id, {
        ...source,
        name: body.new_volume_name,
        maxSizeGb: body.volume_space ?? source.maxSizeGb,
      });
      return { data: await wire(copy) };
    },
  );

  endpoint(
    app,
    'DELETE',
    '/v1/volumes/:volume',
    {
      id: 'deleteVolume',
      summary: 'Delete a volume that no container has',
      answer: doneWire,
      problems: [409],
    },
    async ({ params }) => {
      const { name } = await volumes.remove(params.volume, usersOf);
      return { status: 'success', message: `volume ${name} deleted` };
    },
  );
};

const gigabyte = 2 ** 30;

function toWire(volume: Volume, usedBytes: number, containers: readonly string[]): VolumeWire {
  return {
    volumeUuid: volume.id,
    volumeName: volume.name,
    maxSize: volume.maxSizeGb,
    usedSize: Math.round(usedBytes / gigabyte),
    status: 'created',
    isDeleted: 0,
    createdAt: new Date(volume.createdAt).toISOString(),
    updatedAt: new Date(volume.updatedAt).toISOString(),
    devbox: {
      used_bytes: usedBytes,
      containers,
      type: volume.type,
      region: volume.region,
      description: volume.description,
      notes: volume.notes,
    },
  };
}
