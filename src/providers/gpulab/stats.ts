import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import type { BoxStats } from '../../remote/access.ts';
import type { Connection } from './connection.ts';
import { containerPath } from './containers.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { statsSchema } from './wire.ts';

/** What a container uses now. */
export async function readStats(connection: Connection, id: string): Promise<BoxStats> {
  const call: ApiRequest = { method: 'GET', path: `${containerPath(id)}/stats` };
  const { success, message, stats } = parseAnswer(statsSchema, call, await connection.request(call));
  if (success === false || !stats) {
    const why = message ? cleanLine(message) : 'the server does not say what the box uses';
    throw new DevboxError('failed', why, { code: 'stats/unavailable' });
  }
  return {
    cpuPercent: stats.cpu_percentage ?? null,
    cpuCores: stats.cpu_cores ?? null,
    memoryUsed: stats.memory_usage ?? null,
    memoryLimit: stats.memory_limit ?? null,
    networkReceived: stats.network_rx ?? null,
    networkSent: stats.network_tx ?? null,
    blockRead: stats.block_read ?? null,
    blockWritten: stats.block_write ?? null,
    diskUsed: null,
    diskTotal: null,
    processes: stats.pids ?? null,
    gpus: (stats.gpus ?? []).map((gpu) => ({
      name: cleanLine(gpu.name, 100),
      memoryUsed: gpu.memory_used ?? null,
      memoryTotal: gpu.memory_total ?? null,
      utilisation: gpu.utilization ?? null,
      temperature: gpu.temperature ?? null,
    })),
  };
}
