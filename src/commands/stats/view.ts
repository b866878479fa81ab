import type { Box } from '../../providers/provider.ts';
import type { BoxStats, GpuStats } from '../../remote/access.ts';
import { bar } from '../../ui/bar.ts';
import { type Row, type Text, token } from '../../ui/card.ts';
import { byteSize } from '../../ui/units.ts';
import type { View } from '../../ui/view.ts';

/** What a box uses; what its side cannot tell has no row. @param now milliseconds since 1970. */
export function statsView(box: Box, stats: BoxStats, now: number): View {
  return {
    cards: [{ title: box.name ?? box.id, rows: statsRows(stats) }],
    json: statsJson(box, stats, now),
    quiet: [box.id],
  };
}

/** A value with a bar behind it; the bars of a card stand in one column. */
interface Gauge {
  readonly text: string;
  /** From 0 to 1; null where the whole is not known. */
  readonly share: number | null;
  /** Behind the bar. */
  readonly note?: string;
}

function statsRows(stats: BoxStats): Row[] {
  const { gpus } = stats;
  const values: [string, Gauge | string | undefined][] = [
    ['CPU', cpuGauge(stats)],
    ['Memory', usedOf(stats.memoryUsed, stats.memoryLimit)],
    ['Disk', usedOf(stats.diskUsed, stats.diskTotal)],
    ...gpus.flatMap((gpu, index) => gpuRows(gpu, gpus.length > 1 ? ` ${index}` : '')),
    ['Network', pair('↓', stats.networkReceived, '↑', stats.networkSent)],
    ['Block IO', pair('R', stats.blockRead, 'W', stats.blockWritten)],
    ['PIDs', stats.processes === null ? undefined : String(stats.processes)],
  ];
  const gauges = values.flatMap(([, value]) => (typeof value === 'object' ? [value.text.length] : []));
  const width = Math.max(0, ...gauges);
  return values.flatMap(([label, value]) =>
    value === undefined
      ? []
      : [{ label, value: typeof value === 'string' ? value : gaugeText(value, width) }],
  );
}

function gaugeText({ text, share, note }: Gauge, width: number): Text {
  const behind = note === undefined ? [] : ['  ', token('dim', note)];
  if (share === null) return [text, ...behind];
  return [`${text.padEnd(width)}  `, ...bar(share), ...behind];
}

/** As a share of all cores where their number is known. */
function cpuGauge({ cpuPercent, cpuCores }: BoxStats): Gauge | undefined {
  const cores = cpuCores === null ? '' : ` (${cpuCores} ${cpuCores === 1 ? 'core' : 'cores'})`;
  if (cpuPercent === null) return cores === '' ? undefined : { text: cores.trim(), share: null };
  const percent = cpuPercent / (cpuCores || 1);
  return { text: `${percent.toFixed(1)}%${cores}`, share: percent / 100 };
}

function usedOf(used: number | null, limit: number | null): Gauge | undefined {
  if (used === null) return undefined;
  if (limit === null || limit === 0) return { text: byteSize(used), share: null };
  return { text: `${byteSize(used)} / ${byteSize(limit)}`, share: used / limit };
}

function gpuRows(gpu: GpuStats, number: string): [string, Gauge | string | undefined][] {
  const { name, utilisation, temperature } = gpu;
  return [
    [
      `GPU${number}`,
      utilisation === null ? name : { text: `${utilisation}%`, share: utilisation / 100, note: name },
    ],
    [`GPU Mem${number}`, usedOf(gpu.memoryUsed, gpu.memoryTotal)],
    [`GPU Temp${number}`, temperature === null ? undefined : `${temperature}°C`],
  ];
}

function pair(first: string, a: number | null, second: string, b: number | null): string | undefined {
  const parts = [
    ...(a === null ? [] : [`${first} ${byteSize(a)}`]),
    ...(b === null ? [] : [`${second} ${byteSize(b)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join('  ');
}

/** Sizes in bytes; `cpu_percent` counts 100 for one core. */
function statsJson(box: Box, stats: BoxStats, now: number): Readonly<Record<string, unknown>> {
  return {
    id: box.id,
    name: box.name,
    time: new Date(now).toISOString(),
    cpu_percent: stats.cpuPercent,
    cpu_cores: stats.cpuCores,
    memory_used: stats.memoryUsed,
    memory_limit: stats.memoryLimit,
    disk_used: stats.diskUsed,
    disk_total: stats.diskTotal,
    network_received: stats.networkReceived,
    network_sent: stats.networkSent,
    block_read: stats.blockRead,
    block_written: stats.blockWritten,
    processes: stats.processes,
    gpus: stats.gpus.map((gpu) => ({
      name: gpu.name,
      memory_used: gpu.memoryUsed,
      memory_total: gpu.memoryTotal,
      utilization: gpu.utilisation,
      temperature: gpu.temperature,
    })),
  };
}
