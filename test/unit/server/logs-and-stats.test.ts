import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import type { BoxStats } from '../../../src/server/engine/engine.ts';
import { LogRoom, maxPageBytes } from '../../../src/server/engine/log-room.ts';
import { logText } from '../../../src/server/routes/logs.ts';
import { toStatsWire } from '../../../src/server/routes/stats.ts';

const stats: BoxStats = {
  cpuPercent: 33.3333,
  cpuCores: 3.5,
  memoryUsed: 1000.4,
  memoryLimit: 3000,
  memoryCache: null,
  networkReceived: 1.5,
  networkSent: 2,
  blockRead: Number.NaN,
  blockWritten: 0,
  processes: 4,
};
const gpu = {
  uuid: 'GPU-1',
  index: 0,
  name: 'NVIDIA A100',
  memoryMib: 40960,
  memoryUsedMib: 1024,
  utilisationPercent: 50,
  temperatureCelsius: null,
};

/** As a strict client decodes it: an integer is none with a fraction. */
const whole = z.nullable(z.int());
const strict = z.strictObject({
  success: z.literal(true),
  message: z.string(),
  stats: z.strictObject({
    cpu_percentage: z.nullable(z.number()),
    memory_percentage: z.nullable(z.number()),
    memory_usage: whole,
    memory_limit: whole,
    memory_cache: whole,
    network_rx: whole,
    network_tx: whole,
    block_read: whole,
    block_write: whole,
    pids: whole,
    timestamp: z.string(),
    cpu_cores: z.number(),
    gpus: z.array(
      z.strictObject({
        name: z.string(),
        memory_used: whole,
        memory_total: whole,
        utilization: z.nullable(z.number()),
        temperature: z.nullable(z.number()),
      }),
    ),
  }),
});

describe('stats', () => {
  test('have the types of strict clients, whatever an engine measures', () => {
    const wire = JSON.parse(JSON.stringify(toStatsWire(stats, [gpu], Date.UTC(2026, 2, 1))));
    expect(z.parse(strict, wire).stats).toMatchObject({
      cpu_percentage: 33.33,
      memory_percentage: 33.35,
      memory_usage: 1000,
      memory_cache: null,
      network_rx: 2,
      block_read: null,
      timestamp: '2026-03-01T00:00:00.000Z',
      gpus: [{ name: 'NVIDIA A100', memory_total: 40 * 1024 ** 3, utilization: 50, temperature: null }],
    });
  });

  test('have no share of a memory without a limit', () => {
    expect(toStatsWire({ ...stats, memoryLimit: 0 }, [], 0).stats.memory_percentage).toBeNull();
  });
});

describe('the text of a log', () => {
  const entries = [
    { time: '2026-03-01T00:00:00.5Z', stream: 'stdout', text: 'one' },
    { time: '2026-03-01T00:00:01Z', stream: 'stderr', text: '' },
  ] as const;

  test('has every line ended, with times where they are wanted', () => {
    expect(logText({ entries, cursor: '', truncated: false }, false)).toBe('one\n\n');
    expect(logText({ entries, cursor: '', truncated: false }, true)).toBe(
      '2026-03-01T00:00:00.5Z one\n2026-03-01T00:00:01Z \n',
    );
  });

  test('says that it is cut', () => {
    expect(logText({ entries, cursor: '', truncated: true }, false)).toBe(
      '[devbox: older lines are left out]\none\n\n',
    );
  });

  test.each([
    ['short lines', 'x'],
    ['long lines', 'x'.repeat(60_000)],
    ['control characters', '\u0000'.repeat(60_000)],
  ])('fits into an answer with %s', (_name, text) => {
    const room = new LogRoom();
    const entries = [];
    while (room.take({ text })) entries.push({ time: '2026-03-01T00:00:00.000Z', stream: 'stdout', text });
    expect(JSON.stringify(entries).length).toBeLessThan(maxPageBytes + 1000);
    expect(JSON.stringify(entries).length).toBeGreaterThan(maxPageBytes * 0.75);
  });
});
