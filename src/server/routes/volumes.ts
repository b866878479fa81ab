import * as z from 'zod/mini';
import { ApiProblem } from '../problem.ts';
import type { Volume } from '../volumes/volume.ts';
import { checkRequest } from '../wire/check.ts';
import { onePage } from '../wire/page.ts';
import {
  changeVolumeRequest,
  createVolumeRequest,
  duplicateVolumeRequest,
  type VolumeWire,
} from '../wire/volumes.ts';
import type { Routes, VolumePath } from './routes.ts';

const listQuery = z.object({ name: z.optional(z.string()) });

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

  app.get('/v1/volumes', async ({ query }) => {
    const { name } = checkRequest(listQuery, query);
    const wanted = volumes.list().filter((volume) => name === undefined || volume.name === name);
    return onePage('/v1/volumes', await Promise.all(wanted.map(wire)));
  });

  app.post('/v1/volumes', async (request, reply) => {
    const asked = checkRequest(createVolumeRequest, request.body);
    const volume = await volumes.create({
      name: asked.volume_name,
      maxSizeGb: asked.volume_space,
      type: asked.volume_type ?? null,
      region: asked.region_id ?? null,
      description: asked.description ?? null,
      notes: asked.notes ?? null,
    });
    reply.code(201);
    return { data: await wire(volume) };
  });

  app.get<VolumePath>('/v1/volumes/:volume', async ({ params }) => ({
    data: await wire(volumes.get(params.volume)),
  }));

  app.put<VolumePath>('/v1/volumes/:volume', async ({ params, body }) => {
    const { volume_space, maxSize, volume_name } = checkRequest(changeVolumeRequest, body);
    const maxSizeGb = volume_space ?? maxSize;
    if (maxSizeGb !== undefined) await checkSpace(params.volume, maxSizeGb);
    const volume = await volumes.change(params.volume, {
      ...(maxSizeGb === undefined ? {} : { maxSizeGb }),
      ...(volume_name === undefined ? {} : { name: volume_name }),
    });
    return { data: await wire(volume) };
  });

  app.post<VolumePath>('/v1/volumes/:volume/duplicate', async ({ params, body }, reply) => {
    const asked = checkRequest(duplicateVolumeRequest, body);
    const source = volumes.get(params.volume);
    if (asked.volume_space) await checkSpace(source.id, asked.volume_space);
    const copy = await volumes.duplicate(source.id, {
      ...source,
      name: asked.new_volume_name,
      maxSizeGb: asked.volume_space ?? source.maxSizeGb,
    });
    reply.code(201);
    return { data: await wire(copy) };
  });

  app.delete<VolumePath>('/v1/volumes/:volume', async ({ params }) => {
    const { name } = await volumes.remove(params.volume, usersOf);
    return { status: 'success', message: `volume ${name} deleted` };
  });
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
