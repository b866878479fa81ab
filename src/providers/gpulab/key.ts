import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import type { UsedKey } from '../facets/keys.ts';
import type { ServerAddress } from './address.ts';
import { readStoredKey } from './key-store.ts';
import { readSecretLine } from './secret-line.ts';

const variable = 'GPULAB_API_KEY';

/**
 * The key for a server: what the configuration or the command line says (`-` stands for standard input), else what the
 * environment does, else what was stored for its address.
 * @throws DevboxError where a stored key cannot be read.
 */
export async function findKey(
  configured: string | null,
  address: ServerAddress,
  context: Context,
): Promise<UsedKey | null> {
  const given = configured?.trim() ?? '';
  if (given === '-') {
    const text = await readSecretLine(context.stdin.stream);
    if (text === '') throw emptyInput();
    return sendable({ text, source: 'standard input', kind: 'given' });
  }
  if (given !== '') return sendable({ text: given, source: 'api.api_key', kind: 'given' });
  const set = context.env[variable]?.trim() ?? '';
  if (set !== '')
    return sendable({ text: set, source: `the environment variable ${variable}`, kind: 'environment' });
  const stored = await readStoredKey(context.paths, address);
  return stored === null ? null : sendable({ text: stored.key, source: stored.file, kind: 'stored' });
}

/** Whether it is right is for the server to say; but a header cannot hold everything. */
export function sendable(key: UsedKey): UsedKey {
  if (/^[\x20-\x7e]+$/.test(key.text)) return key;
  throw new DevboxError('unauthorised', `the key from ${key.source} has characters that cannot be sent`, {
    code: 'gpulab/unsendable-key',
    title: 'Not Authorised',
    hint: 'Copy it again; a key is letters, digits and signs on one line.',
  });
}

/**
 * The text of a key, or an empty one where none is needed: a server of this machine may be open to its users.
 * @throws DevboxError of kind `unauthorised`
 */
export function neededKey(key: UsedKey | null, address: ServerAddress): string {
  if (key !== null) return key.text;
  if (address.isLocal) return '';
  throw new DevboxError('unauthorised', `there is no key for ${address.name}`, {
    code: 'gpulab/no-api-key',
    title: 'Not Authorised',
    details: [{ label: 'Looked at', value: `api.api_key (--api-key), ${variable}, stored keys` }],
    hint: `Log in: devbox auth login. Or give it in the environment: export ${variable}=...`,
  });
}

function emptyInput(): DevboxError {
  return new DevboxError('usage', 'there is no key on standard input', {
    code: 'gpulab/empty-key',
    title: 'Usage Error',
    hint: 'Pipe it in: devbox auth login --api-key - < FILE',
  });
}
