import type { Lease } from '../leases/lease.ts';
import type { Provider } from '../providers/provider.ts';
import { removeHostEntry } from '../remote/ssh-config.ts';
import type { CommandDeps } from './command.ts';
import { dropKeys } from './drop-keys.ts';
import type { SshConfig } from './settings.ts';
import { sshPlaces } from './ssh-access.ts';

/** What is there of a lease beside its box and its record. */
export interface LeasePlaces {
  readonly provider: Provider;
  readonly ssh: SshConfig;
}

/**
 * Removes what a lease whose box is gone leaves behind: its keys, its files for ssh, and its record last, so that what cannot
 * be done now is done the next time: where the provider does not delete the key, a warning names it and the
 * record stays, in state `released`, which `LeaseStore.unfinished` lists.
 * @returns the lease as it was released; null where another process has done so.
 */
export async function closeLease(
  lease: Lease,
  { provider, ssh }: LeasePlaces,
  deps: CommandDeps,
): Promise<Lease | null> {
  if (lease.instanceId !== null) await removeEntry(lease.instanceId, ssh, deps);
  try {
    await dropKeys(lease, provider, deps);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The SSH key ${lease.sshKey?.name} of ${lease.name} could not be deleted: ${why}`;
    deps.emit({ type: 'notice', level: 'warning', message });
    return deps.leases.update(lease.id, (now) => ({ ...now, state: 'released' })).catch(() => null);
  }
  return deps.leases.release(lease.id);
}

/** Removes the files for ssh of a box that has ended; that they cannot be removed is only worth a warning. */
export async function removeEntry(instanceId: string, ssh: SshConfig, deps: CommandDeps): Promise<void> {
  try {
    await removeHostEntry(sshPlaces(ssh, deps.context), instanceId);
  } catch (error) {
    // The box has ended all the same; a file that stays only makes `ssh NAME` fail.
    const why = error instanceof Error ? error.message : String(error);
    deps.emit({ type: 'notice', level: 'warning', message: `The file for ssh could not be removed: ${why}` });
  }
}
