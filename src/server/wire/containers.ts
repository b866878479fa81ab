import * as z from 'zod/mini';
import { environment } from './environment.ts';

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

/** A GPU of a container. `gpu_index` and `gpu_temperature` are texts; memory is in MB (of 2^20 bytes). */
export interface ContainerGpuWire {
  readonly gpu_uuid: string;
  readonly gpu_index: string;
  readonly gpu_status: string;
  readonly gpu_temperature: string | null;
  readonly memory_used: number | null;
  readonly total_memory: number | null;
  readonly type: GpuTypeWire;
}

export interface GpuTypeWire {
  readonly gpu_name: string;
  readonly gpu_total_memory: number | null;
}

/** A container in a list. Integers, strings and nulls as strict clients expect them: see the contract test. */
export interface ContainerWire {
  readonly uuid: string;
  readonly server_name: string;
  readonly status: string;
  readonly type: string;
  readonly memory: number | null;
  readonly allocated_cpu_cores: number | null;
  /** `8080=http://HOST:32768, 8888=...`: the ports that can be reached now. */
  readonly public_urls: string | null;
  readonly opened_ports: string | null;
  readonly environment_variables: Readonly<Record<string, string>>;
  readonly volume_mount_path: string | null;
  readonly command: string | null;
  readonly web_terminal: null;
  readonly uptime: string | null;
  readonly gpu_count: number;
  readonly gpus: readonly ContainerGpuWire[];
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
    /** Why it failed. */
    readonly failure: string | null;
    readonly image: string | null;
    readonly template: { readonly uuid: string; readonly name: string } | null;
    readonly volume: { readonly id: string; readonly name: string; readonly mount_path: string } | null;
    /** URLs by port. */
    readonly ports: Readonly<Record<string, string>>;
    readonly gpus: readonly {
      readonly uuid: string;
      readonly index: number;
      readonly name: string;
      readonly memory_mib: number | null;
      readonly memory_used_mib: number | null;
      readonly utilisation_percent: number | null;
      readonly temperature_celsius: number | null;
    }[];
  };
}

/** A container on its own. */
export interface ContainerDetailWire extends ContainerWire {
  readonly template: {
    readonly template_uuid: string;
    readonly name: string;
    readonly docker_image: string;
  } | null;
  readonly network_volume: { readonly volume_uuid: string; readonly volume_name: string } | null;
  readonly gpu_type: GpuTypeWire | null;
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
