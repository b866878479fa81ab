import { createHash } from 'node:crypto';

/** Ways to tell whether content arrived as it was sent, the best first. */
export const sumKinds = ['sha256', 'md5', 'cksum'] as const;
export type SumKind = (typeof sumKinds)[number];

/** The commands that print the sum of their input, as the first word. */
export const sumCommands: Readonly<Record<SumKind, string>> = {
  sha256: 'sha256sum',
  md5: 'md5sum',
  cksum: 'cksum',
};

/** The script that prints the sum of the file `$1`. */
export const sumScript = (kind: SumKind): string => `${sumCommands[kind]} < "$1"`;

/** The sum in what such a command has printed. */
export const firstWord = (said: string): string => said.trim().split(/\s+/)[0] ?? '';

/** Counts a sum as content comes by. */
export interface Summer {
  add(bytes: Buffer): void;
  /** As the script prints it. */
  result(): string;
}

export function summer(kind: SumKind): Summer {
  if (kind === 'cksum') return posixSum();
  const hash = createHash(kind);
  return { add: (bytes) => void hash.update(bytes), result: () => hash.digest('hex') };
}

const polynomial = 0x04c1_1db7;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000_0000 ? (value << 1) ^ polynomial : value << 1;
  return value >>> 0;
});

/** The sum of POSIX's `cksum`: a CRC over the content and, after it, its length. */
function posixSum(): Summer {
  let crc = 0;
  let length = 0;
  const step = (byte: number): void => {
    crc = ((crc << 8) ^ (table[((crc >>> 24) ^ byte) & 255] ?? 0)) >>> 0;
  };
  return {
    add(bytes) {
      length += bytes.length;
      for (const byte of bytes) step(byte);
    },
    result() {
      for (let left = length; left > 0; left = Math.floor(left / 256)) step(left & 255);
      return String(~crc >>> 0);
    },
  };
}
