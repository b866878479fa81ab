import { DevboxError } from '../../base/errors.ts';
import type { SshKeysFacet } from '../../providers/facets/ssh-keys.ts';
import { isSameKey } from '../../remote/keys/key-pair.ts';

/**
 * Registers a key. One that is there already under this name is used where it is the same; a lost answer is settled by
 * looking.
 * @throws DevboxError `up/other-ssh-key` where another key has the name.
 */
export async function registerKey(
  keys: SshKeysFacet,
  key: { readonly name: string; readonly publicKey: string },
): Promise<void> {
  if (await isRegistered(keys, key)) return;
  try {
    await keys.add(key);
  } catch (error) {
    if (!(error instanceof DevboxError) || error.kind !== 'outcome-unknown') throw error;
    if (!(await isRegistered(keys, key))) throw error;
  }
}

async function isRegistered(
  keys: SshKeysFacet,
  { name, publicKey }: { readonly name: string; readonly publicKey: string },
): Promise<boolean> {
  const known = (await keys.list()).find((one) => one.name === name);
  if (known === undefined) return false;
  if (isSameKey(known.publicKey, publicKey)) return true;
  throw new DevboxError('failed', `the provider has another SSH key called ${name}; nothing was launched`, {
    code: 'up/other-ssh-key',
    title: 'SSH Key',
    details: [{ label: 'Key', value: `${name} (ID ${known.id})` }],
    hint: `See it with devbox ssh_keys, delete it if nothing uses it, and try again.`,
  });
}
