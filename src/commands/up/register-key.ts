import { DevboxError } from '../../base/errors.ts';
import type { SshKeysFacet } from '../../providers/facets/ssh-keys.ts';
import { isSameKey } from '../../remote/keys/key-pair.ts';

/**
 * Registers a key. One that is there already under this name is used where it is the same. After a lost answer it is looked
 * for, and sent once more where it is not there: the same key under the same name twice does no harm.
 * @throws DevboxError `up/other-ssh-key` where another key has the name; `outcome-unknown` where it may still appear.
 */
export async function registerKey(
  keys: SshKeysFacet,
  key: { readonly name: string; readonly publicKey: string },
): Promise<void> {
  let lost: DevboxError | undefined;
  for (let tries = 0; tries < 2; tries++) {
    if (await isRegistered(keys, key)) return;
    try {
      await keys.add(key);
      return;
    } catch (error) {
      if (error instanceof DevboxError && error.kind === 'outcome-unknown') lost = error;
      else if (lost === undefined) throw error;
    }
  }
  if (await isRegistered(keys, key)) return;
  if (lost) throw mayAppear(lost);
}

function mayAppear(lost: DevboxError): DevboxError {
  const { kind, title, code, details, suggestion } = lost;
  return new DevboxError(kind, `${lost.message} Nothing was launched.`, {
    title,
    code,
    details,
    suggestion,
    hint: 'Try again. Where the key did arrive, devbox cleanup deletes it.',
    cause: lost,
  });
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
