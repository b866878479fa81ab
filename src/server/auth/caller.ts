/** Who makes a request: the holder of an API key by the key's name, or whoever is let in without one. */
export interface Caller {
  /** Name of the API key; `owner` on a socket that only its owner can open, `anyone` on an open server. */
  readonly name: string;
  /** Whether it is a key's. */
  readonly hasKey: boolean;
}

/** Decides who a caller is. */
export interface Access {
  /**
   * @param key value of the header `api-key`, if there is one.
   * @returns undefined for somebody who is not let in.
   */
  admit(key: string | undefined): Promise<Caller | undefined>;
  /** Whether a caller who was let in once would be let in now. @param name of a `Caller`. */
  knows(name: string): Promise<boolean>;
}

/** For a socket that only its owner can open: whoever reaches it is the owner. */
export const ownerOnly: Access = {
  admit: async () => ({ name: 'owner', hasKey: false }),
  knows: async () => true,
};
