import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import { shellLine } from '../base/shell.ts';
import { cleanLine } from '../base/text.ts';
import { isLeaseId, type Lease, type LeaseId } from '../leases/lease.ts';
import { leaseOfKey } from '../leases/marks.ts';
import { leaseNamedBy } from '../leases/match.ts';
import type { Box } from '../providers/provider.ts';
import {
  type BoxKeys,
  boxKeysFolder,
  hasBoxKeys,
  keepHostKey,
  keepOrigin,
  readBoxKeys,
} from '../remote/keys/box-keys.ts';
import type { CommandDeps } from './command.ts';
import type { SshConfig } from './settings.ts';

/** Where the machine that took a lease out keeps what is for its box, from the home of its user. */
const usualState = '.local/state/devbox';

/** What there is for entering a box, and who pays for it as far as a lease says so. */
export interface KeysOfBox extends BoxKeys {
  readonly account: string | null;
}

/**
 * What devbox made for entering a box: the lease on it knows which, and where there is none any more, the box's own marks. A
 * machine that shares the leases and not the files still knows the host key, which the lease says.
 * @throws DevboxError `ssh/key-elsewhere` where the private key is on another machine, and the settings name none.
 */
export async function keysOfBox(
  box: Box,
  ssh: Pick<SshConfig, 'identity_file'>,
  { context, leases }: Pick<CommandDeps, 'context' | 'leases'>,
): Promise<KeysOfBox> {
  const { state } = context.paths;
  const { leases: open } = await leases.list();
  const lease = open.find((one) => one.instanceId === box.id && one.provider === box.provider);
  const id = lease?.id ?? markOn(box);
  if (id === null) return { identityFile: null, host: null, tailnetName: null, account: null };
  // Where there is a folder, a host key that is not in it was taken out.
  if (lease?.hostKey && !(await hasBoxKeys(state, id))) {
    await keepOrigin(state, id, lease);
    await keepHostKey(state, id, lease.hostKey);
  }
  const keys = await readBoxKeys(state, id);
  if (lease?.sshKey?.made && keys.identityFile === null && ssh.identity_file === null) {
    throw keyElsewhere(lease, box, context);
  }
  return { ...keys, account: lease?.account ?? null };
}

/** The lease that a box names as its own. */
export function markOn(box: Box): LeaseId | null {
  const [byKey = null] = box.sshKeys.flatMap((name) => leaseOfKey(name) ?? []);
  const id = leaseNamedBy(box) ?? byKey;
  return id !== null && isLeaseId(id) ? id : null;
}

function keyElsewhere({ id, owner }: Lease, box: Box, { paths, user }: Context): DevboxError {
  const folder = boxKeysFolder(paths.state, id);
  const isHere = owner.host === user.host && owner.user === user.name;
  const name = cleanLine(box.name ?? box.id, 100);
  const holder = cleanLine(`${owner.user}@${owner.host}`, 100);
  const there = `${holder}:${usualState}/ssh/${id}/*`;
  const copy = `${shellLine(['mkdir', '-pm', '700', folder])} && ${shellLine(['scp', '-p', there, folder])}`;
  return new DevboxError(
    'failed',
    isHere
      ? `the private key of ${name} is gone from this machine`
      : `the private key of ${name} is on another machine: devbox made it on ${cleanLine(owner.host, 100)}`,
    {
      code: 'ssh/key-elsewhere',
      title: 'No Key Here',
      details: [
        { label: 'Lease', value: id },
        { label: 'Taken out by', value: holder },
        { label: 'Missing', value: join(folder, 'id_ed25519') },
      ],
      hint: [
        ...(isHere ? [] : [`Copy it: ${copy}.`]),
        'A key of your own that the box knows is named by ssh.identity_file=PATH.',
        `The box can be ended without any: devbox down ${name}`,
      ].join(' '),
    },
  );
}
