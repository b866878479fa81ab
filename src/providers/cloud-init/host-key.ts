import type { KeyPair } from '../../remote/keys/key-pair.ts';

/** What gives a box its host key. The keys of the image go, and no others are made: this one is the only one that the box can show. */
export function hostKeyConfig({ privateKey, publicKey }: KeyPair): object {
  return { ssh_deletekeys: true, ssh_keys: { ed25519_private: privateKey, ed25519_public: publicKey } };
}
