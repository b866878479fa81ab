/** A list as GPULab pages it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly links: {
    readonly first: string;
    readonly last: string;
    readonly prev: string | null;
    readonly next: string | null;
  };
  readonly meta: {
    readonly current_page: number;
    readonly from: number | null;
    readonly last_page: number;
    readonly path: string;
    readonly per_page: number;
    readonly to: number | null;
    readonly total: number;
  };
}

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
