import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../../base/files.ts';

/** A log is a directory of numbered files; a new one is begun when the last has this many bytes. */
export const segmentBytes = 1024 * 1024;
/** Of so many the oldest is dropped when a new one is begun: what a log can hold is 64 MiB. */
export const maxSegments = 64;

export const segmentPath = (directory: string, number: number): string => join(directory, String(number));

/** The numbers of the segments that there are, oldest first. */
export async function listSegments(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  return segmentNumbers(names);
}

export function segmentNumbers(names: readonly string[]): number[] {
  return names
    .filter((name) => /^[1-9]\d{0,14}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}
