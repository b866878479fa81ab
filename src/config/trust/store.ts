import { closeSync, constants, openSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { hasCode, writeDurably } from '../../base/files.ts';

/** A directory that the user has trusted. */
export interface TrustRecord {
  /** Its real path. */
  readonly directory: string;
  /** Fingerprint of its configuration when it was trusted. */
  readonly fingerprint: string;
  /** When that was, ISO 8601. */
  readonly since: string;
}

type Places = Pick<Context, 'paths'>;

/** What the user has trusted, oldest first. A file that cannot be understood trusts nothing. */
export function readTrust({ paths }: Places): TrustRecord[] {
  try {
    const handle = openSync(fileOf(paths.state), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const content: unknown = JSON.parse(readFileSync(handle, 'utf8'));
      return isStore(content) && content.version === 1 ? content.trusted.filter(isRecord) : [];
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (hasCode(error, 'EACCES')) throw error;
    return [];
  }
}

/** Notes a directory as trusted, in place of what was noted of it before. */
export async function trust(record: TrustRecord, context: Places): Promise<void> {
  await write([...without(record.directory, context), record], context);
}

/** Forgets a directory. @returns whether it was trusted. */
export async function distrust(directory: string, context: Places): Promise<boolean> {
  const left = without(directory, context);
  if (left.length === readTrust(context).length) return false;
  await write(left, context);
  return true;
}

/** The record of a directory, links followed. */
export function trustOf(directory: string, context: Places): TrustRecord | undefined {
  const real = realDirectory(directory);
  return readTrust(context).find((record) => record.directory === real);
}

/** A directory with links followed; as it is where there is none. */
export function realDirectory(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}

const without = (directory: string, context: Places): TrustRecord[] =>
  readTrust(context).filter((record) => record.directory !== directory);

const fileOf = (state: string): string => join(state, 'trust.json');

async function write(trusted: readonly TrustRecord[], { paths }: Places): Promise<void> {
  await writeDurably(fileOf(paths.state), `${JSON.stringify({ version: 1, trusted }, undefined, 2)}\n`);
}

const isStore = (value: unknown): value is { version: unknown; trusted: unknown[] } =>
  typeof value === 'object' &&
  value !== null &&
  'version' in value &&
  'trusted' in value &&
  Array.isArray(value.trusted);

const isRecord = (value: unknown): value is TrustRecord =>
  typeof value === 'object' &&
  value !== null &&
  'directory' in value &&
  typeof value.directory === 'string' &&
  'fingerprint' in value &&
  typeof value.fingerprint === 'string' &&
  'since' in value &&
  typeof value.since === 'string';
