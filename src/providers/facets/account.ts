/** Whose account a key opens. Texts are free of control characters. */
export interface Account {
  readonly name: string | null;
  readonly email: string | null;
  readonly team: string | null;
  /** How many boxes it has; null where the server does not say. */
  readonly boxes: number | null;
}

export interface AccountFacet {
  /** The server that is asked, as the user knows it. */
  readonly server: string;
  /** Asks the server. */
  read(): Promise<Account>;
}
