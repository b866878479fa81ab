import { markKeyName } from '../../leases/marks.ts';
import { leaseNamedBy } from '../../leases/match.ts';
import type { Box, Provider } from '../../providers/provider.ts';
import { boxKeysFolder, forgetBoxKeys, keptLeases } from '../../remote/keys/box-keys.ts';
import { keptHostKeys, madeEntries, removeHostEntry } from '../../remote/ssh-config.ts';
import { knownHostsFile } from '../../remote/ssh-target.ts';
import type { Asked } from '../ask-providers.ts';
import type { CommandDeps } from '../command.ts';
import { isUnsettled } from '../leased.ts';
import type { SshConfig } from '../settings.ts';
import { sshPlaces } from '../ssh-access.ts';
import type { Item } from './plan.ts';

/** Files for ssh on this machine: the entry of a box, what is kept under the id of a lease, or the host key of a box. */
export interface Stray {
  readonly what: 'ssh_entry' | 'ssh_keys' | 'host_key';
  /** Of the box, where it is known; else its id, or that of the lease. */
  readonly name: string;
  /** The id of the box or, for `ssh_keys`, of the lease. */
  readonly id: string;
  readonly path: string;
}

/**
 * Files for ssh that devbox made on this machine for boxes that are gone, such as those that another machine has ended.
 * What a lease knows stays, and so does what may be of a box that the providers that were asked cannot show.
 */
export async function findStrays(
  asked: readonly Asked[],
  ssh: SshConfig,
  { leases, context }: CommandDeps,
): Promise<Item[]> {
  const places = sshPlaces(ssh, context);
  const entries = await madeEntries(places);
  const folders = await keptLeases(places.state);
  const hostKeys = await keptHostKeys(places);
  if (asked.length === 0 || entries.length + folders.length + hostKeys.length === 0) return [];
  // Read after the files: a lease is written down before them.
  const { leases: open, warnings } = await leases.list();
  // One that cannot be read may be of any of them.
  if (warnings.length > 0) return [];
  const known = [...open, ...(await leases.unfinished())];
  const held = new Set(known.map(({ instanceId }) => instanceId));
  const live = asked.flatMap(({ boxes }) => boxes).filter((box) => !isOver(box));
  const isInUse = (id: string): boolean => held.has(id) || live.some((box) => box.id === id);
  const of = (origin: { provider: string | null; account: string | null } | null) =>
    asked.find(({ provider }) => provider.name === origin?.provider && provider.account === origin.account)
      ?.provider;
  const gone = (stray: Stray, why: string): Item => ({
    kind: 'files',
    stray,
    provider: null,
    verdict: { act: 'close', why },
  });

  const found: Item[] = [];
  for (const entry of entries) {
    const { alias, path, instanceId, provider: name, account } = entry;
    if (isInUse(instanceId)) continue;
    const stray: Stray = { what: 'ssh_entry', name: alias, id: instanceId, path };
    const provider = of(entry);
    if (provider) {
      if (await isGone(instanceId, provider)) found.push(gone(stray, 'its box is gone'));
    } else if (account === null && asked.some((one) => one.provider.name === name)) {
      const why = 'no box here has this entry for ssh; it may be of another account';
      found.push({ kind: 'files', stray, provider: null, verdict: { act: 'ask', why, candidates: [] } });
    }
  }
  for (const { lease, origin } of folders) {
    const provider = of(origin);
    if (provider === undefined || known.some(({ id }) => id === lease)) continue;
    const keyName = markKeyName(lease);
    if (live.some((box) => leaseNamedBy(box) === lease || box.sshKeys.includes(keyName))) continue;
    // Where the key is still registered, it is shown, and whoever deletes it decides on this, too.
    if ((await provider.sshKeys?.list())?.some((key) => key.name === keyName)) continue;
    const stray: Stray = {
      what: 'ssh_keys',
      name: lease,
      id: lease,
      path: boxKeysFolder(places.state, lease),
    };
    found.push(gone(stray, 'its lease and its box are gone'));
  }
  // A launch without an answer may yet turn out to be one of these boxes.
  const mayBeHeld = known.some(isUnsettled);
  for (const id of hostKeys) {
    if (isInUse(id) || mayBeHeld || entries.some((entry) => entry.instanceId === id)) continue;
    const stray: Stray = { what: 'host_key', name: id, id, path: knownHostsFile(places, id) };
    found.push(gone(stray, 'no box and no entry for ssh has this host key'));
  }
  return found;
}

async function isGone(id: string, provider: Provider): Promise<boolean> {
  const box = await provider.get(id);
  return box === null || isOver(box);
}

function isOver({ phase }: Pick<Box, 'phase'>): boolean {
  return phase === 'ended' || phase === 'ending';
}

/** Removes the files, unless a lease has been taken out meanwhile. @returns whether they were removed. */
export async function removeStray(
  { what, id }: Stray,
  ssh: SshConfig,
  { leases, context }: CommandDeps,
): Promise<boolean> {
  const places = sshPlaces(ssh, context);
  const { leases: open } = await leases.list();
  if (open.some((lease) => lease.id === id || lease.instanceId === id)) return false;
  if (what === 'ssh_keys') await forgetBoxKeys(places.state, id);
  else await removeHostEntry(places, id);
  return true;
}
