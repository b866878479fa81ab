import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LambdaUser } from '../lambda-user.ts';
import { keyFolder, keyFolders, type LeaseRecord, leasesOf, sshEntries } from './records.ts';

/** What there is of boxes, by the server's own state and the leases on disk. */
export interface Truth {
  /** In a few words, such as `box up`. */
  readonly state: string;
  /** Launches of which nobody knows yet what came of them. */
  readonly open: number;
  /** What devbox does not know, or says wrongly; a sentence each. */
  readonly lies: readonly string[];
}

/** Holds the leases against what the server has. */
export function truthOf({ home, fake }: LambdaUser): Truth {
  const leases = leasesOf(home.path);
  const live = fake.instances.filter(({ terminated }) => !terminated);
  const lies: string[] = [];
  const isOpen = ({ state, instanceId }: LeaseRecord): boolean => instanceId === null && state !== 'released';

  for (const { id, name, request } of live) {
    const own = leases.filter(({ instanceId }) => instanceId === id);
    const [only] = own;
    if (own.length !== 1 || only === undefined) lies.push(`${own.length} leases are on the box ${name}`);
    else if (!markOf(request).includes(only.id)) lies.push(`${name} carries the mark of another lease`);
    else if (only.name !== name) lies.push(`the lease on ${name} calls it ${only.name}`);
  }
  for (const lease of leases) {
    const { id, name, state, instanceId, launchedAt } = lease;
    if (isOpen(lease)) continue;
    if (state === 'released') lies.push(`the lease of ${name} is released and still there`);
    else if (!live.some((box) => box.id === instanceId))
      lies.push(`${name} is ${state}, and there is no box`);
    else if (launchedAt === null) lies.push(`${name} is ${state}, and nothing says since when`);
    else if (lease.sshKey?.made && !canEnter(home.path, lease)) lies.push(`the key for ${name} is not here`);
    if (!existsSync(join(keyFolder(home.path, id), 'known_hosts'))) lies.push(`${name} has no host key here`);
  }
  for (const { name, public_key } of fake.sshKeys.filter((key) => key.name.startsWith('devbox-dbx-'))) {
    const owner = leases.find(({ sshKey }) => sshKey?.made === true && sshKey.name === name);
    if (owner === undefined) lies.push(`no lease knows the key ${name}`);
    else if (owner.sshKey?.publicKey !== public_key) lies.push(`the lease of ${owner.name} has another key`);
  }
  for (const id of keyFolders(home.path))
    if (!leases.some((lease) => lease.id === id)) lies.push(`keys of ${id} are left here`);
  for (const name of sshEntries(home.path))
    if (!live.some((box) => box.name === name)) lies.push(`ssh still knows ${name}`);

  const open = leases.filter(isOpen);
  const stale = leases.filter(
    ({ state, instanceId }) =>
      instanceId !== null && state !== 'released' && !live.some(({ id }) => id === instanceId),
  );
  const words = [
    ...live.map(({ name }) => `${name} up`),
    ...open.map(({ name }) => `${name} open`),
    ...leases.flatMap(({ name, state }) => (state === 'released' ? [`key of ${name}`] : [])),
    ...stale.map(({ name }) => `${name} stale`),
  ];
  return { state: words.sort().join(', ') || 'nothing', open: open.length, lies };
}

/** The leases that the tags of a box name. */
function markOf(request: Readonly<Record<string, unknown>>): string[] {
  const tags: unknown[] = Array.isArray(request['tags']) ? request['tags'] : [];
  return tags.map(Object).flatMap(({ key, value }) => (key === 'devbox-lease' ? [String(value)] : []));
}

/** Whether the private key with which the box was launched is on disk, beside the public half that the lease has. */
function canEnter(home: string, { id, sshKey }: LeaseRecord): boolean {
  const file = join(keyFolder(home, id), 'id_ed25519');
  return existsSync(file) && readFileSync(`${file}.pub`, 'utf8').trim() === sshKey?.publicKey;
}
