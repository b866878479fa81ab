/** A port of a box that is open to the outside. */
export interface OpenPort {
  /** A number, or `FIRST-LAST` where the provider says no more. */
  readonly port: string;
  /** Where it is reached; null while it is not, or where the provider does not say. */
  readonly url: string | null;
}

export interface BoxGpu {
  /** Null where the provider does not say. */
  readonly name: string | null;
  readonly memoryMib: number | null;
}

/** A volume that a box sees. */
export interface BoxVolume {
  /** Its name, or its id where the provider does not say the name. */
  readonly name: string;
  /** Absolute path in the box; null where the provider does not say. */
  readonly mountPath: string | null;
}

/** What a provider may say of a box beyond what every provider says; null and empty where it does not. */
export interface BoxFacts {
  /** Since its main process began; null while it does not run. */
  readonly uptimeSeconds: number | null;
  readonly ports: readonly OpenPort[];
  readonly gpus: readonly BoxGpu[];
  readonly memoryGb: number | null;
  readonly cpuCores: number | null;
  readonly template: string | null;
  readonly image: string | null;
  /** What it runs by itself, as a line for a shell. */
  readonly command: string | null;
  /** Names and values as they are, unlike other texts: maybe secret, shown only where asked for, cleaned there. */
  readonly env: Readonly<Record<string, string>>;
  readonly volume: BoxVolume | null;
  readonly terminalUrl: string | null;
  readonly hostname: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** How far it is kept from the rest of its machine, in words. */
  readonly isolation: string | null;
  /** Why it failed, in words. */
  readonly failure: string | null;
}

/** Nothing said, for providers to say more. */
export const noFacts: BoxFacts = {
  uptimeSeconds: null,
  ports: [],
  gpus: [],
  memoryGb: null,
  cpuCores: null,
  template: null,
  image: null,
  command: null,
  env: {},
  volume: null,
  terminalUrl: null,
  hostname: null,
  tags: {},
  isolation: null,
  failure: null,
};
