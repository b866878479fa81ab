import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { hasCode, readIfThere, syncFolder } from '../base/files.ts';
import { cleanLine } from '../base/text.ts';
import {
  entryFolder,
  isSafeAlias,
  keptHostKey,
  knownHostsFile,
  type SshPlaces,
  type SshTarget,
  sshOptions,
} from './ssh-target.ts';

/** `ssh ALIAS` works through the file at `path`; or a sentence on why no file was written. */
export type HostEntry =
  | { readonly written: true; readonly alias: string; readonly path: string }
  | { readonly written: false; readonly why: string };

/**
 * Writes the file that lets `ssh NAME` reach a box, whole or not at all, mode 0600. A file of that name which devbox
 * made for an earlier box is replaced; any other is left alone. Never throws: a box without such a file is still a
 * box.
 */
export async function writeHostEntry(places: SshPlaces, target: SshTarget, clock: Clock): Promise<HostEntry> {
  const refused = (why: string): HostEntry => ({ written: false, why: cleanLine(why) });
  const { name } = target;
  if (name === null) return refused('the box has no name');
  if (!isSafeAlias(name))
    return refused(`the name ${JSON.stringify(name)} is not safe as the name of a file`);
  const folder = entryFolder(places);
  // Files there have meanings of their own: sshd itself runs ~/.ssh/rc at login.
  if (folder === join(places.home, '.ssh'))
    return refused('ssh.config_dir is ~/.ssh itself, which holds other files');
  const path = join(folder, name);
  try {
    const content = hostEntry(places, target, name, new Date(clock.now()));
    const before = await readIfThere(path);
    if (before !== undefined && madeFor(before) === null) return refused(`${path} is not devbox's own`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(dirname(keptHostKey(places, target).knownHostsFile), { recursive: true, mode: 0o700 });
    await replace(folder, name, content);
    return { written: true, alias: name, path };
  } catch (error) {
    return refused(messageOf(error));
  }
}

/**
 * Removes the files that `writeHostEntry` made for this very box, under whatever name, and its host key. Files for
 * other boxes, and files that are not devbox's, stay.
 * @returns the paths of the host entries removed.
 */
export async function removeHostEntry(places: SshPlaces, instanceId: string): Promise<string[]> {
  if (!isSafeAlias(instanceId)) return [];
  const removed = await removeAliases(places, instanceId);
  const hostKey = knownHostsFile(places, instanceId);
  for (const file of [hostKey, `${hostKey}.old`]) await rm(file, { force: true });
  return removed;
}

/** Removes the files as `removeHostEntry` does and keeps the host key, for a box that goes on under another name. */
export async function removeAliases(places: SshPlaces, instanceId: string): Promise<string[]> {
  if (!isSafeAlias(instanceId)) return [];
  const paths = await entriesFor(entryFolder(places), instanceId);
  for (const path of paths) await unlink(path);
  return paths;
}

/** The file for exactly this box if there is one, preferring the one with the box's present name. */
export async function findHostEntry(
  places: SshPlaces,
  box: { readonly instanceId: string; readonly name: string | null },
): Promise<{ readonly alias: string; readonly path: string } | null> {
  const folder = entryFolder(places);
  const paths = await entriesFor(folder, box.instanceId);
  const path = paths.find((one) => one === join(folder, box.name ?? '')) ?? paths[0];
  return path === undefined ? null : { alias: path.slice(folder.length + 1), path };
}

const madeByDevbox = '# Made by devbox';
const instanceLine = '# Instance ID: ';
const providerLine = '# Provider: ';
const accountLine = '# Account: ';

function hostEntry(places: SshPlaces, target: SshTarget, alias: string, now: Date): string {
  const shown = (value: string | null): string => cleanLine(value ?? '-', 200);
  return [
    `${madeByDevbox} on ${now.toISOString()}`,
    `${instanceLine}${target.instanceId}`,
    `# Name: ${shown(target.name)}`,
    `${providerLine}${shown(target.origin.provider)}`,
    `${accountLine}${shown(target.origin.account)}`,
    `# Region: ${shown(target.region)}`,
    `# Type: ${shown(target.type)}`,
    `Host ${alias}`,
    ...sshOptions(places, target).map(([keyword, value]) => `    ${keyword} ${value}`),
    '',
  ].join('\n');
}

/** The instance that a host entry was made for; null where devbox did not make it. */
function madeFor(content: string): string | null {
  const [first, second] = content.split('\n', 2);
  if (!first?.startsWith(madeByDevbox) || !second?.startsWith(instanceLine)) return null;
  return second.slice(instanceLine.length);
}

/** A host entry that devbox made. */
export interface MadeEntry {
  readonly alias: string;
  readonly path: string;
  readonly instanceId: string;
  /** Null where the entry does not say. */
  readonly provider: string | null;
  readonly account: string | null;
}

/** All entries that devbox made; files that are not its own are left out. */
export async function madeEntries(places: SshPlaces): Promise<MadeEntry[]> {
  const folder = entryFolder(places);
  const found: MadeEntry[] = [];
  for (const alias of (await filesIn(folder)).filter(isSafeAlias)) {
    const path = join(folder, alias);
    const content = (await readIfThere(path)) ?? '';
    const instanceId = madeFor(content);
    if (instanceId === null || !isSafeAlias(instanceId)) continue;
    const after = (line: string): string | null => {
      const value = content.split('\n').find((one) => one.startsWith(line));
      return value === undefined || value === `${line}-` ? null : value.slice(line.length);
    };
    found.push({ alias, path, instanceId, provider: after(providerLine), account: after(accountLine) });
  }
  return found;
}

/** The boxes, by their ids, of which a host key is kept that no lease foretold. */
export async function keptHostKeys({ state }: Pick<SshPlaces, 'state'>): Promise<string[]> {
  const files = (await filesIn(join(state, 'known_hosts'))).map((file) => file.replace(/\.old$/, ''));
  return [...new Set(files)].filter(isSafeAlias);
}

async function entriesFor(folder: string, instanceId: string): Promise<string[]> {
  const paths: string[] = [];
  for (const file of await filesIn(folder)) {
    const path = join(folder, file);
    if (isSafeAlias(file) && madeFor((await readIfThere(path)) ?? '') === instanceId) paths.push(path);
  }
  return paths;
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    // A folder that cannot be read has no entry that ssh could use either.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].some((code) => hasCode(error, code))) return [];
    throw error;
  }
}

/** The temporary file begins with a dot and so is outside what `Include config.d/*` reads. */
async function replace(folder: string, name: string, content: string): Promise<void> {
  const temporary = join(folder, `.${name}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
