import type { PoolGpu } from '../gpus/pool.ts';
import { gpusAvailableWire, gpuTypesWire } from '../wire/gpus.ts';
import { endpoint } from './endpoint.ts';
import type { Routes } from './routes.ts';

/** The machine's GPUs: which kinds there are, and what is free. */
export const gpuRoutes: Routes = (app, { gpus }) => {
  endpoint(
    app,
    'GET',
    '/v1/gpus/types',
    {
      id: 'listGpuTypes',
      summary: 'The kinds of GPUs of the machine',
      answer: gpuTypesWire,
      problems: [503],
    },
    async () =>
      kindsOf(await gpus.list()).map((kind) => ({
        gpu_name: kind.name,
        gpu_total_memory: kind.memoryMib,
        // It is your own.
        gpu_price: 0,
        available_count: kind.free.length,
      })),
  );

  endpoint(
    app,
    'GET',
    '/v1/gpus/available',
    {
      id: 'listAvailableGpus',
      summary: 'The GPUs that no container has',
      answer: gpusAvailableWire,
      problems: [503],
    },
    async () => {
      const all = await gpus.list();
      const free = all.filter(({ holder }) => holder === null).map(({ gpu }) => gpu);
      return {
        total_available: free.length,
        summary: kindsOf(all)
          .filter((kind) => kind.free.length > 0)
          .map((kind) => ({
            count: kind.free.length,
            gpu_name: kind.name,
            memory_mb: kind.memoryMib,
            price: 0,
          })),
        gpus: free.map((gpu) => ({
          gpu_uuid: gpu.uuid,
          gpu_index: String(gpu.index),
          gpu_name: gpu.name,
          total_memory: gpu.memoryMib,
          memory_used: gpu.memoryUsedMib,
          utilisation_percent: gpu.utilisationPercent,
          gpu_temperature: gpu.temperatureCelsius === null ? null : String(gpu.temperatureCelsius),
        })),
      };
    },
  );
};

interface Kind {
  readonly name: string;
  readonly memoryMib: number | null;
  readonly free: readonly PoolGpu[];
}

/** GPUs of the same name and memory are of one kind. */
function kindsOf(all: readonly PoolGpu[]): Kind[] {
  const groups = new Map<string, PoolGpu[]>();
  for (const one of all) {
    const key = `${one.gpu.name}\0${one.gpu.memoryMib}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const free = group.filter(({ holder }) => holder === null);
    return [{ name: first.gpu.name, memoryMib: first.gpu.memoryMib, free }];
  });
}
