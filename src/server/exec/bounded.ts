/** Text of a stream with its end left out. */
export interface BoundedText {
  readonly text: string;
  /** Bytes that were left out. */
  readonly omitted: number;
}

/** Keeps the first `limit` bytes of a stream and counts the rest. */
export class BoundedOutput {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Buffer): void {
    this.#total += bytes.length;
    const part = bytes.subarray(0, this.#limit - this.#kept);
    if (part.length === 0) return;
    this.#chunks.push(part);
    this.#kept += part.length;
  }

  /**
   * The bytes as UTF-8, what is none of it replaced. Where something was left out, a last line says how much; a
   * character is never cut in half.
   */
  finish(): BoundedText {
    const all = Buffer.concat(this.#chunks);
    if (this.#total === this.#kept) return { text: all.toString('utf8'), omitted: 0 };
    const whole = all.subarray(0, wholeCharacters(all));
    const omitted = this.#total - whole.length;
    const text = whole.toString('utf8');
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    return { text: `${text}${gap}[devbox: ${omitted} more bytes left out]\n`, omitted };
  }
}

/** How many bytes at the start do not end within a UTF-8 sequence. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
