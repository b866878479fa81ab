import { Folder } from './folder.ts';
import { walkTree } from './tree.ts';
import type { Volume } from './volume.ts';

/** How long a measured size is good enough for a list, in milliseconds. */
const freshMilliseconds = 10_000;

/** Measures how much room volumes take on the disk. */
export class Meter {
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly at: number; readonly bytes: Promise<number> }>();

  /** @param now milliseconds that only grow. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Bytes in a volume's files, links not followed; at most some seconds old. */
  used(volume: Volume): Promise<number> {
    const known = this.#known.get(volume.id);
    if (known && this.#now() - known.at < freshMilliseconds) return known.bytes;
    const measured = { at: this.#now(), bytes: measure(volume.path) };
    this.#known.set(volume.id, measured);
    measured.bytes.catch(() => this.#known.delete(volume.id));
    return measured.bytes;
  }

  /** Counts bytes that were added, so that many small uploads do not measure a large volume each time. */
  add(id: string, bytes: number): void {
    const known = this.#known.get(id);
    if (known) this.#known.set(id, { at: known.at, bytes: known.bytes.then((before) => before + bytes) });
  }

  /** Makes the next answer a new one: after something in the volume was changed. */
  forget(id: string): void {
    this.#known.delete(id);
  }
}

async function measure(path: string): Promise<number> {
  const folder = await Folder.open(path);
  let bytes = 0;
  // A file with several names takes its room once.
  const seen = new Set<number>();
  try {
    for await (const { folder: at, name, isDirectory } of walkTree(folder)) {
      if (isDirectory) continue;
      const stat = await at.look(name).catch(() => undefined);
      if (!stat || (stat.nlink > 1 && seen.has(stat.ino))) continue;
      if (stat.nlink > 1) seen.add(stat.ino);
      bytes += stat.size;
    }
  } finally {
    await folder.close();
  }
  return bytes;
}
