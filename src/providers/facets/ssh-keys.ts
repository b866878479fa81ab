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
  /** Has the provider make a pair, where it can. The private key exists in this answer only. */
  generate?(name: string): Promise<{ readonly key: SshKey; readonly privateKey: string }>;
  remove(id: string): Promise<void>;
  /** The same under another signal than Ctrl-C's: for tidying up after it. */
  under?(signal: AbortSignal): SshKeysFacet;
}
