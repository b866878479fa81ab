import * as z from 'zod/mini';
import type { GpuKind } from '../../providers/facets/gpus.ts';
import { type Text, token } from '../../ui/card.ts';
import { dollarsPerHour } from '../../ui/units.ts';
import { defineCommand } from '../command.ts';
import { listView } from '../list-view.ts';
import { requireFacet } from '../require-facet.ts';

/** Which GPUs are shown. */
const filterShape = {
  type: z
    .nullable(z.string().check(z.minLength(1, 'a part of the name of a kind')))
    .check(z.describe('only kinds with this in their name, in upper or lower case; null is all')),
  min_memory: z
    .nullable(z.int().check(z.minimum(0, 'a number of MB')))
    .check(z.describe('only kinds with at least so many MB of memory; null is all')),
};

interface Filter {
  readonly type: string | null;
  readonly min_memory: number | null;
}

export const gpus = defineCommand({
  name: 'gpus',
  summary: 'list the GPUs that are free',
  examples: ['devbox gpus', 'devbox gpus --type 4090', 'devbox command=gpus min_memory=40000 --json'],
  positionals: [],
  shape: filterShape,
  async run(config, deps) {
    const kinds = (await requireFacet(await deps.provider(), 'gpus').available()).filter(isWanted(config));
    const total = kinds.reduce((sum, { available }) => sum + (available ?? 0), 0);
    const view = listView({
      noun: 'kind of GPU',
      plural: 'kinds of GPUs',
      columns: ['GPU', 'COUNT', 'MEMORY', 'PRICE'],
      rows: kinds.map((kind) => [name(kind), String(kind.available ?? '-'), memory(kind), price(kind)]),
      none: ['No GPUs are free. ', token('command', 'devbox gpus types'), ' shows all kinds.'],
      json: kinds.map(gpuJson),
      quiet: kinds.map((kind) => kind.name),
    });
    return { view: kinds.length === 0 ? view : { ...view, footer: [`${total} available`] } };
  },
});

export const gpusTypes = defineCommand({
  name: 'gpus_types',
  summary: 'list all kinds of GPUs, with prices',
  examples: ['devbox gpus types', 'devbox gpus types --min-memory 24000 --json'],
  positionals: [],
  shape: filterShape,
  async run(config, deps) {
    const kinds = (await requireFacet(await deps.provider(), 'gpus').types()).filter(isWanted(config));
    const rows = kinds.map((kind) => [name(kind), memory(kind), price(kind), availability(kind)]);
    return {
      view: listView({
        noun: 'kind of GPU',
        plural: 'kinds of GPUs',
        columns: ['GPU', 'MEMORY', 'PRICE', 'AVAILABLE'],
        rows,
        none: 'No GPUs',
        json: kinds.map(gpuJson),
        quiet: kinds.map((kind) => kind.name),
      }),
    };
  },
});

/** A kind whose memory is not known is shown whatever is asked for. */
const isWanted =
  ({ type, min_memory: least }: Filter) =>
  (kind: GpuKind): boolean =>
    kind.name.toLowerCase().includes((type ?? '').toLowerCase()) &&
    (kind.memoryMb === null || kind.memoryMb >= (least ?? 0));

const name = (kind: GpuKind): Text => [token('strong', kind.name)];
const memory = ({ memoryMb }: GpuKind): string => (memoryMb === null ? '-' : `${memoryMb} MB`);

/** A server of one's own says that it costs nothing. */
function price({ priceCentsPerHour: cents }: GpuKind): Text {
  if (cents === 0) return 'free';
  return cents === null ? '-' : [token('money', dollarsPerHour(cents))];
}

function availability({ available }: GpuKind): Text {
  if (available === null) return '-';
  return [token(available > 0 ? 'good' : 'dim', String(available))];
}

function gpuJson(kind: GpuKind): Readonly<Record<string, unknown>> {
  return {
    name: kind.name,
    memory_mb: kind.memoryMb,
    price_cents_per_hour: kind.priceCentsPerHour,
    available: kind.available,
  };
}
