import type { BoxStats } from '../engine/engine.ts';
import type { Gpu } from '../gpus/gpu.ts';
import { type GpuStatsWire, type StatsWire, statsWire } from '../wire/stats.ts';
import { endpoint } from './endpoint.ts';
import type { Routes } from './routes.ts';

/** What a container uses now. */
export const statsRoutes: Routes = (app, { engine, gpus, now }) => {
  endpoint(
    app,
    'GET',
    '/v1/containers/:uuid/stats',
    {
      id: 'containerStats',
      summary: 'What a running container uses now',
      answer: statsWire,
      problems: [409, 503],
    },
    async ({ params }) => {
      const { spec } = await engine.get(params.uuid);
      const [stats, readings] = await Promise.all([engine.stats(params.uuid), gpus.readings(spec.gpus)]);
      return toStatsWire(stats, readings, now());
    },
  );
};

/** @param now milliseconds since 1970. */
export function toStatsWire(stats: BoxStats, gpus: readonly Gpu[], now: number): StatsWire {
  const { cpuPercent, cpuCores, memoryUsed, memoryLimit } = stats;
  return {
    success: true,
    message: '',
    stats: {
      cpu_percentage: cpuPercent === null ? null : hundredths(cpuPercent),
      memory_percentage:
        memoryUsed === null || memoryLimit <= 0 ? null : hundredths((memoryUsed / memoryLimit) * 100),
      memory_usage: whole(memoryUsed),
      memory_limit: whole(memoryLimit),
      memory_cache: whole(stats.memoryCache),
      network_rx: whole(stats.networkReceived),
      network_tx: whole(stats.networkSent),
      block_read: whole(stats.blockRead),
      block_write: whole(stats.blockWritten),
      pids: Math.round(stats.processes),
      timestamp: new Date(now).toISOString(),
      cpu_cores: cpuCores,
      gpus: gpus.map(toGpuWire),
    },
  };
}

function toGpuWire(gpu: Gpu): GpuStatsWire {
  return {
    name: gpu.name,
    memory_used: bytesOf(gpu.memoryUsedMib),
    memory_total: bytesOf(gpu.memoryMib),
    utilization: gpu.utilisationPercent,
    temperature: gpu.temperatureCelsius,
  };
}

const bytesOf = (mib: number | null): number | null => (mib === null ? null : Math.round(mib * 1024 ** 2));
const hundredths = (value: number): number => Math.round(value * 100) / 100;
const whole = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Math.round(value);
