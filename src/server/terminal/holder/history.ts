/** Newest output that a holder keeps, in bytes: what a viewer that comes back has missed. */
const keptBytes = 1024 * 1024;

/** The newest output of a shell, and where in all of its output that stands. */
export class History {
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #total = 0;

  /** All bytes that there ever were. */
  get total(): number {
    return this.#total;
  }

  add(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#kept += bytes.length;
    this.#total += bytes.length;
    for (
      let [first] = this.#chunks;
      first && this.#kept - first.length >= keptBytes;
      [first] = this.#chunks
    ) {
      this.#chunks.shift();
      this.#kept -= first.length;
    }
  }

  /**
   * The output from an offset on, or what is left of it.
   * @returns the bytes, and at which offset they begin.
   */
  since(offset: number): { readonly offset: number; readonly bytes: Buffer } {
    const start = Math.min(Math.max(offset, this.#total - this.#kept), this.#total);
    return { offset: start, bytes: Buffer.concat(this.#chunks).subarray(this.#kept - (this.#total - start)) };
  }

  /** About as much of the end as fills a screen, from the beginning of a line. */
  screenful(): { readonly offset: number; readonly bytes: Buffer } {
    const { offset, bytes } = this.since(this.#total - 16 * 1024);
    const line = offset === 0 ? 0 : bytes.indexOf('\n') + 1;
    return { offset: offset + line, bytes: bytes.subarray(line) };
  }
}
