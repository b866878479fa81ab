/** Something in an archive. */
export type Entry =
  | { readonly path: string; readonly content: Buffer | string; readonly mode?: number }
  | { readonly path: string; readonly link: string };

const blockBytes = 512;

/** A tar archive of these entries, in the form that all readers know (ustar). */
export function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = 'content' in entry ? Buffer.from(entry.content) : Buffer.alloc(0);
    const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
    return [header(entry, content.length), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

function header(entry: Entry, size: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, offset: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset);
  };
  block.write(entry.path, 0);
  octal('mode' in entry ? (entry.mode ?? 0o644) : 0o777, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  // The sum of the header counts its own field as spaces.
  block.write('        ', 148);
  block.write('link' in entry ? '2' : '0', 156);
  if ('link' in entry) block.write(entry.link, 157);
  block.write('ustar\x0000', 257);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
