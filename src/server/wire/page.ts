import * as z from 'zod/mini';
import type { Wire } from './wire.ts';

const linksWire = z.object({
  first: z.string(),
  last: z.string(),
  prev: z.nullable(z.string()),
  next: z.nullable(z.string()),
});

const metaWire = z.object({
  current_page: z.int(),
  from: z.nullable(z.int()),
  last_page: z.int(),
  path: z.string(),
  per_page: z.int(),
  to: z.nullable(z.int()),
  total: z.int(),
});

/** A list as GPULab pages it. */
export const pageOf = <T extends z.ZodMiniType>(item: T) =>
  z.object({ data: z.array(item), links: linksWire, meta: metaWire });

export interface Page<T> {
  readonly data: readonly T[];
  readonly links: Wire<typeof linksWire>;
  readonly meta: Wire<typeof metaWire>;
}

/** Query of a list: only those of this name. GPULab's clients also send `page`; there is one. */
export const listQuery = z.object({ name: z.optional(z.string()) });

/** Everything on the first page, which is the last one too: what a server of one team has fits. */
export function onePage<T>(path: string, data: readonly T[]): Page<T> {
  const total = data.length;
  return {
    data,
    links: { first: `${path}?page=1`, last: `${path}?page=1`, prev: null, next: null },
    meta: {
      current_page: 1,
      from: total === 0 ? null : 1,
      last_page: 1,
      path,
      per_page: Math.max(total, 1),
      to: total === 0 ? null : total,
      total,
    },
  };
}
