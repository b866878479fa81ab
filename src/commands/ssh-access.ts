import type { Context } from '../base/context.ts';
import { shellLine } from '../base/shell.ts';
import type { Box, Reach } from '../providers/provider.ts';
import { sshArgv } from '../remote/ssh-command.ts';
import { type HostEntry, writeHostEntry } from '../remote/ssh-config.ts';
import { includeState } from '../remote/ssh-include.ts';
import type { SshPlaces, SshTarget } from '../remote/ssh-target.ts';
import { type Text, token } from '../ui/card.ts';
import type { SshConfig } from './settings.ts';
import { unreachable } from './unreachable.ts';

/** How the user gets onto a box over SSH. */
export interface SshAccess {
  readonly argv: readonly string[];
  /** The same as a line for a shell. */
  readonly line: string;
  /** What to tell the user once: the Include line that is missing, or why there is no entry. */
  readonly advice: readonly Text[];
}

/** Where the host entries of boxes lie. */
export function sshPlaces(ssh: SshConfig, context: Context): SshPlaces {
  return { home: context.paths.home, state: context.paths.state, configDir: ssh.config_dir };
}

/** Makes `ssh NAME` work for a box that has an address, and says how it is reached. */
export async function arrangeSsh(
  box: Box,
  reach: Extract<Reach, { kind: 'ssh' }>,
  ssh: SshConfig,
  context: Context,
): Promise<SshAccess> {
  const places = sshPlaces(ssh, context);
  const target: SshTarget = {
    instanceId: box.id,
    name: box.name,
    address: reach.host,
    region: box.region,
    type: box.type,
    username: ssh.username,
    port: ssh.port,
    identityFile: ssh.identity_file,
    forwardAgent: ssh.forward_agent,
  };
  const entry = await writeHostEntry(places, target, context.clock);
  const argv = await sshArgv(places, target);
  return { argv, line: shellLine(argv), advice: await adviceOn(entry, places) };
}

/**
 * The line that opens a shell on a box, whichever way it is reached.
 * @throws DevboxError `box/unreachable` where it cannot be reached now.
 */
export async function shellLineTo(box: Box, ssh: SshConfig, context: Context): Promise<SshAccess> {
  switch (box.reach.kind) {
    case 'ssh':
      return arrangeSsh(box, box.reach, ssh, context);
    case 'server': {
      const argv = ['devbox', 'ssh', box.name ?? box.id];
      return { argv, line: shellLine(argv), advice: [] };
    }
    case 'none':
      throw unreachable(box, box.reach);
  }
}

async function adviceOn(entry: HostEntry, places: SshPlaces): Promise<Text[]> {
  if (!entry.written) return [`No file for ssh was written: ${entry.why}.`];
  const state = await includeState(places, entry.alias);
  if (state.included) return [];
  return [
    [
      'For plain ',
      token('command', `ssh ${entry.alias}`),
      ', put this line first in ',
      token('path', state.configFile),
    ],
    [token('command', `  ${state.line}`)],
  ];
}
