import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, readIfThere, syncFolder, writeDurably } from '../../base/files.ts';
import type { KeyPair } from './key-pair.ts';

/** What there is for reaching one box over SSH: files under the id of its lease, so that no other box is ever taken for it. */
export interface BoxKeys {
  /** Absolute path of the private key that devbox made; null where the user's own key is used. */
  readonly identityFile: string | null;
  /** The box's host key, known before it boots; null where the first connection has to be believed. */
  readonly host: KnownHost | null;
  /** The box's name in the user's tailnet; null where it is in none. */
  readonly tailnetName: string | null;
}

export interface KnownHost {
  /** The name under which the key stands in the file. */
  readonly alias: string;
  readonly knownHostsFile: string;
}

/** @param state devbox's folder for what must survive. @param lease an id that is a safe file name. */
export async function readBoxKeys(state: string, lease: string): Promise<BoxKeys> {
  const files = filesOf(state, lease);
  const [identity, host, tailnetName] = await Promise.all(
    [files.identity, files.knownHosts, files.tailnetName].map(readIfThere),
  );
  return {
    identityFile: identity === undefined ? null : files.identity,
    host: host === undefined ? null : { alias: hostAlias(lease), knownHostsFile: files.knownHosts },
    tailnetName: tailnetName?.trim() || null,
  };
}

/** Who has the box of a lease. */
export interface Origin {
  readonly provider: string;
  readonly account: string;
}

/** Keeps who has the box, so that what is left here of a box elsewhere can be told from what is in use. */
export async function keepOrigin(state: string, lease: string, { provider, account }: Origin): Promise<void> {
  await writeDurably(filesOf(state, lease).origin, `${provider} ${account}\n`);
}

/** The leases that have files here, by their ids; the origin is null where it was not kept. */
export async function keptLeases(
  state: string,
): Promise<{ readonly lease: string; readonly origin: Origin | null }[]> {
  const names = await readdir(root(state)).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  return Promise.all(
    names.map(async (lease) => {
      const [, provider, account] =
        /^(\S+) (.+)$/m.exec((await readIfThere(filesOf(state, lease).origin)) ?? '') ?? [];
      return { lease, origin: provider && account ? { provider, account } : null };
    }),
  );
}

/** Whether there is, or was, anything for a lease on this machine. */
export async function hasBoxKeys(state: string, lease: string): Promise<boolean> {
  return (await stat(filesOf(state, lease).folder).catch(() => null)) !== null;
}

/** The folder for a lease, absolute. */
export function boxKeysFolder(state: string, lease: string): string {
  return filesOf(state, lease).folder;
}

/** Keeps the key with which the box is entered: the private half 0600, in a folder 0700. */
export async function keepIdentity(state: string, lease: string, pair: KeyPair): Promise<void> {
  const files = filesOf(state, lease);
  await writeDurably(`${files.identity}.pub`, `${pair.publicKey}\n`);
  await writeDurably(files.identity, pair.privateKey);
}

/** The public half of the key that devbox made here for a lease; null where it made none, or it is gone. */
export async function readPublicKey(state: string, lease: string): Promise<string | null> {
  return (await readIfThere(`${filesOf(state, lease).identity}.pub`))?.trim() || null;
}

/** Keeps the public half of the box's host key, so that the very first connection can be verified. */
export async function keepHostKey(state: string, lease: string, publicKey: string): Promise<void> {
  const [kind, blob] = publicKey.split(' ');
  await writeDurably(filesOf(state, lease).knownHosts, `${hostAlias(lease)} ${kind} ${blob}\n`);
}

/** Keeps the name under which the box will be in the user's tailnet. */
export async function keepTailnetName(state: string, lease: string, name: string): Promise<void> {
  await writeDurably(filesOf(state, lease).tailnetName, `${name}\n`);
}

/** Removes all of a lease's files; nothing where there are none. */
export async function forgetBoxKeys(state: string, lease: string): Promise<void> {
  await rm(filesOf(state, lease).folder, { recursive: true, force: true });
  await syncFolder(root(state)).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
}

const root = (state: string): string => join(state, 'ssh');

const hostAlias = (lease: string): string => `devbox-${lease}`;

interface Files {
  readonly folder: string;
  readonly identity: string;
  readonly knownHosts: string;
  readonly tailnetName: string;
  readonly origin: string;
}

function filesOf(state: string, lease: string): Files {
  const folder = join(root(state), lease);
  return {
    folder,
    identity: join(folder, 'id_ed25519'),
    knownHosts: join(folder, 'known_hosts'),
    tailnetName: join(folder, 'tailnet'),
    origin: join(folder, 'origin'),
  };
}
