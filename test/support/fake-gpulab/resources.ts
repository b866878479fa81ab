import { type Outcome, ok, refuse, text } from './outcome.ts';

type Item = Readonly<Record<string, unknown>>;

/** How many things a page has; small, so that there are pages. */
const pageSize = 2;

/** The camelCase templates of the imitation. */
export const templates: readonly Item[] = ['PyTorch', 'PyTorch 2', 'Jupyter', 'Debian', 'CUDA'].map(
  (name, index) => ({
    templateUuid: `tmpl00000${index}`,
    name,
    description: '',
    authorUrl: '',
    authorName: 'GPULab',
    thumbnail: '',
    notes: '',
    visibility: 'public',
    containerType: name === 'Debian' ? 'cpu' : 'gpu',
    volumeMountPath: '/workspace',
    dockerImage: `registry.example/${name.toLowerCase().replace(' ', '-')}:1`,
    exposedPorts: '8080',
    portsArray: [8080],
    environmentVariables: [],
    command: null,
    containerDiskSize: '10',
    volumeDiskSize: 10,
    memoryLimit: null,
    createdAt: '2026-11-27T10:00:00.000000Z',
    updatedAt: '2026-11-27T10:00:00.000000Z',
  }),
);

export const volumes: readonly Item[] = ['data', 'models', 'scratchpad'].map((volumeName, index) => ({
  volumeUuid: `vol000000${index}`,
  volumeName,
  maxSize: 100,
  usedSize: 45,
  status: 'created',
  isDeleted: 0,
  createdAt: '2026-11-27T10:00:00.000000Z',
  updatedAt: '2026-11-27T10:00:00.000000Z',
}));

/** A page in Laravel's envelope. */
export function page(items: readonly Item[], query: URLSearchParams): Outcome {
  const current = Math.max(1, Number(query.get('page') ?? 1));
  const last = Math.max(1, Math.ceil(items.length / pageSize));
  return ok({
    data: items.slice((current - 1) * pageSize, current * pageSize),
    links: { first: '?page=1', last: `?page=${last}`, prev: null, next: null },
    meta: {
      current_page: current,
      from: 1,
      last_page: last,
      path: '',
      per_page: pageSize,
      to: 1,
      total: items.length,
    },
  });
}

/** One thing by its id, under `data`. */
export function one(items: readonly Item[], key: string, id: string): Outcome {
  const found = items.find((item) => item[key] === id);
  return found ? ok({ data: found }) : refuse(404, 'Not found');
}

/** Credentials for registries: the password is never given back. */
export class Credentials {
  private readonly all: Item[] = [];

  list(): Outcome {
    return ok({ data: this.all });
  }

  create({ registry, username, password }: Item): Outcome {
    if (!text(username) || !text(password)) {
      return refuse(422, 'The password field is required.', {
        password: ['The password field is required.'],
      });
    }
    const time = '2026-11-27T10:00:00.000000Z';
    const made = { id: this.all.length + 1, registry, username, createdAt: time, updatedAt: time };
    this.all.push(made);
    return { status: 201, json: { data: made } };
  }

  remove(id: string): Outcome {
    const index = this.all.findIndex((item) => String(item['id']) === id);
    if (index < 0) return refuse(404, 'Credential not found');
    this.all.splice(index, 1);
    return { status: 204, json: undefined };
  }
}

export const gpuTypes = [
  { gpu_name: 'NVIDIA GeForce RTX 4090', gpu_total_memory: 24_564, gpu_price: '0.69', available_count: 3 },
  { gpu_name: 'NVIDIA H100 80GB HBM3', gpu_total_memory: 81_559, gpu_price: 2.49, available_count: 0 },
];

export const gpusAvailable = {
  total_available: 3,
  summary: [{ count: 3, gpu_name: 'NVIDIA GeForce RTX 4090', memory_mb: 24_564, price: 0.69 }],
  gpus: [],
};
