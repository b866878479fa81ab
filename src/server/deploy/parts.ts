import { posix } from 'node:path';

/** Whether a text has the form of an image's name, with or without registry, tag and digest. */
export const isImageReference = (text: string): boolean => /^[A-Za-z0-9][\w.:@/-]{0,511}$/.test(text);

export const mountPathRule = 'must be an absolute path below /, such as /workspace';

/** The place of a volume in a box in its shortest form; undefined for a text that is none. */
export function parseMountPath(text: string): string | undefined {
  const path = posix.normalize(text).replace(/\/$/, '');
  return /^\/[^\0\n:]+$/.test(path) && !text.split('/').includes('..') ? path : undefined;
}
