import { lookup } from 'node:dns/promises';
import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import { shellLine } from '../base/shell.ts';
import type { Box, Reach } from '../providers/provider.ts';
import { changedHostKey } from '../remote/keys/host-key-check.ts';
import { sshArgv } from '../remote/ssh-command.ts';
import { type HostEntry, writeHostEntry } from '../remote/ssh-config.ts';
import { includeState } from '../remote/ssh-include.ts';
import type { SshPlaces, SshTarget } from '../remote/ssh-target.ts';
import { type Text, token } from '../ui/card.ts';
import type { CommandDeps } from './command.ts';
import { keysOfBox } from './keys-of-box.ts';
import type { SshConfig } from './settings.ts';
import { unreachable } from './unreachable.ts';

/** How the user gets onto a box over SSH. */
export interface SshAccess {
  readonly argv: readonly string[];
  /** The same as a line for a shell. */
  readonly line: string;
  /** Where ssh failed: that the box shows another host key than it should; else null. */
  readonly whyRefused: () => Promise<DevboxError | null>;
  /** What to tell the user once: the Include line that is missing, or why there is no entry. */
  readonly advice: readonly Text[];
}

/** Where the host entries of boxes lie. */
export function sshPlaces(ssh: SshConfig, context: Context): SshPlaces {
  return { home: context.paths.home, state: context.paths.state, configDir: ssh.config_dir };
}

/**
 * Makes `ssh NAME` work for a box that has an address, and says how it is reached.
 * @param account who pays for the box, where that is known.
 * @throws DevboxError `ssh/key-elsewhere` where its private key is not on this machine.
 */
export async function arrangeSsh(
  box: Box,
  reach: Extract<Reach, { kind: 'ssh' }>,
  ssh: SshConfig,
  deps: Pick<CommandDeps, 'context' | 'leases'>,
  account: string | null,
): Promise<SshAccess> {
  const { context } = deps;
  const places = sshPlaces(ssh, context);
  const keys = await keysOfBox(box, ssh, deps);
  const target: SshTarget = {
    instanceId: box.id,
    origin: { provider: box.provider, account: keys.account ?? account },
    name: box.name,
    address: await bestAddress(keys.tailnetName, reach.host),
    region: box.region,
    type: box.type,
    username: ssh.username ?? reach.username ?? userOfBox(box),
    port: ssh.port,
    // A path of devbox's own is meant as it is; in one of the user's, ssh fills in what % stands for.
    identityFile: keys.identityFile?.replaceAll('%', '%%') ?? ssh.identity_file,
    forwardAgent: ssh.forward_agent,
    host: keys.host,
  };
  const entry = await writeHostEntry(places, target, context.clock);
  const argv = await sshArgv(places, target);
  const whyRefused = (): Promise<DevboxError | null> => changedHostKey(places, target, context.env);
  return { argv, line: shellLine(argv), whyRefused, advice: await adviceOn(entry, places) };
}

/** @throws DevboxError where nobody knows as whom the box can be entered. */
function userOfBox({ id, name, image }: Box): never {
  throw new DevboxError('usage', `it is not known which user ${name ?? id} has`, {
    code: 'ssh/no-user',
    title: 'SSH',
    details: image === null ? [] : [{ label: 'Image', value: image }],
    hint: 'Its image does not tell. Say who: ssh.username=NAME (ubuntu, ec2-user, admin, ...)',
  });
}

/** The name in the tailnet where this machine is in it, too; else the public address. */
async function bestAddress(tailnetName: string | null, address: string): Promise<string> {
  if (tailnetName === null) return address;
  return lookup(tailnetName).then(
    () => tailnetName,
    () => address,
  );
}

/**
 * The line that opens a shell on a box, whichever way it is reached.
 * @throws DevboxError `box/unreachable` where it cannot be reached now.
 */
export async function shellLineTo(
  box: Box,
  ssh: SshConfig,
  deps: Pick<CommandDeps, 'context' | 'leases'>,
): Promise<SshAccess> {
  switch (box.reach.kind) {
    case 'ssh':
      return arrangeSsh(box, box.reach, ssh, deps, null);
    case 'server': {
      const argv = ['devbox', 'ssh', box.name ?? box.id];
      return { argv, line: shellLine(argv), whyRefused: async () => null, advice: [] };
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
