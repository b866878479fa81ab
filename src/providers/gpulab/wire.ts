import * as z from 'zod/mini';

/**
 * What a GPULab server answers, as far as devbox reads it. Unknown fields are let through, missing ones and nulls
 * are taken for "not said", wrong types are refused.
 */
const text = z.nullish(z.string());
const whole = z.nullish(z.int());

/** What our own server adds to a container. */
const ownExtras = z.object({
  isolation: text,
  home: text,
  workspace: text,
  tags: z.nullish(z.record(z.string(), z.string())),
});

export const containerSchema = z.object({
  uuid: z.string().check(z.minLength(1)),
  server_name: text,
  status: z.string(),
  type: text,
  memory: whole,
  gpu_count: whole,
  gpus: z.nullish(z.array(z.object({ type: z.optional(z.unknown()) }))),
  public_urls: text,
  opened_ports: text,
  uptime: text,
  created_at: text,
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

export const logsSchema = z.object({ logs: text });

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

/** The body of an error; only `message` can be relied on. */
export const errorSchema = z.object({ message: text, code: text });
