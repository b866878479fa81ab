/** Answer of `GET /v1/containers/{uuid}/stats`; null stands for what cannot be told. */
export interface StatsWire {
  readonly success: true;
  readonly message: string;
  readonly stats: {
    /** Percent; 100 is one core. */
    readonly cpu_percentage: number | null;
    /** Percent of the limit. */
    readonly memory_percentage: number | null;
    /** These are whole numbers of bytes: strict clients refuse any other. */
    readonly memory_usage: number | null;
    readonly memory_limit: number | null;
    readonly memory_cache: number | null;
    readonly network_rx: number | null;
    readonly network_tx: number | null;
    readonly block_read: number | null;
    readonly block_write: number | null;
    readonly pids: number;
    /** RFC 3339. */
    readonly timestamp: string;
    /** Ours: cores that the container may use. */
    readonly cpu_cores: number;
    /** Ours: the GPUs that belong to the container. */
    readonly gpus: readonly GpuStatsWire[];
  };
}

export interface GpuStatsWire {
  readonly name: string;
  /** Bytes. */
  readonly memory_used: number | null;
  readonly memory_total: number | null;
  /** Percent. */
  readonly utilization: number | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
}
