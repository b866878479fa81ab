import type { FastifyRequest } from 'fastify';
import * as z from 'zod/mini';
import { type Deployment, resolveDeployment } from '../deploy/deploy.ts';
import type { EngineBox } from '../engine/engine.ts';
import { checkRequest } from '../wire/check.ts';
import {
  type ContainerDetailWire,
  type ContainerWire,
  type CreateAnswer,
  createRequest,
} from '../wire/containers.ts';
import { boxType, toDetail, toWire, type WireContext } from './container-wire.ts';
import { logText } from './logs.ts';
import type { ContainerPath, RouteDeps, Routes } from './routes.ts';

const removeQuery = z.object({ purge: z._default(z.enum(['true', 'false']), 'false') });

/** Containers: list, create, look at, stop and start, delete. */
export const containerRoutes: Routes = (app, deps) => {
  const { engine } = deps;
  const contextOf = (box: EngineBox, request: FastifyRequest): Promise<WireContext> =>
    wireContext(box, deps.addressOf(request).hostname, deps);

  app.get('/v1/containers', async (request): Promise<ContainerWire[]> => {
    const boxes = await engine.list();
    return Promise.all(boxes.map(async (box) => toWire(box, await contextOf(box, request))));
  });

  app.post('/v1/containers', async (request, reply): Promise<CreateAnswer> => {
    const box = await create(await resolveDeployment(checkRequest(createRequest, request.body), deps), deps);
    request.audited.target = box.id;
    reply.code(201);
    return {
      status: 'success',
      message: `container ${box.spec.name} created`,
      container_id: box.id,
      server_name: box.spec.name,
      server_type: boxType(box.spec.gpus),
      server_status: box.status,
    };
  });

  app.get<ContainerPath>('/v1/containers/:uuid', async (request): Promise<ContainerDetailWire> => {
    const box = await engine.get(request.params.uuid);
    const page = await engine.logs(box.id, { tail: 100, since: null, after: null, stream: null });
    return toDetail(box, await contextOf(box, request), logText(page, false));
  });

  app.delete<ContainerPath>('/v1/containers/:uuid', async ({ params, query }) => {
    const { purge } = checkRequest(removeQuery, query);
    await engine.remove(params.uuid, { purge: purge === 'true' });
    return { status: 'success', message: 'container deleted' };
  });

  app.post<ContainerPath>('/v1/containers/:uuid/stop', async ({ params }) => {
    await engine.stop(params.uuid);
    return { status: 'success', message: 'container stopped' };
  });

  app.post<ContainerPath>('/v1/containers/:uuid/start', async ({ params }) => {
    await engine.start(params.uuid);
    return { status: 'success', message: 'container started' };
  });

  app.post<ContainerPath>('/v1/containers/:uuid/restart', async ({ params }) => {
    await engine.restart(params.uuid);
    return { status: 'success', message: 'container started again' };
  });

  app.post<ContainerPath>('/v1/containers/:uuid/redeploy', async ({ params }) => {
    await engine.redeploy(params.uuid);
    return { status: 'success', message: 'container is being deployed again' };
  });
};

/** Makes the box; until it is recorded, its volume stays and nobody else gets its GPU. */
async function create(
  { spec, gpuType }: Deployment,
  { engine, gpus, volumes }: RouteDeps,
): Promise<EngineBox> {
  const make = (): Promise<EngineBox> =>
    gpuType === null
      ? engine.create(spec)
      : gpus.allocate(gpuType, (gpu) => engine.create({ ...spec, gpus: [gpu] }));
  const [mount] = spec.mounts;
  return mount ? volumes.hold(mount.volume, make) : make();
}

async function wireContext(box: EngineBox, host: string, deps: RouteDeps): Promise<WireContext> {
  const volume = box.spec.mounts[0]?.volume;
  return {
    engine: deps.engine.name,
    now: deps.now(),
    host,
    readings: await deps.gpus.readings(box.spec.gpus),
    volumeName: volume === undefined ? undefined : deps.volumes.find(volume)?.name,
  };
}
