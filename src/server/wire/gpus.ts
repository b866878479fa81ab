import * as z from 'zod/mini';

/** Answer of `GET /v1/gpus/types`. Memory in MB (of 2^20 bytes). */
export const gpuTypesWire = z.array(
  z.object({
    gpu_name: z.string(),
    gpu_total_memory: z.nullable(z.int()),
    gpu_price: z.number(),
    available_count: z.int(),
  }),
);

/** Answer of `GET /v1/gpus/available`: those that nobody has. */
export const gpusAvailableWire = z.object({
  total_available: z.int(),
  summary: z.array(
    z.object({ count: z.int(), gpu_name: z.string(), memory_mb: z.nullable(z.int()), price: z.number() }),
  ),
  gpus: z.array(
    z.object({
      gpu_uuid: z.string(),
      gpu_index: z.string(),
      gpu_name: z.string(),
      total_memory: z.nullable(z.int()),
      memory_used: z.nullable(z.int()),
      utilisation_percent: z.nullable(z.int()),
      gpu_temperature: z.nullable(z.string()),
    }),
  ),
});
