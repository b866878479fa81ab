import {
  anything,
  environment,
  list,
  numeric,
  pointer,
  real,
  struct,
  text,
  textOrNumber,
  truth,
  whole,
} from './decode.ts';

/** What GPULab's Go client decodes the answers of the API into, by what it asks for. */

export const account = struct({
  name: text,
  email: text,
  team: pointer(struct({ name: text })),
  container_count: whole,
});

const gpu = struct({
  gpu_uuid: text,
  gpu_index: text,
  gpu_status: text,
  gpu_temperature: pointer(text),
  memory_used: numeric,
  total_memory: numeric,
  type: anything,
});

export const container = struct({
  uuid: text,
  server_name: text,
  status: text,
  type: text,
  memory: pointer(whole),
  allocated_cpu_cores: pointer(whole),
  public_urls: pointer(text),
  opened_ports: pointer(text),
  environment_variables: anything,
  volume_mount_path: pointer(text),
  command: pointer(text),
  web_terminal: anything,
  uptime: pointer(text),
  gpu_count: pointer(whole),
  gpus: list(gpu),
  created_at: text,
  updated_at: text,
});
export const containers = list(container);
export const containerDetail = struct({
  ...container.fields,
  template: anything,
  network_volume: anything,
  gpu_type: anything,
  logs: pointer(text),
});

export const created = struct({
  status: text,
  message: text,
  container_id: text,
  server_name: text,
  server_type: text,
  server_status: text,
});

export const logs = struct({ logs: text, timestamp: whole });
export const deployLogs = struct({ logs: text });
export const exec = struct({ stdout: text, stderr: text, exit_code: whole });

export const stats = struct({
  success: truth,
  message: text,
  stats: pointer(
    struct({
      cpu_percentage: real,
      memory_usage: whole,
      memory_limit: whole,
      memory_percentage: real,
      memory_cache: whole,
      network_rx: whole,
      network_tx: whole,
      block_read: whole,
      block_write: whole,
      pids: whole,
      timestamp: text,
    }),
  ),
});

export const terminal = struct({
  status: text,
  terminal: struct({ terminal_url: text, terminal_port: whole, container_uuid: text }),
});

export const gpuTypes = list(
  struct({ gpu_name: text, gpu_total_memory: whole, gpu_price: numeric, available_count: whole }),
);
export const gpusAvailable = struct({
  total_available: whole,
  summary: list(struct({ count: whole, gpu_name: text, memory_mb: whole, price: pointer(real) })),
  gpus: list(anything),
});

const aTemplate = struct({
  templateUuid: text,
  name: text,
  description: text,
  authorUrl: text,
  authorName: text,
  thumbnail: text,
  visibility: text,
  containerType: text,
  volumeMountPath: text,
  dockerImage: text,
  exposedPorts: pointer(text),
  portsArray: list(whole),
  environmentVariables: environment,
  command: pointer(text),
  containerDiskSize: textOrNumber,
  volumeDiskSize: textOrNumber,
  notes: text,
  memoryLimit: pointer(whole),
  createdAt: text,
  updatedAt: text,
});
const meta = struct({ current_page: whole, last_page: whole });
export const template = struct({ data: aTemplate });
export const templates = struct({ data: list(aTemplate), links: anything, meta });
export const categories = struct({ data: list(struct({ id: whole, name: text, description: text })) });

const aCredential = struct({ id: whole, registry: text, username: text, createdAt: text, updatedAt: text });
export const credential = struct({ data: aCredential });
export const credentials = struct({ data: list(aCredential) });

const aVolume = struct({
  volumeUuid: text,
  volumeName: text,
  maxSize: pointer(whole),
  usedSize: pointer(whole),
  status: text,
  isDeleted: pointer(whole),
  createdAt: text,
  updatedAt: text,
});
export const volume = struct({ data: aVolume });
export const volumes = struct({ data: list(aVolume), links: anything, meta });

export const files = struct({
  status: text,
  items: list(
    struct({
      name: text,
      path: text,
      is_directory: truth,
      is_text: truth,
      size: whole,
      modified: text,
      extension: text,
    }),
  ),
  info: pointer(struct({ directories: whole, files: whole })),
  message: text,
});
export const content = struct({ status: text, content: text, message: text });

/** Of an error it reads the message alone; without one its user sees the whole body. */
export const problem = struct({ message: text });
