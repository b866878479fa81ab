import { availableParallelism } from 'node:os';
import type { AllocatedGpu, EngineBox } from '../engine/engine.ts';
import type { Gpu } from '../gpus/gpu.ts';
import type {
  ContainerDetailWire,
  ContainerGpuWire,
  ContainerWire,
  GpuTypeWire,
} from '../wire/containers.ts';

/** What a container's wire form needs beside the box. */
export interface WireContext {
  readonly engine: string;
  readonly now: number;
  /** Host of the URLs of opened ports. */
  readonly host: string;
  /** What the box's GPUs do now, those that could be read. */
  readonly readings: readonly Gpu[];
  /** Name of the box's volume; undefined where it has none, or where that is gone. */
  readonly volumeName: string | undefined;
}

/** A box as GPULab's clients read it. */
export function toWire(box: EngineBox, context: WireContext): ContainerWire {
  const { spec } = box;
  const runs = box.status === 'running' && box.startedAt !== null;
  const seconds = runs ? Math.max(0, Math.floor((context.now - box.startedAt) / 1000)) : null;
  const urls = box.published.map(
    ({ port, hostPort }) => [port, `http://${context.host}:${hostPort}`] as const,
  );
  const [mount] = spec.mounts;
  const reading = ({ uuid }: AllocatedGpu): Gpu | undefined =>
    context.readings.find((gpu) => gpu.uuid === uuid);
  return {
    uuid: box.id,
    server_name: spec.name,
    status: shownStatus(box, context.now),
    type: boxType(spec.gpus),
    memory: spec.memoryGb,
    allocated_cpu_cores: availableParallelism(),
    public_urls: urls.map(([port, url]) => `${port}=${url}`).join(', ') || null,
    opened_ports: spec.ports.join(',') || null,
    environment_variables: spec.env,
    volume_mount_path: mount?.target ?? null,
    command: spec.command,
    web_terminal: null,
    uptime: seconds === null ? null : formatUptime(seconds),
    gpu_count: spec.gpus.length,
    gpus: spec.gpus.map((gpu) => gpuWire(gpu, reading(gpu))),
    created_at: new Date(box.createdAt).toISOString(),
    updated_at: new Date(box.updatedAt).toISOString(),
    devbox: {
      status: box.status,
      engine: context.engine,
      isolation: box.isolation,
      home: box.home,
      workspace: box.workspace,
      uptime_seconds: seconds,
      tags: spec.tags,
      failure: box.failure,
      image: spec.image?.reference ?? null,
      template: spec.template,
      volume: mount
        ? { id: mount.volume, name: context.volumeName ?? mount.volume, mount_path: mount.target }
        : null,
      ports: Object.fromEntries(urls),
      gpus: spec.gpus.map((gpu) => ({
        uuid: gpu.uuid,
        index: gpu.index,
        name: gpu.name,
        memory_mib: gpu.memoryMib,
        memory_used_mib: reading(gpu)?.memoryUsedMib ?? null,
        utilisation_percent: reading(gpu)?.utilisationPercent ?? null,
        temperature_celsius: reading(gpu)?.temperatureCelsius ?? null,
      })),
    },
  };
}

/** A box on its own: with what it was made from, and the end of its log. */
export function toDetail(box: EngineBox, context: WireContext, logs: string): ContainerDetailWire {
  const { template, image, mounts, gpus } = box.spec;
  const [mount] = mounts;
  const [gpu] = gpus;
  return {
    ...toWire(box, context),
    template: template && {
      template_uuid: template.uuid,
      name: template.name,
      docker_image: image?.reference ?? '',
    },
    network_volume: mount
      ? { volume_uuid: mount.volume, volume_name: context.volumeName ?? mount.volume }
      : null,
    gpu_type: gpu ? gpuType(gpu) : null,
    logs,
  };
}

/** Longer than clients let pass between two looks at a new box, in milliseconds. */
const lookMilliseconds = 5_000;

/**
 * GPULab's client waits for a new box until it sees it run or fail, and for ever for one whose command ended well before
 * its first look. So such an end is shown a little later than it was; `devbox.status` says it at once.
 */
function shownStatus({ status, endedAt }: EngineBox, now: number): EngineBox['status'] {
  return endedAt !== null && now - endedAt < lookMilliseconds ? 'running' : status;
}

export const boxType = (gpus: readonly AllocatedGpu[]): 'GPU' | 'CPU' => (gpus.length > 0 ? 'GPU' : 'CPU');

function gpuWire(gpu: AllocatedGpu, reading: Gpu | undefined): ContainerGpuWire {
  const temperature = reading?.temperatureCelsius ?? null;
  return {
    gpu_uuid: gpu.uuid,
    gpu_index: String(gpu.index),
    gpu_status: 'allocated',
    gpu_temperature: temperature === null ? null : String(temperature),
    memory_used: reading?.memoryUsedMib ?? null,
    total_memory: gpu.memoryMib,
    type: gpuType(gpu),
  };
}

const gpuType = ({ name, memoryMib }: AllocatedGpu): GpuTypeWire => ({
  gpu_name: name,
  gpu_total_memory: memoryMib,
});

/** `3d 4h`, `4h 5m`, `5m 6s`, `6s`: the two largest units. */
export function formatUptime(seconds: number): string {
  const units: [string, number][] = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3600) % 24],
    ['m', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ];
  const first = units.findIndex(([, amount]) => amount > 0);
  const shown = first === -1 ? units.slice(3) : units.slice(first, first + 2);
  return shown.map(([unit, amount]) => `${amount}${unit}`).join(' ');
}
