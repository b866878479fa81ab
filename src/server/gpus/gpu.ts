/** A GPU of the server's machine as it is now; null for what nvidia-smi does not say. */
export interface Gpu {
  readonly uuid: string;
  readonly index: number;
  readonly name: string;
  /** MiB. */
  readonly memoryMib: number | null;
  readonly memoryUsedMib: number | null;
  /** 0 to 100. */
  readonly utilisationPercent: number | null;
  readonly temperatureCelsius: number | null;
}

/** Reads the GPUs of the machine. @throws ApiProblem 503 where there is an nvidia-smi that does not work. */
export type ReadGpus = () => Promise<readonly Gpu[]>;
