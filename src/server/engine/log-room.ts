import type { LogEntry } from './engine.ts';

/** Most bytes of lines in one page of a log, as they are sent. */
export const maxPageBytes = 8 * 1024 * 1024;

/** Longest line in bytes; a longer one is taken for several. */
export const maxLineBytes = 64 * 1024;

/** What a line takes besides its text when it is sent. */
const overheadBytes = 80;

/** The room for lines in one page of a log. */
export class LogRoom {
  #left = maxPageBytes;

  /** Whether a line still fits; if so, its place is taken. */
  take({ text }: Pick<LogEntry, 'text'>): boolean {
    // As it is sent: a control character takes six bytes there.
    const bytes = Buffer.byteLength(JSON.stringify(text)) + overheadBytes;
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}
