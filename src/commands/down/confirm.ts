import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import type { Box } from '../../providers/provider.ts';
import type { CommandDeps } from '../command.ts';
import { confirmDeletion } from '../confirm-deletion.ts';
import type { FoundBox } from '../find-box.ts';

/**
 * Makes sure that the end of a box is meant. A box on GPULab ends with all its files, so a person is asked; elsewhere
 * its whole id or name says enough: the home of a box on this machine stays, what Lambda Cloud keeps lies on filesystems,
 * and the disk of a project is saved, unless the user gives it up.
 * @throws DevboxError where it is not meant, or might not be.
 */
export async function confirmEnd(
  { box, provider, isExact, leases }: FoundBox,
  {
    identifier,
    purge,
    discard,
    force,
  }: {
    readonly identifier: string;
    readonly purge: boolean;
    readonly discard: boolean;
    readonly force: boolean;
  },
  deps: CommandDeps,
): Promise<void> {
  const owner = otherOwner(leases, deps);
  // A name is not enough for what somebody else has taken out a lease on.
  const isMeant = isExact && (owner === null || [box.id, ...leases.map(({ id }) => id)].includes(identifier));
  if (isMeant && provider.name !== 'gpulab' && !discard) return;
  if (isExact && !isMeant && !force && !deps.interactive) throw held(box, String(owner));
  const whose = owner === null ? '' : `, which is ${owner}’s`;
  await confirmDeletion(
    {
      what: `${box.name ?? 'the box'} (${box.id}, ${box.status})${whose}${purge ? ' with its home' : ''}${discard ? ' without saving its disk' : ''}`,
      typed: identifier,
      isExact: isMeant,
      exactly: `instance_identifier=${box.id}`,
      force,
    },
    deps,
  );
}

function held({ id, name }: Box, owner: string): DevboxError {
  return new DevboxError('usage', `${name ?? id} is under a lease of ${owner}; nothing was done`, {
    code: 'down/held',
    title: 'Not Deleted',
    details: [{ label: 'ID', value: id }],
    hint: `If it is yours to end: instance_identifier=${id}, or force=true.`,
  });
}

/** The other user who holds a lease; null where it is this one's, whose machine may change its name. */
function otherOwner(leases: FoundBox['leases'], { context }: Pick<CommandDeps, 'context'>): string | null {
  const other = leases.find(({ owner }) => owner.user !== context.user.name);
  return other ? cleanLine(`${other.owner.user}@${other.owner.host}`, 100) : null;
}
