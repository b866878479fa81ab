export interface InstanceType {
  readonly name: string;
  readonly description: string;
  readonly gpuDescription: string | null;
  readonly gpus: number;
  readonly vcpus: number;
  readonly memoryGib: number;
  /** Of its own disks. */
  readonly storageGib: number;
  /** Null where the provider does not say. */
  readonly priceCentsPerHour: number | null;
  /** Names of the regions that have capacity now; null where the provider does not tell. */
  readonly regionsWithCapacity: readonly string[] | null;
}

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly family: string;
  readonly version: string;
  readonly architecture: string;
  readonly region: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Region {
  readonly name: string;
  readonly description: string;
}

/** What boxes can be made of, and where. Texts are free of control characters. */
export interface CatalogueFacet {
  types(): Promise<InstanceType[]>;
  images(): Promise<Image[]>;
  regions(): Promise<Region[]>;
}
