import { describe, expect, test } from '@jest/globals';
import { statsView } from '../../../../src/commands/stats/view.ts';
import { noFacts } from '../../../../src/providers/facts.ts';
import type { Box } from '../../../../src/providers/provider.ts';
import type { BoxStats } from '../../../../src/remote/access.ts';
import { plainView } from '../../../../src/ui/plain.ts';

const box: Box = {
  ...noFacts,
  id: 'abc-123-def-456',
  name: 'my-training-job',
  provider: 'gpulab',
  status: 'running',
  phase: 'ready',
  address: null,
  region: null,
  type: null,
  priceCentsPerHour: null,
  createdAt: null,
  reach: { kind: 'server' },
  filesystems: [],
  sshKeys: [],
  extra: [],
};

const gibibyte = 1024 ** 3;
const nothing: BoxStats = {
  cpuPercent: null,
  cpuCores: null,
  memoryUsed: null,
  memoryLimit: null,
  networkReceived: null,
  networkSent: null,
  blockRead: null,
  blockWritten: null,
  diskUsed: null,
  diskTotal: null,
  processes: null,
  gpus: [],
};
const gpu = {
  name: 'NVIDIA GeForce RTX 4090',
  memoryUsed: 20.1 * gibibyte,
  memoryTotal: 24 * gibibyte,
  utilisation: 93,
  temperature: 72,
};
const busy: BoxStats = {
  ...nothing,
  cpuPercent: 542.4,
  cpuCores: 12,
  memoryUsed: 18.5 * gibibyte,
  memoryLimit: 32 * gibibyte,
  networkReceived: 1.2 * gibibyte,
  networkSent: 345 * 1024 ** 2,
  blockRead: 5.1 * gibibyte,
  blockWritten: 2.3 * gibibyte,
  processes: 42,
  gpus: [gpu],
};

const shown = (stats: BoxStats, columns: number): string =>
  plainView(statsView(box, stats, 0), { columns, color: false });

describe('what a box uses', () => {
  test('at 80 columns', () => {
    expect(shown(busy, 80)).toMatchInlineSnapshot(`
"my-training-job
       CPU:  45.2% (12 cores)   █████████░░░░░░░░░░░
    Memory:  18.5 GB / 32.0 GB  ████████████░░░░░░░░
       GPU:  93%                ███████████████████░  NVIDIA GeForce RTX 4090
   GPU Mem:  20.1 GB / 24.0 GB  █████████████████░░░
  GPU Temp:  72°C
   Network:  ↓ 1.2 GB  ↑ 345.0 MB
  Block IO:  R 5.1 GB  W 2.3 GB
      PIDs:  42
"
`);
  });

  test('at 40 columns', () => {
    expect(shown(busy, 40)).toMatchInlineSnapshot(`
"my-training-job
       CPU:  45.2% (12 cores)
             █████████░░░░░░░░░░░
    Memory:  18.5 GB / 32.0 GB
             ████████████░░░░░░░░
       GPU:  93%
             ███████████████████░
             NVIDIA GeForce RTX 4090
   GPU Mem:  20.1 GB / 24.0 GB
             █████████████████░░░
  GPU Temp:  72°C
   Network:  ↓ 1.2 GB  ↑ 345.0 MB
  Block IO:  R 5.1 GB  W 2.3 GB
      PIDs:  42
"
`);
  });

  test('has rows for what is known alone', () => {
    expect(shown({ ...nothing, memoryUsed: 5 * gibibyte, processes: 1 }, 80)).toMatchInlineSnapshot(`
"my-training-job
    Memory:  5.0 GB
      PIDs:  1
"
`);
    expect(shown({ ...nothing, cpuPercent: 130 }, 80)).toMatchInlineSnapshot(`
"my-training-job
       CPU:  130.0%  ████████████████████
"
`);
  });

  test('numbers GPUs where there are several', () => {
    const blind = { ...gpu, memoryUsed: null, utilisation: null, temperature: null };
    expect(shown({ ...nothing, gpus: [gpu, blind] }, 80)).toMatchInlineSnapshot(`
"my-training-job
      GPU 0:  93%                ███████████████████░  NVIDIA GeForce RTX 4090
  GPU Mem 0:  20.1 GB / 24.0 GB  █████████████████░░░
 GPU Temp 0:  72°C
      GPU 1:  NVIDIA GeForce RTX 4090
"
`);
  });

  test('is a document with sizes in bytes', () => {
    expect(statsView(box, busy, Date.UTC(2026, 2, 1)).json).toMatchObject({
      id: 'abc-123-def-456',
      time: '2026-03-01T00:00:00.000Z',
      cpu_percent: 542.4,
      cpu_cores: 12,
      memory_limit: 32 * gibibyte,
      disk_used: null,
      processes: 42,
      gpus: [{ name: 'NVIDIA GeForce RTX 4090', utilization: 93, temperature: 72 }],
    });
  });
});
