import * as z from 'zod/mini';
import type { BoxStats } from '../engine.ts';
import { type EngineClient, type EngineFacts, EngineRefusal } from './client.ts';
import { FrameParser } from './demux.ts';
import { startExec } from './started.ts';

const count = z.nullish(z.number());
const cpu = z.nullish(
  z.object({
    cpu_usage: z.nullish(z.object({ total_usage: count })),
    system_cpu_usage: count,
    online_cpus: count,
  }),
);

const statsSchema = z.object({
  cpu_stats: cpu,
  precpu_stats: cpu,
  memory_stats: z.nullish(
    z.object({ usage: count, limit: count, stats: z.nullish(z.record(z.string(), z.unknown())) }),
  ),
  networks: z.nullish(z.record(z.string(), z.object({ rx_bytes: count, tx_bytes: count }))),
  blkio_stats: z.nullish(
    z.object({
      io_service_bytes_recursive: z.nullish(z.array(z.object({ op: z.string(), value: z.number() }))),
    }),
  ),
  pids_stats: z.nullish(z.object({ current: count })),
});

/** Measures what a running container uses; takes about a second, between two looks at its processor time. */
export async function readStats(
  client: EngineClient,
  container: string,
  facts: EngineFacts,
): Promise<BoxStats> {
  try {
    const answer = await client.ask((docker) => docker.getContainer(container).stats({ stream: false }));
    return toStats(answer, facts);
  } catch (error) {
    // Where containers have no control groups (Podman can be set up so) nothing can be measured.
    if (!(error instanceof EngineRefusal) || error.status !== 500) throw error;
    return { ...toStats({}, facts), processes: await countProcesses(client, container) };
  }
}

/** How many processes there are in a container, as a program in it sees them. */
async function countProcesses(client: EngineClient, container: string): Promise<number> {
  const { stream } = await startExec(client, container, ['/bin/sh', '-c', 'set -- /proc/[0-9]*; echo $#']);
  stream.end();
  const parser = new FrameParser();
  let said = '';
  for await (const bytes of stream) {
    said += parser
      .add(bytes)
      .map((message) => message.bytes.toString('utf8'))
      .join('');
  }
  // Less the one that counted. Without a shell there is the main process at least.
  return Math.max(1, Number(said.trim()) - 1 || 1);
}

/** Reads an engine's figures as the command `docker stats` does. */
export function toStats(answer: unknown, facts: EngineFacts): BoxStats {
  const stats = z.parse(statsSchema, answer);
  const { memory_stats: memory, networks } = stats;
  const figures = memory?.stats ?? {};
  const sum = (key: 'rx_bytes' | 'tx_bytes'): number | null =>
    networks ? Object.values(networks).reduce((total, each) => total + (each[key] ?? 0), 0) : null;
  const cores = stats.cpu_stats?.online_cpus || facts.cores;
  return {
    cpuPercent: cpuPercent(stats.cpu_stats, stats.precpu_stats, cores),
    cpuCores: cores,
    memoryUsed: memoryUsed(memory?.usage, figures),
    memoryLimit: memory?.limit || facts.memoryBytes,
    memoryCache: number(figures['file']) ?? number(figures['cache']),
    networkReceived: sum('rx_bytes'),
    networkSent: sum('tx_bytes'),
    blockRead: blockBytes(stats, 'read'),
    blockWritten: blockBytes(stats, 'write'),
    processes: stats.pids_stats?.current ?? 0,
  };
}

type Cpu = z.infer<typeof cpu>;

/** The container's share of the time that all cores spent between two looks; 100 is one core. */
function cpuPercent(now: Cpu, before: Cpu, cores: number): number | null {
  const own = difference(now?.cpu_usage?.total_usage, before?.cpu_usage?.total_usage);
  const all = difference(now?.system_cpu_usage, before?.system_cpu_usage);
  return own === null || all === null || all <= 0 || own < 0 ? null : (own / all) * cores * 100;
}

/** What the kernel could take back at once does not count as used. */
function memoryUsed(
  usage: number | null | undefined,
  figures: Readonly<Record<string, unknown>>,
): number | null {
  if (typeof usage !== 'number') return null;
  const inactive = number(figures['total_inactive_file']) ?? number(figures['inactive_file']) ?? 0;
  return inactive < usage ? usage - inactive : usage;
}

function blockBytes({ blkio_stats }: z.infer<typeof statsSchema>, operation: string): number | null {
  const entries = blkio_stats?.io_service_bytes_recursive;
  if (!entries) return null;
  return entries.reduce((sum, { op, value }) => sum + (op.toLowerCase() === operation ? value : 0), 0);
}

function difference(now: number | null | undefined, before: number | null | undefined): number | null {
  return typeof now === 'number' && typeof before === 'number' ? now - before : null;
}

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
