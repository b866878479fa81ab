import { createHash } from 'node:crypto';
import { chmod, mkdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import type { Paths } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { hasCode, readIfThere, syncFolder, writeDurably } from '../../base/files.ts';
import { shellWord } from '../../base/shell.ts';
import type { ServerAddress } from './address.ts';

/** A key as it is on disk. */
export interface StoredKey {
  readonly key: string;
  /** Its file, absolute. */
  readonly file: string;
}

type Place = Pick<Paths, 'state'>;

const fileSchema = z.object({ base_url: z.string(), api_key: z.string().check(z.regex(/\S/)) });

/**
 * The file of the key for one server. A file each, so that two logins at a time cannot lose each other's; outside of
 * the configuration, which people keep in repositories.
 */
export function keyFile(paths: Place, { name }: ServerAddress): string {
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 12);
  const readable = name
    .replace(/^[a-z]+:\/*/, '')
    .replace(/[^A-Za-z0-9.-]+/g, '-')
    .slice(0, 40);
  return join(paths.state, 'keys', `${readable}-${mark}.json`);
}

/**
 * The stored key for a server, or null. A file that others could read is narrowed to its owner.
 * @throws DevboxError where there is a file that is not understood: that is no missing key.
 */
export async function readStoredKey(paths: Place, address: ServerAddress): Promise<StoredKey | null> {
  const file = keyFile(paths, address);
  const text = await readIfThere(file).catch((error: unknown) => {
    throw broken(file, error instanceof Error ? error.message : String(error));
  });
  if (text === undefined) return null;
  await narrow(file);
  const parsed = z.safeParse(fileSchema, jsonOf(text));
  if (!parsed.success) throw broken(file, 'it is no key file');
  if (parsed.data.base_url !== address.name) throw broken(file, 'it is the key of another server');
  return { key: parsed.data.api_key, file };
}

/** Stores the key for a server, in place of an earlier one. @returns its file. */
export async function storeKey(paths: Place, address: ServerAddress, key: string): Promise<string> {
  const file = keyFile(paths, address);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await chmod(dirname(file), 0o700);
  await writeDurably(file, `${JSON.stringify({ base_url: address.name, api_key: key }, null, 2)}\n`);
  return file;
}

/** Forgets the key for a server, one that cannot be read too. @returns whether there was one. */
export async function forgetKey(paths: Place, address: ServerAddress): Promise<boolean> {
  const file = keyFile(paths, address);
  try {
    await unlink(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
  await syncFolder(dirname(file));
  return true;
}

async function narrow(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) await chmod(file, 0o600);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function broken(file: string, why: string): DevboxError {
  return new DevboxError('failed', `the stored key cannot be read: ${why}`, {
    code: 'gpulab/broken-key-file',
    title: 'Damaged Key',
    details: [{ label: 'File', value: file }],
    hint: `Log in again: devbox auth login. Or remove it: rm ${shellWord(file)}`,
  });
}
