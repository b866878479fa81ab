import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { DevboxError } from '../../../base/errors.ts';
import { cleanLine } from '../../../base/text.ts';
import type { LocalTree, TreeEntry } from '../local-tree.ts';

const block = 512;
/** Size that the field of a header can hold, in bytes. */
const maxFieldSize = 8 ** 11 - 1;

/**
 * A directory as a tar archive (POSIX.1-2001), as it is read. Owners are left out: what is unpacked belongs to whoever does
 * that.
 * @param onContent sees the content of files as it comes by; null at the end of each.
 * @throws DevboxError `cp/changed` where a file became shorter meanwhile.
 */
export async function* writeTar(
  { root, entries }: LocalTree,
  onContent: (entry: TreeEntry, bytes: Buffer | null) => void,
): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield headerOf(entry);
    if (entry.kind !== 'file') continue;
    let left = entry.bytes;
    if (left > 0) {
      const options = { end: entry.bytes - 1, highWaterMark: 2 ** 18 };
      for await (const chunk of createReadStream(join(root, entry.path), options)) {
        left -= chunk.length;
        onContent(entry, chunk);
        yield chunk;
      }
    }
    if (left > 0) throw becameShorter(entry.path);
    onContent(entry, null);
    yield padding(entry.bytes);
  }
  yield Buffer.alloc(2 * block);
}

/** One header, after one with what does not fit into it. */
function headerOf(entry: TreeEntry): Buffer {
  const path = entry.kind === 'directory' ? `${entry.path}/` : entry.path;
  const link = entry.kind === 'link' ? entry.target : '';
  const bytes = entry.kind === 'file' ? entry.bytes : 0;
  const records = [
    ...(fits(path) ? [] : [record('path', path)]),
    ...(fits(link) ? [] : [record('linkpath', link)]),
    ...(bytes <= maxFieldSize ? [] : [record('size', String(bytes))]),
  ];
  const types = { directory: '5', file: '0', link: '2' } as const;
  const main = plainHeader({
    path,
    link,
    bytes,
    type: types[entry.kind],
    mode: entry.mode,
    mtime: entry.mtime,
  });
  if (records.length === 0) return main;
  const extended = Buffer.concat(records);
  const head = plainHeader({
    path: 'devbox',
    link: '',
    bytes: extended.length,
    type: 'x',
    mode: 0o644,
    mtime: 0,
  });
  return Buffer.concat([head, extended, padding(extended.length), main]);
}

const fits = (text: string): boolean => Buffer.byteLength(text) <= 100 && /^[\x20-\x7e]*$/.test(text);

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length > length) length++;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

interface HeaderFields {
  readonly path: string;
  readonly link: string;
  readonly bytes: number;
  readonly type: string;
  readonly mode: number;
  readonly mtime: number;
}

function plainHeader({ path, link, bytes, type, mode, mtime }: HeaderFields): Buffer {
  const header = Buffer.alloc(block);
  const octal = (value: number, width: number): string =>
    Math.max(0, Math.floor(value)).toString(8).padStart(width, '0').slice(-width);
  header.write(path.slice(0, 100), 0, 100);
  header.write(octal(mode & 0o777, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(bytes > maxFieldSize ? 0 : bytes, 11), 124);
  header.write(octal(mtime / 1000, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(link.slice(0, 100), 157, 100);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

const padding = (bytes: number): Buffer => Buffer.alloc((block - (bytes % block)) % block);

function becameShorter(path: string): DevboxError {
  return new DevboxError('failed', `${cleanLine(path, 300)} became shorter while it was copied`, {
    code: 'cp/changed',
    hint: 'Try again.',
  });
}
