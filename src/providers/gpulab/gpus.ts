import * as z from 'zod/mini';
import { cleanLine } from '../../base/text.ts';
import type { GpusFacet } from '../facets/gpus.ts';
import type { Connection } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';

/** A number, or a text of one. */
const numeric = z.catch(
  z.nullish(
    z.pipe(
      z.union([z.number(), z.string().check(z.regex(/^\s*\d+(\.\d+)?\s*$/))]),
      z.transform((value) => Number(value)),
    ),
  ),
  null,
);
const whole = z.nullish(z.int());

const typesSchema = z.array(
  z.object({
    gpu_name: z.string(),
    gpu_total_memory: whole,
    gpu_price: numeric,
    available_count: whole,
  }),
);

const availableSchema = z.object({
  summary: z.nullish(
    z.array(z.object({ gpu_name: z.string(), count: z.int(), memory_mb: whole, price: numeric })),
  ),
});

/** The GPUs of a server. */
export function gpusOf(connect: () => Promise<Connection>): GpusFacet {
  return {
    async types() {
      const call: ApiRequest = { method: 'GET', path: '/v1/gpus/types' };
      const kinds = parseAnswer(typesSchema, call, await (await connect()).request(call));
      return kinds.map((kind) => ({
        name: cleanLine(kind.gpu_name, 100),
        memoryMb: kind.gpu_total_memory ?? null,
        priceCentsPerHour: cents(kind.gpu_price),
        available: kind.available_count ?? null,
      }));
    },

    async available() {
      const call: ApiRequest = { method: 'GET', path: '/v1/gpus/available' };
      const { summary } = parseAnswer(availableSchema, call, await (await connect()).request(call));
      return (summary ?? []).map((kind) => ({
        name: cleanLine(kind.gpu_name, 100),
        memoryMb: kind.memory_mb ?? null,
        priceCentsPerHour: cents(kind.price),
        available: kind.count,
      }));
    },
  };
}

/** Dollars as cents. */
const cents = (dollars: number | null | undefined): number | null =>
  dollars === null || dollars === undefined ? null : Math.round(dollars * 10_000) / 100;
