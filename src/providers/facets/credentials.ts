/** A login to a registry of images, without its password, which never comes back. */
export interface Credential {
  readonly id: number;
  readonly registry: string;
  readonly username: string;
  readonly createdAt: string;
}

export interface CredentialsFacet {
  list(): Promise<Credential[]>;
  /** @param registry undefined for the provider's default, Docker Hub. */
  add(login: {
    readonly registry: string | undefined;
    readonly username: string;
    readonly password: string;
  }): Promise<Credential>;
  remove(id: number): Promise<void>;
}
