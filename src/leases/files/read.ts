import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../base/files.ts';
import { cleanLine } from '../../base/text.ts';
import { isLeaseId, type Lease, type LeaseId } from '../lease.ts';

/** More than any lease needs; a larger file is not read. */
const largestBytes = 64 * 1024;

/** The file that holds a lease, inside the folder of leases. */
export const leaseFileName = (id: LeaseId): string => `${id}.json`;

/**
 * Reads one entry of the folder of leases.
 * @returns the lease; null where there is no such file or where it is what a crashed write left; otherwise a sentence on
 * what is wrong with it, freed of control characters.
 */
export async function readLease(
  folder: string,
  name: string,
): Promise<Lease | { readonly problem: string } | null> {
  if (isDebris(name) || name.startsWith('.')) return null;
  const problem = (why: string): { problem: string } => ({
    problem: cleanLine(`${join(folder, name)} is not a lease that this devbox can read: ${why}`),
  });
  const id = name.replace(/\.json$/, '');
  if (!isLeaseId(id) || name === id) return problem('its name is not that of a lease');

  let text: string;
  try {
    text = await readBounded(join(folder, name));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    return problem(messageOf(error));
  }
  const { parseLease } = await import('../schema.ts');
  const found = parseLease(text);
  if ('problem' in found) return problem(found.problem);
  return found.id === id ? found : problem(`it holds the lease ${found.id}`);
}

/** Whether a name is that of a temporary file of a write that was cut short: nothing in it was ever promised. */
export function isDebris(name: string): boolean {
  return /^dbx_[0-9a-f]{12}\.json\.\d+$/.test(name);
}

async function readBounded(path: string): Promise<string> {
  // Without blocking: a pipe that somebody put here would make devbox wait for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error('it is no regular file');
    if (found.size > largestBytes) throw new Error(`it has ${found.size} bytes`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
