/** A kind of GPU. Texts are free of control characters. */
export interface GpuKind {
  readonly name: string;
  /** MB, as the provider counts; null where it does not say. */
  readonly memoryMb: number | null;
  /** US cents per hour; null where the provider does not say. */
  readonly priceCentsPerHour: number | null;
  /** How many are free; null where the provider does not say. */
  readonly available: number | null;
}

/** GPUs that boxes can have. */
export interface GpusFacet {
  /** Every kind, free or not. */
  types(): Promise<GpuKind[]>;
  /** The kinds of which some are free. */
  available(): Promise<GpuKind[]>;
}
