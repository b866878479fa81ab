import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readIfThere, writeDurably } from '../../base/files.ts';
import type { Access, Caller } from './caller.ts';

const recordSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** SHA-256 of the whole key, in hexadecimal. A key is long and random, so nothing slower is needed. */
  hash: z.string(),
  createdAt: z.string(),
});

/** What is known of an API key: not the key itself, which is shown once, when it is made. */
export type ApiKeyRecord = z.infer<typeof recordSchema>;

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
const keyForm = /^gpulab_([a-z0-9]{8})_[a-z0-9]{40}$/;
const nobody = Buffer.alloc(32);

/**
 * The API keys of a server: one file each, which says who may come in without revealing how. Read at every request, so that a
 * key made or removed by another process counts at once.
 */
export class ApiKeys {
  readonly #directory: string;

  /** @param state directory of the server's state. */
  constructor(state: string) {
    this.#directory = join(state, 'keys');
  }

  /** All keys, oldest first. @throws an error that names the file for one that cannot be read. */
  async list(): Promise<ApiKeyRecord[]> {
    const names = (await readdir(this.#directory).catch(() => [])).filter((name) => name.endsWith('.json'));
    const records = await Promise.all(names.map((name) => this.#read(name.slice(0, -'.json'.length))));
    return records
      .filter((record) => record !== undefined)
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  /** Makes a key. @returns the key, which nobody can look up later, and its record. */
  async add(name: string, now: Date): Promise<{ readonly key: string; readonly record: ApiKeyRecord }> {
    const id = randomText(8);
    const key = `gpulab_${id}_${randomText(40)}`;
    const record = { id, name, hash: hashOf(key).toString('hex'), createdAt: now.toISOString() };
    await writeDurably(this.#file(id), `${JSON.stringify(record, null, 2)}\n`);
    return { key, record };
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
  }

  /** Whose key this is; undefined for a key that is none of ours. Takes the same time for each wrong one. */
  async find(key: string): Promise<ApiKeyRecord | undefined> {
    const id = keyForm.exec(key)?.[1];
    const record = id === undefined ? undefined : await this.#read(id);
    const known = record ? Buffer.from(record.hash, 'hex') : nobody;
    const isRight = known.length === 32 && timingSafeEqual(known, hashOf(key));
    return isRight ? record : undefined;
  }

  async #read(id: string): Promise<ApiKeyRecord | undefined> {
    const text = await readIfThere(this.#file(id));
    if (text === undefined) return undefined;
    try {
      return z.parse(recordSchema, JSON.parse(text));
    } catch (cause) {
      throw new Error(`${this.#file(id)} is no record of an API key`, { cause });
    }
  }

  #file(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}

/**
 * Lets in who has a key.
 * @param isOpen whether anyone is let in as long as there are no keys at all.
 */
export function byKey(keys: ApiKeys, isOpen: boolean): Access {
  const isOpenNow = async (): Promise<boolean> => isOpen && (await keys.list()).length === 0;
  return {
    async admit(key): Promise<Caller | undefined> {
      if (key !== undefined) {
        const record = await keys.find(key);
        if (record) return { name: record.name, hasKey: true };
      }
      return (await isOpenNow()) ? { name: 'anyone', hasKey: false } : undefined;
    },
    async knows(name) {
      return (await keys.list()).some((key) => key.name === name) || isOpenNow();
    },
  };
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

function randomText(length: number): string {
  // The alphabet has 32 letters, so every byte's lower five bits choose one evenly.
  return Array.from(randomBytes(length), (byte) => alphabet[byte & 31]).join('');
}
