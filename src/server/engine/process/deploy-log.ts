import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { readIfThere } from '../../../base/files.ts';

/** When the log has grown beyond this many bytes, its older half goes. */
const maxBytes = 256 * 1024;

/** What happened to one box, for its owner: a line with a time for each thing. It is told as far as it can be. */
export class DeployLog {
  readonly #path: string;
  readonly #now: () => number;

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  async add(what: string): Promise<void> {
    const line = `${new Date(this.#now()).toISOString()} ${what.replaceAll('\n', ' ')}\n`;
    try {
      await appendFile(this.#path, line, { mode: 0o600 });
      if ((await stat(this.#path)).size > maxBytes) await this.#halve();
    } catch {
      // A full disk, or a box that is being removed: no reason to fail at what is told about.
    }
  }

  async read(): Promise<string> {
    return (await readIfThere(this.#path)) ?? '';
  }

  async #halve(): Promise<void> {
    const text = await readFile(this.#path, 'utf8');
    await writeFile(this.#path, text.slice(text.indexOf('\n', text.length / 2) + 1));
  }
}
