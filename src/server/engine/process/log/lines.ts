import { maxLineBytes } from '../../log-room.ts';

const lineBreak = 0x0a;

/** Cuts a stream of bytes into lines; what follows the last line break is kept until its end comes. */
export class Lines {
  #parts: Buffer[] = [];
  #length = 0;

  /** The lines that these bytes complete, without their line breaks. */
  add(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let at = bytes.indexOf(lineBreak); at >= 0; at = bytes.indexOf(lineBreak, from)) {
      this.#keep(bytes.subarray(from, at), lines);
      lines.push(this.#take());
      from = at + 1;
    }
    this.#keep(bytes.subarray(from), lines);
    return lines;
  }

  /** The unfinished last line, where there is one. */
  end(): Buffer[] {
    return this.#length > 0 ? [this.#take()] : [];
  }

  #keep(bytes: Buffer, lines: Buffer[]): void {
    let rest = bytes;
    while (this.#length + rest.length > maxLineBytes) {
      const fits = maxLineBytes - this.#length;
      this.#parts.push(rest.subarray(0, fits));
      this.#length += fits;
      lines.push(this.#take());
      rest = rest.subarray(fits);
    }
    if (rest.length === 0) return;
    this.#parts.push(rest);
    this.#length += rest.length;
  }

  #take(): Buffer {
    const line = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
