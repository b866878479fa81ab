import type { BoxAccess } from '../remote/access.ts';
import { accessOverSsh } from '../remote/over-ssh/index.ts';
import type { CommandDeps } from './command.ts';
import type { FoundBox } from './find-box.ts';
import { requireFacet } from './require-facet.ts';
import type { SshConfig } from './settings.ts';
import { arrangeSsh } from './ssh-access.ts';
import { unreachable } from './unreachable.ts';

/**
 * The way to a box: over SSH, or through the server that holds it.
 * @param over makes of the ssh command that connects another one, such as one over a connection that is shared.
 * @throws DevboxError `box/unreachable` where it cannot be reached now.
 */
export async function accessTo(
  { box, provider }: Pick<FoundBox, 'box' | 'provider'>,
  ssh: SshConfig,
  deps: Pick<CommandDeps, 'context' | 'leases'>,
  over: (connect: readonly string[]) => readonly string[] = (connect) => connect,
): Promise<BoxAccess> {
  switch (box.reach.kind) {
    case 'server':
      return requireFacet(provider, 'server').access(box);
    case 'ssh': {
      const { argv, whyRefused } = await arrangeSsh(box, box.reach, ssh, deps, provider.account);
      const { context } = deps;
      return accessOverSsh({ connect: over(argv), env: context.env, signal: context.signal, whyRefused });
    }
    case 'none':
      throw unreachable(box, box.reach);
  }
}

/** The way to what is kept of a box: a server has the logs of one that does not run, too. */
export async function recordsOf(
  found: Pick<FoundBox, 'box' | 'provider'>,
  ssh: SshConfig,
  deps: Pick<CommandDeps, 'context' | 'leases'>,
): Promise<BoxAccess> {
  const { box, provider } = found;
  if (box.reach.kind === 'none' && provider.server) return provider.server.access(box);
  return accessTo(found, ssh, deps);
}
