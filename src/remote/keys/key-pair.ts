import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** An ed25519 key as OpenSSH writes it. */
export interface KeyPair {
  /** The file that ssh and sshd read; ends with a line break. */
  readonly privateKey: string;
  /** One line, `ssh-ed25519 BASE64 COMMENT`, without a line break. */
  readonly publicKey: string;
}

/** Makes a key that no passphrase protects. @param comment printable characters, shown beside the key. */
export function makeKeyPair(comment: string): KeyPair {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(jwk.d ?? '', 'base64url');
  const point = Buffer.from(jwk.x ?? '', 'base64url');
  const publicBlob = Buffer.concat([field(kind), field(point)]);
  const bytes = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    // No cipher, no key derivation and nothing that either needs; one key.
    ...[field('none'), field('none'), field(''), uint32(1)],
    field(publicBlob),
    field(privatePart(seed, point, comment)),
  ]);
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return {
    privateKey: [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n'),
    publicKey: `${kind} ${publicBlob.toString('base64')} ${comment}`,
  };
}

/** Whether two public keys are the same, whatever their comments say. */
export function isSameKey(one: string, other: string): boolean {
  return material(one) === material(other);
}

const kind = 'ssh-ed25519';
const label = 'OPENSSH PRIVATE KEY';

/** What a cipher would hide: a number twice, by which a wrong passphrase shows, the key, padding to whole blocks. */
function privatePart(seed: Buffer, point: Buffer, comment: string): Buffer {
  const check = randomBytes(4);
  const fields = [field(kind), field(point), field(Buffer.concat([seed, point])), field(comment)];
  const part = Buffer.concat([check, check, ...fields]);
  const padding = Array.from({ length: (8 - (part.length % 8)) % 8 }, (_, index) => index + 1);
  return Buffer.concat([part, Buffer.from(padding)]);
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function material(key: string): string {
  return key.trim().split(/\s+/).slice(0, 2).join(' ');
}
