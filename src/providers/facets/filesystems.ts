/** A filesystem of the account that boxes can mount. Texts are free of control characters. */
export interface Filesystem {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** Where boxes see it unless they ask for another place. */
  readonly mountPoint: string;
  readonly inUse: boolean;
  /** An estimate that may be hours old; null where unknown. */
  readonly bytesUsed: number | null;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface FilesystemsFacet {
  list(): Promise<Filesystem[]>;
  create(filesystem: { readonly name: string; readonly region: string }): Promise<Filesystem>;
  /** Deletes it with everything in it. @throws DevboxError where a box uses it. */
  remove(filesystem: Filesystem): Promise<void>;
}
