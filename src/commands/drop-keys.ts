import type { Lease } from '../leases/lease.ts';
import type { SshKeysFacet } from '../providers/facets/ssh-keys.ts';
import type { Provider } from '../providers/provider.ts';
import { forgetBoxKeys } from '../remote/keys/box-keys.ts';
import { isSameKey } from '../remote/keys/key-pair.ts';
import type { CommandDeps } from './command.ts';

/** How long tidying up may take after Ctrl-C, in milliseconds; a second one ends it at once. */
const tidyingMilliseconds = 15_000;

/**
 * Removes what a lease has for entering its box: the key that devbox made for it at the provider, and then its files here.
 * The key is deleted only where it is the very one; one that is not there is done with.
 * @throws DevboxError where the provider did not delete it; then the files stay, too.
 */
export async function dropKeys(
  { id, sshKey }: Pick<Lease, 'id' | 'sshKey'>,
  { sshKeys }: Pick<Provider, 'sshKeys'>,
  { context }: Pick<CommandDeps, 'context'>,
): Promise<void> {
  if (sshKey?.made && sshKeys) {
    const later = context.signal.aborted
      ? sshKeys.under?.(AbortSignal.timeout(tidyingMilliseconds))
      : undefined;
    const keys = later ?? sshKeys;
    const own = (await keys.list()).filter(
      ({ name, publicKey }) => name === sshKey.name && isSameKey(publicKey, sshKey.publicKey),
    );
    for (const { id: key } of own) {
      await keys.remove(key).catch(async (error: unknown) => {
        if (!(await isGone(key, keys))) throw error;
      });
    }
  }
  await forgetBoxKeys(context.paths.state, id);
}

/** Whether a key is gone after all: its deletion had its effect and no answer, or somebody else was first. */
async function isGone(key: string, keys: SshKeysFacet): Promise<boolean> {
  try {
    return !(await keys.list()).some(({ id }) => id === key);
  } catch {
    return false;
  }
}
