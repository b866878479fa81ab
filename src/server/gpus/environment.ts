import type { AllocatedGpu } from '../engine/engine.ts';

/** Variables that show programs of a box its own GPUs and no others, where nothing stronger keeps them apart. */
export function gpuEnvironment(gpus: readonly AllocatedGpu[]): Readonly<Record<string, string>> {
  if (gpus.length === 0) return { CUDA_VISIBLE_DEVICES: '', NVIDIA_VISIBLE_DEVICES: 'void' };
  const uuids = gpus.map(({ uuid }) => uuid).join(',');
  return { CUDA_VISIBLE_DEVICES: uuids, NVIDIA_VISIBLE_DEVICES: uuids };
}
