import { DevboxError } from '../base/errors.ts';
import type { Lease } from '../leases/lease.ts';
import { markKeyName } from '../leases/marks.ts';
import type { Box, Provider } from '../providers/provider.ts';
import { readPublicKey } from '../remote/keys/box-keys.ts';
import { removeHostEntry } from '../remote/ssh-config.ts';
import type { CommandDeps } from './command.ts';
import { dropKeys } from './drop-keys.ts';
import { markOn } from './keys-of-box.ts';
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
 * @returns why its key is still there; null where nothing is left.
 */
export async function closeLease(
  lease: Lease,
  { provider, ssh }: LeasePlaces,
  deps: CommandDeps,
): Promise<DevboxError | null> {
  if (lease.instanceId !== null) await removeEntry(lease.instanceId, ssh, deps);
  try {
    await dropKeys(lease, provider, deps);
  } catch (error) {
    const left = keyLeft(lease, error);
    deps.emit({ type: 'notice', level: 'warning', message: left.message });
    await deps.leases.update(lease.id, (now) => ({ ...now, state: 'released' })).catch(() => null);
    return left;
  }
  await deps.leases.release(lease.id);
  return null;
}

function keyLeft({ name, sshKey }: Lease, cause: unknown): DevboxError {
  const error = cause instanceof DevboxError ? cause : undefined;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DevboxError(
    error?.kind ?? 'failed',
    `The SSH key ${sshKey?.name} of ${name} could not be deleted: ${why}`,
    {
      code: error?.code ?? 'lease/key-left',
      title: error?.title ?? 'SSH Key',
      details: error?.details ?? [],
      suggestion: error?.suggestion,
      hint: 'devbox cleanup tries again.',
      cause,
    },
  );
}

/**
 * Removes what devbox made on this machine for entering a box whose lease was given up: where the box names one, and the key that
 * was made for that is here.
 */
export async function dropMarked(box: Box, provider: Provider, deps: CommandDeps): Promise<void> {
  const id = markOn(box);
  const publicKey = id && (await readPublicKey(deps.context.paths.state, id));
  if (!id || !publicKey || (await deps.leases.get(id)) !== null) return;
  const name = markKeyName(id);
  try {
    await dropKeys({ id, sshKey: { made: true, name, publicKey } }, provider, deps);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    deps.emit({
      type: 'notice',
      level: 'warning',
      message: `The SSH key ${name} could not be deleted: ${why}`,
    });
  }
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
