import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Paths } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';
import { shellWord } from '../../base/shell.ts';
import { isRunning } from '../../server/identity.ts';
import { readHolder } from '../../server/lock.ts';
import type { LocalApi } from './schema.ts';

/** Where the server of this machine keeps and offers things. */
export interface Places {
  /** Its lock, its log and the boxes' records. */
  readonly state: string;
  readonly boxes: string;
  readonly homes: string;
  readonly log: string;
  /** Says which server runs, and where it is reached. */
  readonly lock: string;
  /** Where a server listens that is started now; one that runs may have been started in another environment. */
  readonly socket: string;
}

/** Longest path of a unix socket in bytes, the smaller of Linux (107) and macOS (103); Node cuts longer ones silently. */
const maxSocketPath = 103;

/**
 * The places that belong to devbox's directories; nothing is made. Different directories never share a socket, and
 * each engine has a server of its own.
 */
export function placesIn(paths: Paths, engine: LocalApi['engine'] = 'process'): Places {
  const isProcess = engine === 'process';
  const state = join(paths.state, isProcess ? 'local' : `local-${engine}`);
  const homes = join(paths.data, 'homes');
  const mark = createHash('sha256').update(`${state}\0${homes}`).digest('hex').slice(0, 16);
  const usual = join(paths.runtime, `local-${mark}.sock`);
  const fits = Buffer.byteLength(usual) <= maxSocketPath;
  return {
    state,
    boxes: isProcess ? join(state, 'boxes') : join(state, engine, 'boxes'),
    homes,
    log: join(state, 'server.log'),
    lock: join(state, 'server.lock'),
    socket: fits ? usual : join(privateTemporary(), `${mark}.sock`),
  };
}

/**
 * The socket to connect to: where the server that runs says it listens, otherwise where the next one will. They
 * differ where the runtime directory or the temporary one is not the same in every login, cron job and desktop.
 * @throws DevboxError as `secureSocketDirectory`
 */
export async function findSocket(places: Places): Promise<string> {
  const holder = await readHolder(places.lock);
  if (holder?.socket && holder.socket !== places.socket && (await isRunning(holder))) {
    await refuseForeign(dirname(holder.socket));
    return holder.socket;
  }
  await secureSocketDirectory(places);
  return places.socket;
}

/**
 * Makes sure that the socket's directory is ours alone. Others can write to the temporary directory, and whoever
 * owns the socket's directory could offer us a server of theirs.
 * @throws DevboxError
 */
export async function secureSocketDirectory(places: Places): Promise<void> {
  const directory = dirname(places.socket);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  await refuseForeign(directory);
}

/** @throws DevboxError for a directory that is not ours alone; one that is not there offers nothing to anybody. */
async function refuseForeign(directory: string): Promise<void> {
  const found = await lstat(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (!found) return;
  const isOurs = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  if (isOurs) return;
  throw new DevboxError(
    'failed',
    'the directory for the server’s socket belongs to somebody else or is open to others',
    {
      code: 'local/unsafe-directory',
      details: [{ label: 'Directory', value: directory }],
      hint: `Look at it with: ls -ld ${shellWord(directory)}`,
    },
  );
}

function privateTemporary(): string {
  return join(tmpdir(), `devbox-${process.getuid?.() ?? 'user'}`);
}
