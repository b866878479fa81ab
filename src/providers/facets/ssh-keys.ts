/** A public key that new boxes can be reached with. */
export interface SshKey {
  readonly id: string;
  readonly name: string;
  readonly publicKey: string;
}

export interface SshKeysFacet {
  list(): Promise<SshKey[]>;
  /** @param publicKey in OpenSSH's form, one line. */
  add(key: { readonly name: string; readonly publicKey: string }): Promise<SshKey>;
  remove(id: string): Promise<void>;
}
