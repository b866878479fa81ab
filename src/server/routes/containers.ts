import * as z from 'zod/mini';
import type { BoxSpec, EngineBox } from '../engine/engine.ts';
import { ApiProblem } from '../problem.ts';
import { checkRequest } from '../wire/check.ts';
import {
  type ContainerDetailWire,
  type ContainerWire,
  type CreateAnswer,
  type CreateRequest,
  createRequest,
} from '../wire/containers.ts';
import type { ContainerPath, Routes } from './routes.ts';

const removeQuery = z.object({ purge: z._default(z.enum(['true', 'false']), 'false') });

/** Containers: list, create, look at, stop and start, delete. */
export const containerRoutes: Routes = (app, { engine, now }) => {
  const wire = (box: EngineBox): ContainerWire => toWire(box, engine.name, now());

  app.get('/v1/containers', async () => (await engine.list()).map(wire));

  app.post('/v1/containers', async (request, reply): Promise<CreateAnswer> => {
    const box = await engine.create(toSpec(checkRequest(createRequest, request.body)));
    reply.code(201);
    return {
      status: 'success',
      message: `container ${box.spec.name} created`,
      container_id: box.id,
      server_name: box.spec.name,
      server_type: 'CPU',
      server_status: box.status,
    };
  });

  app.get<ContainerPath>('/v1/containers/:uuid', async ({ params }): Promise<ContainerDetailWire> => {
    const box = await engine.get(params.uuid);
    const page = await engine.logs(params.uuid, { tail: 100, since: null, after: null, stream: null });
    const logs = page.entries.map(({ text }) => `${text}\n`).join('');
    return { ...wire(box), template: null, network_volume: null, gpu_type: null, logs };
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

/** What is asked for as the engine knows it. @throws ApiProblem 422 for what this server does not have. */
function toSpec(request: CreateRequest): BoxSpec {
  refuse('gpu_type', request.gpu_type, 'this server has no GPUs');
  refuse('template_uuid', request.template_uuid, 'this server has no templates');
  refuse('network_volume_uuid', request.network_volume_uuid, 'this server has no volumes');
  return {
    name: request.server_name,
    env: request.environment_variables ?? {},
    command: request.command || null,
    tags: request.tags ?? {},
    image: null,
    template: null,
    ports: [...new Set((request.opened_ports ?? '').split(',').map(Number).filter(Boolean))],
    memoryGb: request.memory ?? null,
    gpus: [],
    mounts: [],
  };
}

function refuse(field: string, value: string | null | undefined, why: string): void {
  if (!value) return;
  throw new ApiProblem(422, 'unavailable', `${why}: ${field} ${JSON.stringify(value)} cannot be had`, {
    [field]: [why],
  });
}

function toWire(box: EngineBox, engine: string, now: number): ContainerWire {
  const runs = box.status === 'running' && box.startedAt !== null;
  const seconds = runs ? Math.max(0, Math.floor((now - box.startedAt) / 1000)) : null;
  return {
    uuid: box.id,
    server_name: box.spec.name,
    status: box.status,
    type: 'CPU',
    memory: box.spec.memoryGb,
    allocated_cpu_cores: null,
    public_urls: null,
    opened_ports: box.spec.ports.join(',') || null,
    environment_variables: box.spec.env,
    volume_mount_path: null,
    command: box.spec.command,
    web_terminal: null,
    uptime: seconds === null ? null : formatUptime(seconds),
    gpu_count: 0,
    gpus: [],
    created_at: new Date(box.createdAt).toISOString(),
    updated_at: new Date(box.updatedAt).toISOString(),
    devbox: {
      engine,
      isolation: box.isolation,
      home: box.home,
      workspace: box.workspace,
      uptime_seconds: seconds,
      tags: box.spec.tags,
    },
  };
}

/** `3d 4h`, `4h 5m`, `5m 6s`, `6s`: the two largest units. */
export function formatUptime(seconds: number): string {
  const units: [string, number][] = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3600) % 24],
    ['m', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ];
  const first = units.findIndex(([, amount]) => amount > 0);
  const shown = first === -1 ? units.slice(3) : units.slice(first, first + 2);
  return shown.map(([unit, amount]) => `${amount}${unit}`).join(' ');
}
