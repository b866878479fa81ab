import type { CommandDeps } from '../command.ts';
import { confirmDeletion } from '../confirm-deletion.ts';
import type { FoundBox } from '../find-box.ts';

/**
 * Makes sure that the end of a box is meant. A box on GPULab ends with all its files, so a person is asked; elsewhere
 * its whole id or name says enough: the home of a box on this machine stays, and what Lambda Cloud keeps lies on
 * filesystems.
 * @throws DevboxError where it is not meant, or might not be.
 */
export async function confirmEnd(
  { box, provider, isExact }: FoundBox,
  {
    identifier,
    purge,
    force,
  }: { readonly identifier: string; readonly purge: boolean; readonly force: boolean },
  deps: CommandDeps,
): Promise<void> {
  if (isExact && provider.name !== 'gpulab') return;
  await confirmDeletion(
    {
      what: `${box.name ?? 'the box'} (${box.id}, ${box.status})${purge ? ' with its home' : ''}`,
      typed: identifier,
      isExact,
      exactly: `instance_identifier=${box.id}`,
      force,
    },
    deps,
  );
}
