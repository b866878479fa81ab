import * as z from 'zod/mini';

/** Exactly the types that strict clients decode of a container: a field that is missing or has another type is caught. */
const nullable = <T extends z.ZodMiniType>(type: T) => z.nullable(type);
const iso = z.iso.datetime();
const gpuType = z.strictObject({ gpu_name: z.string(), gpu_total_memory: nullable(z.int()) });
const containerShape = {
  uuid: z.string().check(z.minLength(12)),
  server_name: z.string(),
  status: z.enum(['creating', 'running', 'stopped', 'failed', 'deleting']),
  type: z.string(),
  memory: nullable(z.int()),
  allocated_cpu_cores: nullable(z.int()),
  public_urls: nullable(z.string()),
  opened_ports: nullable(z.string()),
  environment_variables: z.record(z.string(), z.string()),
  volume_mount_path: nullable(z.string()),
  command: nullable(z.string()),
  web_terminal: z.null(),
  uptime: nullable(z.string()),
  gpu_count: z.int(),
  gpus: z.array(
    z.strictObject({
      gpu_uuid: z.string(),
      gpu_index: z.string(),
      gpu_status: z.string(),
      gpu_temperature: nullable(z.string()),
      memory_used: nullable(z.int()),
      total_memory: nullable(z.int()),
      type: gpuType,
    }),
  ),
  created_at: iso,
  updated_at: iso,
  devbox: z.strictObject({
    status: z.string(),
    engine: z.string(),
    isolation: z.string(),
    home: nullable(z.string()),
    workspace: nullable(z.string()),
    uptime_seconds: nullable(z.int()),
    tags: z.record(z.string(), z.string()),
    failure: nullable(z.string()),
    image: nullable(z.string()),
    template: nullable(z.strictObject({ uuid: z.string(), name: z.string() })),
    volume: nullable(z.strictObject({ id: z.string(), name: z.string(), mount_path: z.string() })),
    ports: z.record(z.string(), z.url()),
    gpus: z.array(
      z.strictObject({
        uuid: z.string(),
        index: z.int(),
        name: z.string(),
        memory_mib: nullable(z.int()),
        memory_used_mib: nullable(z.int()),
        utilisation_percent: nullable(z.int()),
        temperature_celsius: nullable(z.int()),
      }),
    ),
  }),
};
export const container = z.strictObject(containerShape);
export const detail = z.strictObject({
  ...containerShape,
  template: nullable(
    z.strictObject({ template_uuid: z.string(), name: z.string(), docker_image: z.string() }),
  ),
  network_volume: nullable(z.strictObject({ volume_uuid: z.string(), volume_name: z.string() })),
  gpu_type: nullable(gpuType),
  logs: nullable(z.string()),
});
