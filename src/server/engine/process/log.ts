import { open } from 'node:fs/promises';
import { hasCode } from '../../../base/files.ts';

/** More of a log than this is not answered in one piece; the newest part is. */
const maxBytes = 8 * 1024 * 1024;

/** The last `tail` lines of a file (null: as many as fit in 8 MiB); empty where there is no file. */
export async function readTail(path: string, tail: number | null): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - maxBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return lastLines(buffer.toString('utf8', 0, bytesRead), tail);
  } finally {
    await file.close();
  }
}

/** The last lines of a text; a line break at its end does not count as the beginning of another line. */
export function lastLines(text: string, count: number | null): string {
  if (count === null) return text;
  if (count <= 0) return '';
  let from = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let left = count; left > 0; left--) {
    from = from <= 0 ? -1 : text.lastIndexOf('\n', from - 1);
    if (from < 0) return text;
  }
  return text.slice(from + 1);
}
