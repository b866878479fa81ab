/** One side of a copy. */
export type Endpoint =
  | { readonly kind: 'local'; readonly path: string }
  /** stdin as a source, stdout as a target. */
  | { readonly kind: 'stream' }
  | { readonly kind: 'box'; readonly box: string; readonly path: string };

/**
 * Reads a side of a copy: `-`, `BOX:PATH`, or a path of this machine. What stands before the first colon is a box unless
 * there is a slash in it, so that `./a:b` is a file; so is `C:\a`. Without a path a box's side means its working directory.
 */
export function parseEndpoint(text: string): Endpoint {
  if (text === '-') return { kind: 'stream' };
  const [, box, path = ''] = /^([^/:]+):(.*)$/s.exec(text) ?? [];
  const isDrive = box?.length === 1 && path.startsWith('\\');
  if (box === undefined || isDrive || box === '.' || box === '..') return { kind: 'local', path: text };
  return { kind: 'box', box, path: path === '' ? '.' : path };
}

/** Whether only what is in a directory is meant, and not the directory itself: `dir/.` */
export const meansContents = (path: string): boolean => path === '.' || path.endsWith('/.');
