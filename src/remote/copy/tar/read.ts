import { DevboxError } from '../../../base/errors.ts';

const block = 512;
/** Largest header with further fields, and longest name in the form of GNU's tar, in bytes. */
const maxExtension = 2 ** 20;

/** What an archive says of one entry; nothing of it is checked yet. */
export interface TarEntry {
  readonly kind: 'directory' | 'file' | 'link' | 'hard-link' | 'other';
  readonly path: string;
  /** Of a link: where it leads. */
  readonly target: string;
  readonly bytes: number;
  /** Permissions. */
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
}

/** Handles one entry; its content has to be read to its end before the next one comes. */
export type OnEntry = (entry: TarEntry, content: AsyncIterable<Buffer>) => Promise<void>;

/** Reads a tar archive as it comes: ustar, POSIX.1-2001 and GNU. @throws DevboxError `cp/archive` for what is none. */
export async function readTar(source: AsyncIterable<Buffer>, onEntry: OnEntry): Promise<void> {
  const reader = new BlockReader(source);
  let extra: Partial<Record<string, string>> = {};
  for (;;) {
    const header = await reader.take(block);
    if (header === undefined) throw notAnArchive('it ends too early');
    if (header.every((byte) => byte === 0)) {
      await reader.drain();
      return;
    }
    const fields = parseHeader(header);
    if (fields.type === 'x' || fields.type === 'L' || fields.type === 'K') {
      const text = await extension(reader, fields.bytes);
      if (fields.type === 'x') extra = { ...extra, ...records(text) };
      else extra = { ...extra, [fields.type === 'L' ? 'path' : 'linkpath']: untilNul(text) };
      continue;
    }
    if (fields.type === 'g') {
      await extension(reader, fields.bytes);
      continue;
    }
    const bytes = extra['size'] === undefined ? fields.bytes : Number(extra['size']);
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw notAnArchive('a size is no number');
    const entry: TarEntry = {
      kind: kinds[fields.type] ?? 'other',
      path: extra['path'] ?? fields.path,
      target: extra['linkpath'] ?? fields.link,
      bytes: kinds[fields.type] === 'file' || kinds[fields.type] === undefined ? bytes : 0,
      mode: fields.mode,
      mtime: extra['mtime'] === undefined ? fields.mtime : Number(extra['mtime']) * 1000 || 0,
    };
    extra = {};
    const content = reader.content(entry.bytes);
    await onEntry(entry, content);
    for await (const _ of content) {
      // What nobody wanted.
    }
    await reader.take((block - (entry.bytes % block)) % block);
  }
}

const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'link',
  '5': 'directory',
};

function parseHeader(header: Buffer) {
  const text = (start: number, length: number): string =>
    untilNul(header.subarray(start, start + length).toString('utf8'));
  const wanted = Number.parseInt(text(148, 8).trim(), 8);
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== wanted) throw notAnArchive('a header is damaged');
  const prefix = text(257, 5) === 'ustar' && header[263] === 0x30 ? text(345, 155) : '';
  return {
    path: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    mode: number(header, 100, 8) & 0o777,
    bytes: number(header, 124, 12),
    mtime: number(header, 136, 12) * 1000,
    type: String.fromCharCode(header[156] ?? 0),
    link: text(157, 100),
  };
}

/** Octal digits; or, with the highest bit set, the number itself, as GNU's tar writes large ones. */
function number(header: Buffer, start: number, length: number): number {
  const field = header.subarray(start, start + length);
  if (((field[0] ?? 0) & 0x80) === 0)
    return Number.parseInt(untilNul(field.toString('latin1')).trim() || '0', 8) || 0;
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
}

const untilNul = (text: string): string => text.split('\0', 1)[0] ?? '';

async function extension(reader: BlockReader, bytes: number): Promise<string> {
  if (bytes > maxExtension) throw notAnArchive('a header is too large');
  const padded = Math.ceil(bytes / block) * block;
  const content = await reader.take(padded);
  if (content === undefined) throw notAnArchive('it ends too early');
  return content.subarray(0, bytes).toString('utf8');
}

/** `LENGTH KEY=VALUE\n`, one after the other; lengths are in bytes. */
function records(text: string): Record<string, string> {
  const result: Record<string, string> = {};
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    const length = Number.parseInt(rest.toString('latin1', 0, 12), 10);
    if (!(length > 4 && length <= rest.length)) throw notAnArchive('a header is damaged');
    const record = rest.toString('utf8', 0, length - 1);
    const [, key, value] = /^\d+ ([^=]+)=(.*)$/s.exec(record) ?? [];
    if (key !== undefined && value !== undefined) result[key] = value;
    rest = rest.subarray(length);
  }
  return result;
}

/** Takes a stream apart by numbers of bytes. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** So many bytes; undefined where fewer are left. */
  async take(bytes: number): Promise<Buffer | undefined> {
    while (this.#rest.length < bytes) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    }
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  /** The next so many bytes as they come. What is not read is left for the next call of the same iterable. */
  content(bytes: number): AsyncIterable<Buffer> {
    let left = bytes;
    const next = async (): Promise<IteratorResult<Buffer>> => {
      if (left === 0) return { done: true, value: undefined };
      if (this.#rest.length === 0) {
        const chunk = await this.#chunks.next();
        if (chunk.done) throw notAnArchive('it ends too early');
        this.#rest = chunk.value;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      return { done: false, value: part };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  /** Reads to the end. */
  async drain(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }
}

function notAnArchive(why: string): DevboxError {
  return new DevboxError('failed', `what the box sent is no archive that can be read: ${why}`, {
    code: 'cp/archive',
  });
}
