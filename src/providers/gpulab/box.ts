import { cleanLine } from '../../base/text.ts';
import { type BoxGpu, type BoxVolume, noFacts } from '../facts.ts';
import type { Box, Phase, ProviderName } from '../provider.ts';
import { openPorts } from './open-ports.ts';
import { uptimeSeconds } from './uptime.ts';
import type { Container } from './wire.ts';

/** A container as a box. */
export function toBox(container: Container, provider: ProviderName): Box {
  const own = container.devbox;
  const status = cleanLine(own?.status ?? container.status, 60);
  const phase = phaseOf(status);
  const gpus = (container.gpus ?? []).map(toGpu);
  const paths: [string, string | null | undefined][] = [
    ['Home', own?.home],
    ['Workspace', own?.workspace],
  ];
  return {
    ...noFacts,
    id: cleanLine(container.uuid, 100),
    name: clean(container.server_name, 200),
    provider,
    status,
    phase,
    address: null,
    region: null,
    type: typeOf(container, gpus),
    priceCentsPerHour: null,
    createdAt: clean(container.created_at, 60),
    reach: phase === 'ready' ? { kind: 'server' } : { kind: 'none', why: `it is ${status}` },
    filesystems: [],
    sshKeys: [],
    uptimeSeconds: phase === 'ready' ? uptimeOf(container) : null,
    ports: openPorts(container.opened_ports, container.public_urls, own?.ports),
    gpus,
    memoryGb: container.memory || null,
    cpuCores: container.allocated_cpu_cores || null,
    template: clean(own?.template ?? container.template?.name, 200),
    image: clean(own?.image ?? container.template?.docker_image, 300),
    command: clean(container.command),
    env: container.environment_variables ?? {},
    volume: volumeOf(container),
    terminalUrl: clean(container.web_terminal?.terminal_url, 500),
    tags: Object.fromEntries(
      Object.entries(own?.tags ?? {}).map((pair) => [cleanLine(pair[0], 200), cleanLine(pair[1], 200)]),
    ),
    isolation: clean(own?.isolation),
    failure: phase === 'failed' ? clean(own?.failure) : null,
    extra: paths.flatMap(([label, value]) => (value ? [{ label, value: cleanLine(value) }] : [])),
  };
}

/** GPULab's status words, and what they mean for what can be done. A word not known may still become usable. */
export function phaseOf(status: string): Phase {
  switch (status.toLowerCase()) {
    case 'running':
    case 'healthy':
    case 'unhealthy':
      return 'ready';
    case 'stopped':
    case 'paused':
      return 'stopped';
    case 'failed':
    case 'timeout':
      return 'failed';
    case 'deleting':
      return 'ending';
    case 'deleted':
      return 'ended';
    default:
      return 'pending';
  }
}

/** Foreign text on one line; null where there is none. */
function clean(text: string | null | undefined, limit?: number): string | null {
  return cleanLine(text ?? '', limit) || null;
}

function uptimeOf({ devbox, uptime }: Container): number | null {
  if (typeof devbox?.uptime_seconds === 'number') return devbox.uptime_seconds;
  return uptime === null || uptime === undefined ? null : uptimeSeconds(String(uptime));
}

type WireGpu = NonNullable<Container['gpus']>[number];

function toGpu({ type, total_memory }: WireGpu): BoxGpu {
  const said = typeof type === 'object' && type !== null && 'gpu_name' in type ? type.gpu_name : type;
  const memory = Number(total_memory ?? 0);
  return {
    name: typeof said === 'string' ? clean(said, 80) : null,
    memoryMib: Number.isInteger(memory) && memory > 0 ? memory : null,
  };
}

function typeOf({ type, gpu_type }: Container, gpus: readonly BoxGpu[]): string | null {
  const names = gpus.flatMap(({ name }) => (name === null ? [] : [name]));
  const [name = clean(gpu_type, 80)] = names;
  if (name !== null) return names.length > 1 ? `${names.length}x ${name}` : name;
  return type === 'CPU' ? null : clean(type, 80);
}

function volumeOf({ devbox, network_volume, volume_mount_path }: Container): BoxVolume | null {
  const name = clean(devbox?.volume ?? network_volume, 200);
  return name === null ? null : { name, mountPath: clean(volume_mount_path, 500) };
}
