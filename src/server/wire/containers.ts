import * as z from 'zod/mini';

const environment = z.record(
  z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)),
  z.string().check(z.regex(/^[^\0]*$/)),
);

/**
 * Request of `POST /v1/containers`, with GPULab's keys; what it sends and we do not know is let through. `tags` is
 * an addition of ours, announced as the extension `tags`.
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
  tags: z.nullish(z.record(z.string(), z.string())),
});

export type CreateRequest = z.infer<typeof createRequest>;

/** A container in a list. Integers, strings and nulls as strict clients expect them: see the contract test. */
export interface ContainerWire {
  readonly uuid: string;
  readonly server_name: string;
  readonly status: string;
  readonly type: string;
  readonly memory: number | null;
  readonly allocated_cpu_cores: number | null;
  readonly public_urls: string | null;
  readonly opened_ports: string | null;
  readonly environment_variables: Readonly<Record<string, string>>;
  readonly volume_mount_path: string | null;
  readonly command: string | null;
  readonly web_terminal: null;
  readonly uptime: string | null;
  readonly gpu_count: number | null;
  readonly gpus: readonly never[];
  readonly created_at: string;
  readonly updated_at: string;
  /** What GPULab has no field for. */
  readonly devbox: {
    readonly engine: string;
    readonly isolation: string;
    readonly home: string | null;
    readonly workspace: string | null;
    readonly uptime_seconds: number | null;
    readonly tags: Readonly<Record<string, string>>;
  };
}

/** A container on its own. */
export interface ContainerDetailWire extends ContainerWire {
  readonly template: null;
  readonly network_volume: null;
  readonly gpu_type: null;
  readonly logs: string | null;
}

export interface CreateAnswer {
  readonly status: string;
  readonly message: string;
  readonly container_id: string;
  readonly server_name: string;
  readonly server_type: string;
  readonly server_status: string;
}
