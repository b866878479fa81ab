import * as z from 'zod/mini';
import { environment } from './environment.ts';
import type { Wire } from './wire.ts';

/**
 * Request of `POST /v1/containers`, with GPULab's keys; what it sends and we do not know is let through. `tags`,
 * `docker_image` (instead of the template's) and `credentials_id` (for its registry) are additions of ours, announced as
 * the extensions `tags` and `image`.
 */
export const createRequest = z.object({
  server_name: z.string().check(z.minLength(1)),
  type: z.nullish(z.string()),
  gpu_type: z.nullish(z.string()),
  template_uuid: z.nullish(z.string()),
  network_volume_uuid: z.nullish(z.string()),
  opened_ports: z.nullish(z.string()),
  environment_variables: z.nullish(environment),
  volume_mount_path: z.nullish(z.string()),
  command: z.nullish(z.string().check(z.regex(/^[^\0]*$/))),
  memory: z.nullish(z.int().check(z.minimum(1))),
  image_pull_policy: z.nullish(z.string()),
  docker_image: z.nullish(z.string()),
  credentials_id: z.nullish(z.int()),
  tags: z.nullish(z.record(z.string(), z.string())),
});

export type CreateRequest = z.infer<typeof createRequest>;

const gpuTypeWire = z.object({ gpu_name: z.string(), gpu_total_memory: z.nullable(z.int()) });

export type GpuTypeWire = Wire<typeof gpuTypeWire>;

/** A GPU of a container. `gpu_index` and `gpu_temperature` are texts; memory is in MB (of 2^20 bytes). */
export const containerGpuWire = z.object({
  gpu_uuid: z.string(),
  gpu_index: z.string(),
  gpu_status: z.string(),
  gpu_temperature: z.nullable(z.string()),
  memory_used: z.nullable(z.int()),
  total_memory: z.nullable(z.int()),
  type: gpuTypeWire,
});

export type ContainerGpuWire = Wire<typeof containerGpuWire>;

const containerStatus = z.enum(['pulling', 'creating', 'running', 'stopped', 'failed', 'deleting']);

/** What GPULab has no field for. */
const containerExtras = z.object({
  status: containerStatus.check(
    z.describe('at this moment; the other shows an end by itself 5 seconds later'),
  ),
  engine: z.string(),
  isolation: z.string().check(z.describe('how far it is kept from the rest of the machine')),
  home: z.nullable(z.string()).check(z.describe('path on the server’s machine')),
  workspace: z.nullable(z.string()).check(z.describe('path on the server’s machine')),
  uptime_seconds: z.nullable(z.int()),
  tags: z.record(z.string(), z.string()),
  failure: z.nullable(z.string()).check(z.describe('why it failed')),
  image: z.nullable(z.string()),
  template: z.nullable(z.object({ uuid: z.string(), name: z.string() })),
  volume: z.nullable(z.object({ id: z.string(), name: z.string(), mount_path: z.string() })),
  ports: z.record(z.string(), z.string()).check(z.describe('URLs by port')),
  gpus: z.array(
    z.object({
      uuid: z.string(),
      index: z.int(),
      name: z.string(),
      memory_mib: z.nullable(z.int()),
      memory_used_mib: z.nullable(z.int()),
      utilisation_percent: z.nullable(z.int()),
      temperature_celsius: z.nullable(z.int()),
    }),
  ),
});

const containerFields = {
  uuid: z.string().check(z.minLength(12)),
  server_name: z.string(),
  status: containerStatus,
  type: z.enum(['GPU', 'CPU']),
  memory: z.nullable(z.int()).check(z.describe('GB')),
  allocated_cpu_cores: z.nullable(z.int()),
  public_urls: z
    .nullable(z.string())
    .check(z.describe('`8080=http://HOST:32768, 8888=...`: the ports that can be reached now')),
  opened_ports: z.nullable(z.string()).check(z.describe('`8080,8888`')),
  environment_variables: z.record(z.string(), z.string()),
  volume_mount_path: z.nullable(z.string()),
  command: z.nullable(z.string()),
  web_terminal: z.null(),
  uptime: z.nullable(z.string()).check(z.describe('`4h 5m`')),
  gpu_count: z.int(),
  gpus: z.array(containerGpuWire),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  devbox: containerExtras,
};

/** A container in a list. Integers, strings and nulls as strict clients expect them: see the contract test. */
export const containerWire = z.object(containerFields);

export type ContainerWire = Wire<typeof containerWire>;

/** A container on its own. */
export const containerDetailWire = z.object({
  ...containerFields,
  template: z.nullable(z.object({ template_uuid: z.string(), name: z.string(), docker_image: z.string() })),
  network_volume: z.nullable(z.object({ volume_uuid: z.string(), volume_name: z.string() })),
  gpu_type: z.nullable(gpuTypeWire),
  logs: z.nullable(z.string()).check(z.describe('the end of its log')),
});

export type ContainerDetailWire = Wire<typeof containerDetailWire>;

/** Answer of `POST /v1/containers`. */
export const createdWire = z.object({
  status: z.string(),
  message: z.string(),
  container_id: z.string().check(z.minLength(12)),
  server_name: z.string(),
  server_type: z.string(),
  server_status: z.string(),
});

/** Query of `DELETE /v1/containers/{uuid}`. `purge` is an addition of ours, announced as the extension `purge`. */
export const removeQuery = z.object({ purge: z._default(z.enum(['true', 'false']), 'false') });
