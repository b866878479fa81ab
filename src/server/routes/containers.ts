import type { FastifyRequest } from 'fastify';
import * as z from 'zod/mini';
import { type Deployment, resolveDeployment } from '../deploy/deploy.ts';
import type { EngineBox } from '../engine/engine.ts';
import { doneWire } from '../wire/answers.ts';
import {
  containerDetailWire,
  containerWire,
  createdWire,
  createRequest,
  removeQuery,
} from '../wire/containers.ts';
import { boxType, toDetail, toWire, type WireContext } from './container-wire.ts';
import { endpoint } from './endpoint.ts';
import { logText } from './logs.ts';
import type { RouteDeps, Routes } from './routes.ts';

/** Containers: list, create, look at, stop and start, delete. */
export const containerRoutes: Routes = (app, deps) => {
  const { engine } = deps;
  const contextOf = (box: EngineBox, request: FastifyRequest): Promise<WireContext> =>
    wireContext(box, deps.addressOf(request).hostname, deps);

  endpoint(
    app,
    'GET',
    '/v1/containers',
    {
      id: 'listContainers',
      summary: 'All containers, oldest first, whatever their state',
      answer: z.array(containerWire),
      problems: [503],
    },
    async ({ request }) => {
      const boxes = await engine.list();
      return Promise.all(boxes.map(async (box) => toWire(box, await contextOf(box, request))));
    },
  );

  endpoint(
    app,
    'POST',
    '/v1/containers',
    {
      id: 'createContainer',
      summary: 'Make a container',
      notes: 'Answers as soon as it is recorded; it may be `pulling` or `creating` for a while.',
      body: createRequest,
      answer: createdWire,
      created: true,
      problems: [409, 503],
    },
    async ({ body, request }) => {
      const box = await create(await resolveDeployment(body, deps), deps);
      request.audited.target = box.id;
      return {
        status: 'success',
        message: `container ${box.spec.name} created`,
        container_id: box.id,
        server_name: box.spec.name,
        server_type: boxType(box.spec.gpus),
        server_status: box.status,
      };
    },
  );

  endpoint(
    app,
    'GET',
    '/v1/containers/:uuid',
    { id: 'getContainer', summary: 'One container', answer: containerDetailWire, problems: [503] },
    async ({ params, request }) => {
      const box = await engine.get(params.uuid);
      const page = await engine.logs(box.id, { tail: 100, since: null, after: null, stream: null });
      return toDetail(box, await contextOf(box, request), logText(page, false));
    },
  );

  endpoint(
    app,
    'DELETE',
    '/v1/containers/:uuid',
    {
      id: 'deleteContainer',
      summary: 'End a container and forget it',
      query: removeQuery,
      answer: doneWire,
      problems: [409, 503],
    },
    async ({ params, query }) => {
      await engine.remove(params.uuid, { purge: query.purge === 'true' });
      return { status: 'success', message: 'container deleted' };
    },
  );

  const actions = [
    ['stop', 'Stop a container', 'container stopped'],
    ['start', 'Start a container that is stopped', 'container started'],
    ['restart', 'Stop a container and start it', 'container started again'],
    ['redeploy', 'Make a container anew from its request', 'container is being deployed again'],
  ] as const;
  for (const [action, summary, message] of actions) {
    endpoint(
      app,
      'POST',
      `/v1/containers/:uuid/${action}`,
      { id: `${action}Container`, summary, answer: doneWire, problems: [409, 503] },
      async ({ params }) => {
        await engine[action](params.uuid);
        return { status: 'success', message };
      },
    );
  }
};

/** Makes the box; until it is recorded, its volume stays and nobody else gets its GPU. */
async function create(
  { spec, gpuType, mayLackPorts }: Deployment,
  { engine, gpus, volumes }: RouteDeps,
): Promise<EngineBox> {
  const make = (): Promise<EngineBox> =>
    gpuType === null
      ? engine.create(spec, { mayLackPorts })
      : gpus.allocate(gpuType, (gpu) => engine.create({ ...spec, gpus: [gpu] }, { mayLackPorts }));
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
