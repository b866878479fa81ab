import * as z from 'zod/mini';
import type { Wire } from './wire.ts';

const gpuStatsWire = z.object({
  name: z.string(),
  /** Bytes. */
  memory_used: z.nullable(z.int()),
  memory_total: z.nullable(z.int()),
  utilization: z.nullable(z.int()).check(z.describe('percent')),
  temperature: z.nullable(z.int()).check(z.describe('degrees Celsius')),
});

export type GpuStatsWire = Wire<typeof gpuStatsWire>;

/** Whole bytes: strict clients refuse any other. */
const bytes = z.nullable(z.int()).check(z.describe('bytes'));

/** Answer of `GET /v1/containers/{uuid}/stats`; null stands for what cannot be told. */
export const statsWire = z.object({
  success: z.boolean(),
  message: z.string(),
  stats: z.object({
    cpu_percentage: z.nullable(z.number()).check(z.describe('100 is one core')),
    memory_percentage: z.nullable(z.number()).check(z.describe('of the limit')),
    memory_usage: bytes,
    memory_limit: bytes,
    memory_cache: bytes,
    network_rx: bytes,
    network_tx: bytes,
    block_read: bytes,
    block_write: bytes,
    pids: z.int(),
    timestamp: z.iso.datetime(),
    /** Ours. */
    cpu_cores: z.number().check(z.describe('cores that the container may use')),
    /** Ours. */
    gpus: z.array(gpuStatsWire).check(z.describe('the GPUs that belong to the container')),
  }),
});

export type StatsWire = Wire<typeof statsWire>;
