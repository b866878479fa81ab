import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Paths } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { hasCode } from '../../base/files.ts';

/** Where the server of this machine keeps and offers things. */
export interface Places {
  /** Its lock, its log and the boxes' records. */
  readonly state: string;
  readonly boxes: string;
  readonly homes: string;
  readonly log: string;
  readonly socket: string;
}

/** Longest path of a unix socket in bytes, the smaller of Linux (107) and macOS (103); Node cuts longer ones silently. */
const maxSocketPath = 103;

/** The places that belong to devbox's directories; nothing is made. Different directories never share a socket. */
export function placesIn(paths: Paths): Places {
  const state = join(paths.state, 'local');
  const homes = join(paths.data, 'homes');
  const mark = createHash('sha256').update(`${state}\0${homes}`).digest('hex').slice(0, 16);
  const usual = join(paths.runtime, `local-${mark}.sock`);
  const fits = Buffer.byteLength(usual) <= maxSocketPath;
  return {
    state,
    boxes: join(state, 'boxes'),
    homes,
    log: join(state, 'server.log'),
    socket: fits ? usual : join(privateTemporary(), `${mark}.sock`),
  };
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
  const found = await lstat(directory);
  const isOurs = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  if (isOurs) return;
  throw new DevboxError(
    'failed',
    'the directory for the server’s socket belongs to somebody else or is open to others',
    {
      code: 'local/unsafe-directory',
      details: [{ label: 'Directory', value: directory }],
      hint: `look at it with: ls -ld ${directory}`,
    },
  );
}

function privateTemporary(): string {
  return join(tmpdir(), `devbox-${process.getuid?.() ?? 'user'}`);
}
