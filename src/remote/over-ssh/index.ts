import type { BoxAccess } from '../access.ts';
import { connectSsh } from '../ssh-command.ts';
import { execOverSsh, explained, type SshLink } from './exec.ts';
import { deployLogOverSsh, logsOverSsh } from './logs.ts';
import { statsOverSsh } from './stats.ts';

export type { SshLink };

/** Reaching a Linux box over SSH with the user's own ssh. Its log is cloud-init's and the journal. */
export function accessOverSsh(link: SshLink): BoxAccess {
  const { connect, env, signal } = link;
  return {
    ssh: connect,
    streams: async () => true,
    exec: (request, streams) => execOverSsh(link, request, streams),
    // The terminal of this process, as ssh is used to.
    terminal: async () => explained(await connectSsh(connect, { env, signal }), link),
    logs: (query) => logsOverSsh(link, query),
    deployLog: () => deployLogOverSsh(link),
    stats: () => statsOverSsh(link),
  };
}
