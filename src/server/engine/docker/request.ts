import type { ContainerCreateOptions, DeviceRequest } from 'dockerode';
import { gpuEnvironment } from '../../gpus/environment.ts';
import type { AllocatedGpu, BoxSpec } from '../engine.ts';
import type { EngineFacts } from './client.ts';
import { completeReference, DeployFailure } from './image.ts';
import { type BoxMark, toLabels } from './labels.ts';

/** Shared memory in a box, in bytes: the engines' own 64 MiB are too little for programs that load training data. */
const sharedMemory = 1024 ** 3;

export interface RequestContext {
  readonly server: string;
  readonly facts: EngineFacts;
  /** Address of this machine at which opened ports are reached. */
  readonly publishHost: string;
  /** Seconds that its processes get to end by themselves. */
  readonly graceSeconds: number;
  /** Whether the image says what it runs. */
  readonly imageRuns: boolean;
}

/**
 * A box as the engine is asked for it. Its command runs once. What an image runs by itself is started again when it
 * ends; its standard input is held open, so that a shell or an interpreter, which would end at once, waits.
 * @throws DeployFailure for what this engine cannot give
 */
export function toRequest(mark: BoxMark, context: RequestContext): ContainerCreateOptions {
  const { spec, box, deploy } = mark;
  const { facts } = context;
  const ports = spec.ports.map((port) => `${port}/tcp`);
  return {
    name: `devbox-${spec.name}-${deploy.slice(0, 8)}`,
    Image: completeReference(spec.image?.reference ?? ''),
    Hostname: hostName(spec.name),
    Env: Object.entries(variables(spec, box)).map((pair) => pair.join('=')),
    Labels: toLabels(context.server, mark),
    StopTimeout: context.graceSeconds,
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    ...programOf(spec, context.imageRuns),
    HostConfig: {
      // An empty port leaves the choice to the engine.
      PortBindings: Object.fromEntries(
        ports.map((port) => [port, [{ HostIp: context.publishHost, HostPort: '' }]]),
      ),
      Mounts: spec.mounts.map(({ source, target }) => ({ Type: 'bind', Source: source, Target: target })),
      RestartPolicy: { Name: spec.command === null ? 'unless-stopped' : 'no' },
      ShmSize: sharedMemory,
      ...(spec.memoryGb !== null && facts.limitsMemory ? memoryLimit(spec.memoryGb) : {}),
      ...(spec.gpus.length > 0 ? { DeviceRequests: [gpuRequest(spec.gpus, facts)] } : {}),
    },
  };
}

function programOf({ command }: BoxSpec, imageRuns: boolean): Partial<ContainerCreateOptions> {
  if (command !== null) return { Entrypoint: ['/bin/sh', '-c'], Cmd: [command] };
  return { OpenStdin: true, ...(imageRuns ? {} : { Entrypoint: ['/bin/sh'], Cmd: [] }) };
}

function variables(spec: BoxSpec, box: string): Record<string, string> {
  return {
    ...spec.env,
    // Where NVIDIA's runtime is the engine's default, an image or a box could otherwise ask for all of them.
    ...(spec.gpus.length === 0 ? gpuEnvironment([]) : {}),
    DEVBOX_ID: box,
    DEVBOX_NAME: spec.name,
  };
}

/** Swap as large as the memory would double the limit. */
function memoryLimit(gigabytes: number): { Memory: number; MemorySwap: number } {
  const bytes = Math.round(gigabytes * 1024 ** 3);
  return { Memory: bytes, MemorySwap: bytes };
}

/**
 * Docker hands GPUs over itself; Podman by the names of the Container Device Interface, through this API since 5.0.
 * @throws DeployFailure
 */
function gpuRequest(gpus: readonly AllocatedGpu[], { product, version }: EngineFacts): DeviceRequest {
  const uuids = gpus.map(({ uuid }) => uuid);
  if (product === 'Docker') return { Driver: 'nvidia', DeviceIDs: uuids, Capabilities: [['gpu']] };
  if (Number.parseInt(version, 10) < 5) {
    throw new DeployFailure(`Podman ${version} cannot be asked for GPUs: it needs Podman 5 or Docker`);
  }
  return { Driver: 'cdi', DeviceIDs: uuids.map((uuid) => `nvidia.com/gpu=${uuid}`) };
}

function hostName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63) || 'devbox'
  );
}
