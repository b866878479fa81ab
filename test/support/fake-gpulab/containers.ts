import { type Outcome, refuse, text, whole } from './outcome.ts';

/** A container in the imitation's memory. */
export interface FakeContainer {
  readonly uuid: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** What looks at it will find, one each; the last stays. */
  statuses: readonly string[];
  readonly createdAt: string;
  readonly logs: { readonly at: number; readonly text: string }[];
  /** Keys put into its answers besides the published ones, or in their place. */
  readonly quirks: Readonly<Record<string, unknown>>;
}

/** Keys of a create request as the Go client sends them, and what they must hold. */
const createKeys: Readonly<Record<string, (value: unknown) => boolean>> = {
  server_name: text,
  type: (value) => value === 'GPU' || value === 'CPU',
  gpu_type: text,
  template_uuid: text,
  network_volume_uuid: text,
  opened_ports: (value) => typeof value === 'string' && /^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(value),
  environment_variables: (value) => Object.values(Object(value)).every((each) => typeof each === 'string'),
  volume_mount_path: text,
  command: text,
  memory: whole,
  image_pull_policy: (value) => value === 'cached' || value === 'latest',
};

/** The containers of one account. */
export class Containers {
  readonly all: FakeContainer[] = [];
  private readonly statuses: readonly string[];
  private made = 0;

  constructor(statuses: readonly string[]) {
    this.statuses = statuses;
  }

  /** @param problem hears of what no client of the published API sends. */
  create(body: Readonly<Record<string, unknown>>, problem: (text: string) => void): Outcome {
    for (const [key, value] of Object.entries(body)) {
      const holds = createKeys[key];
      if (!holds) problem(`the create request has the key ${key}, which is not published`);
      else if (!holds(value)) problem(`the create request has ${key}: ${JSON.stringify(value)}`);
    }
    if (!text(body['server_name']))
      return refuse(422, 'The server name field is required.', {
        server_name: ['The server name field is required.'],
      });
    const container = this.add(body);
    return {
      status: 201,
      json: {
        status: 'success',
        message: 'Container is being deployed',
        container_id: container.uuid,
        server_name: container.request['server_name'],
        server_type: container.request['type'] ?? 'GPU',
        server_status: this.statuses[0],
      },
    };
  }

  add(
    request: Readonly<Record<string, unknown>>,
    quirks: Readonly<Record<string, unknown>> = {},
  ): FakeContainer {
    this.made += 1;
    const container = {
      uuid: `${String(this.made).padStart(8, '0')}-aaaa-bbbb-cccc-000000000000`,
      request,
      statuses: this.statuses,
      createdAt: '2026-11-27T10:00:00.000000Z',
      logs: [],
      quirks,
    };
    this.all.push(container);
    return container;
  }

  /** Each look moves a container on. */
  list(): Outcome {
    return { status: 200, json: this.all.map((container) => this.look(container)) };
  }

  get(uuid: string): Outcome {
    const container = this.find(uuid);
    if (!container) return missing;
    const template = { name: container.request['template_uuid'] ?? 'base', docker_image: 'debian:13' };
    return {
      status: 200,
      json: { ...this.look(container), template, network_volume: null, gpu_type: null, logs: null },
    };
  }

  find(uuid: string): FakeContainer | undefined {
    return this.all.find((container) => container.uuid === uuid);
  }

  /** GPULab takes any action in any state; the body of the answer means nothing. */
  act(uuid: string, action: string): Outcome {
    const container = this.find(uuid);
    if (!container) return missing;
    container.statuses =
      action === 'stop' ? ['stopped'] : action === 'redeploy' ? ['redeploying', 'running'] : ['running'];
    return { status: 200, json: { status: 'success' } };
  }

  remove(uuid: string): Outcome {
    const index = this.all.findIndex((container) => container.uuid === uuid);
    if (index < 0) return missing;
    this.all.splice(index, 1);
    return { status: 204, json: undefined };
  }

  private look(container: FakeContainer): Record<string, unknown> {
    const { request } = container;
    const [status = 'running', ...later] = container.statuses;
    if (later.length > 0) container.statuses = later;
    const runs = status === 'running';
    return {
      uuid: container.uuid,
      server_name: request['server_name'],
      status,
      type: request['type'] ?? 'GPU',
      memory: request['memory'] ?? null,
      allocated_cpu_cores: 4,
      public_urls: request['opened_ports'] ? `https://${container.uuid}-8080.proxy.example` : null,
      opened_ports: request['opened_ports'] ?? null,
      environment_variables: request['environment_variables'] ?? [],
      volume_mount_path: request['volume_mount_path'] ?? null,
      command: request['command'] ?? null,
      web_terminal: null,
      uptime: runs ? '5 minutes' : null,
      gpu_count: request['gpu_type'] ? 1 : 0,
      gpus: request['gpu_type'] ? [gpuOf(String(request['gpu_type']))] : [],
      created_at: container.createdAt,
      updated_at: container.createdAt,
      ...container.quirks,
    };
  }
}

export const missing = refuse(404, 'Container not found');

function gpuOf(name: string): Record<string, unknown> {
  return {
    gpu_uuid: 'GPU-1',
    gpu_index: '0',
    gpu_status: 'assigned',
    gpu_temperature: '41',
    memory_used: 512,
    total_memory: '24564',
    type: { gpu_name: name },
  };
}
