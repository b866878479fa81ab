import { expect, test } from '@jest/globals';
import type { EngineFacts } from '../../../../src/server/engine/docker/client.ts';
import { toStats } from '../../../../src/server/engine/docker/stats.ts';
import { Lives } from '../../../../src/server/engine/docker/supervise.ts';

const facts: EngineFacts = {
  product: 'Docker',
  version: '27.1.1',
  cores: 4,
  memoryBytes: 16e9,
  limitsMemory: true,
};

test('figures are read as docker stats reads them', () => {
  const answer = {
    cpu_stats: { cpu_usage: { total_usage: 3_000 }, system_cpu_usage: 20_000, online_cpus: 8 },
    precpu_stats: { cpu_usage: { total_usage: 1_000 }, system_cpu_usage: 10_000 },
    memory_stats: { usage: 900, limit: 1_000, stats: { inactive_file: 200, file: 300 } },
    networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
    blkio_stats: {
      io_service_bytes_recursive: [
        { op: 'read', value: 5 },
        { op: 'Write', value: 6 },
        { op: 'write', value: 7 },
      ],
    },
    pids_stats: { current: 12 },
  };
  expect(toStats(answer, facts)).toEqual({
    cpuPercent: 160,
    cpuCores: 8,
    memoryUsed: 700,
    memoryLimit: 1_000,
    memoryCache: 300,
    networkReceived: 11,
    networkSent: 22,
    blockRead: 5,
    blockWritten: 13,
    processes: 12,
  });
});

test('what an engine does not tell is not known', () => {
  const first = { cpu_stats: { cpu_usage: { total_usage: 5 } }, precpu_stats: {}, memory_stats: {} };
  expect(toStats(first, facts)).toMatchObject({
    cpuPercent: null,
    memoryUsed: null,
    networkSent: null,
    blockRead: null,
  });
  expect(toStats({}, facts)).toMatchObject({ cpuCores: 4, memoryLimit: 16e9, processes: 0 });
});

test('five short lives in a row are too many; a long one between them makes them few', () => {
  const lives = new Lives();
  const live = (from: number, seconds: number): number | undefined => {
    lives.start('c', from);
    return lives.end('c', from + seconds * 1000);
  };
  expect([1, 2, 3, 4].map((each) => live(each * 1000, 0.2))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(live(5_000, 11)).toBeUndefined();
  expect([1, 2, 3, 4].map((each) => live(each * 1000, 0.2)).filter(Boolean)).toEqual([]);
  expect(live(9_000, 9)).toBe(5);
  expect(live(10_000, 0.1)).toBeUndefined();
});

test('an end that is told before its beginning does not start the count anew', () => {
  const lives = new Lives();
  const told: (number | undefined)[] = [];
  for (let life = 0; life < 7; life++) {
    told.push(lives.end('c', life * 1000 + 50));
    lives.start('c', life * 1000);
  }
  expect(told).toEqual([undefined, undefined, undefined, undefined, undefined, 5, undefined]);
});
