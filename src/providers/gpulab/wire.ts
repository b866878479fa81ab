import * as z from 'zod/mini';

/**
 * What a GPULab server answers, as far as devbox reads it. Unknown fields are let through, missing ones and nulls
 * are taken for "not said", wrong types are refused.
 */
const text = z.nullish(z.string());
const whole = z.nullish(z.int());

/** What GPULab leaves open: read where it has a form that we know, and taken for "not said" where it has another. */
const maybe = <T extends z.ZodMiniType>(schema: T) => z.catch(z.nullish(schema), null);

/** A name, or a thing with a name in one of these fields. */
const named = (...fields: readonly string[]) =>
  maybe(
    z.union([
      z.string(),
      z.pipe(
        z.record(z.string(), z.unknown()),
        z.transform((thing) => {
          const name = fields.map((field) => thing[field]).find((value) => typeof value === 'string');
          return typeof name === 'string' ? name : null;
        }),
      ),
    ]),
  );

/** What our own server adds to a container. */
const ownExtras = z.object({
  /** What the box is at this moment; `status` may be a little late. */
  status: text,
  isolation: text,
  home: text,
  workspace: text,
  tags: z.nullish(z.record(z.string(), z.string())),
  uptime_seconds: whole,
  /** The address of each port that can be reached now. */
  ports: z.nullish(z.record(z.string(), z.string())),
  failure: text,
  template: named('name', 'uuid'),
  image: text,
  volume: named('name', 'volume', 'uuid'),
});

const gpu = z.object({
  type: z.optional(z.unknown()),
  /** MiB. */
  total_memory: maybe(z.union([z.number(), z.string()])),
});

export const containerSchema = z.object({
  uuid: z.string().check(z.minLength(1)),
  server_name: text,
  status: z.string(),
  type: text,
  memory: whole,
  allocated_cpu_cores: whole,
  gpu_count: whole,
  gpus: z.nullish(z.array(gpu)),
  gpu_type: named('gpu_name', 'name'),
  public_urls: z.optional(z.unknown()),
  opened_ports: text,
  environment_variables: maybe(z.record(z.string(), z.string())),
  volume_mount_path: text,
  command: text,
  web_terminal: maybe(z.object({ terminal_url: text })),
  /** Seconds, or words for a person. */
  uptime: z.nullish(z.union([z.string(), z.number()])),
  created_at: text,
  template: maybe(z.object({ name: text, docker_image: text })),
  network_volume: named('volume_name', 'name', 'volumeName', 'volume_uuid', 'uuid'),
  devbox: z.nullish(ownExtras),
});

export type Container = z.infer<typeof containerSchema>;

export const containersSchema = z.array(containerSchema);

export const createdSchema = z.object({ container_id: z.string().check(z.minLength(1)) });

export const execSchema = z.object({
  stdout: z.string(),
  stderr: z.string(),
  exit_code: z.int(),
  timed_out: z.nullish(z.boolean()),
});

export const terminalSchema = z.object({
  terminal: z.nullish(z.object({ terminal_url: text })),
  websocket_url: text,
});

/** `timestamp` is in Unix seconds by the clock of the server. */
export const logsSchema = z.object({ logs: text, timestamp: z.nullish(z.number()) });

/** Logs of a server with the extension `log-entries`. */
export const logEntriesSchema = z.object({
  entries: z.array(z.object({ time: z.string(), stream: z.enum(['stdout', 'stderr']), text: z.string() })),
  cursor: z.string(),
  truncated: z.boolean(),
  ended: z.boolean(),
});

const amount = maybe(z.number());

/** What our own server says of a GPU; sizes in bytes. */
const gpuStats = z.object({
  name: z.string(),
  memory_used: amount,
  memory_total: amount,
  utilization: amount,
  temperature: amount,
});

/** Sizes in bytes. */
export const statsSchema = z.object({
  success: z.nullish(z.boolean()),
  message: text,
  stats: z.nullish(
    z.object({
      cpu_percentage: z.nullish(z.number()),
      memory_usage: whole,
      memory_limit: whole,
      network_rx: whole,
      network_tx: whole,
      block_read: whole,
      block_write: whole,
      pids: whole,
      cpu_cores: amount,
      gpus: maybe(z.array(gpuStats)),
    }),
  ),
});

export const capabilitiesSchema = z.object({
  server: z.string(),
  version: z.string(),
  protocol: z.int(),
  extensions: z.array(z.string()),
  pid: z.nullish(z.int()),
});

export type Capabilities = z.infer<typeof capabilitiesSchema>;

export const accountSchema = z.object({
  name: text,
  email: text,
  team: z.nullish(z.object({ name: text })),
  container_count: whole,
});
