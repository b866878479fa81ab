import { lstat, mkdir, rm, stat } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/**
 * Makes a server listen on a unix socket that only its owner can open. What is left at that path of an earlier
 * server is replaced; the caller holds the lock that says there is no other.
 * @throws where others could put a socket of theirs in its place, and where something is there that is no socket.
 * @returns the socket file's inode, by which it can be told from another's later.
 */
export async function listenPrivately(server: Server, path: string): Promise<number> {
  await makeRoom(path);
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
  });
  // The socket file appears within `listen`, with these permissions from the first moment.
  const before = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
  await listening;
  return (await stat(path)).ino;
}

/** A directory that is missing is made for its owner alone; one that is there is the user's, and stays as it is. */
async function makeRoom(path: string): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { mode, uid } = await stat(directory);
  const isSticky = (mode & 0o1000) !== 0;
  if (((mode & 0o022) !== 0 && !isSticky) || ![0, process.getuid?.()].includes(uid)) {
    throw new Error(`others can put a socket of theirs into ${directory}: it must be writable by you alone`);
  }
  const there = await lstat(path).catch(() => undefined);
  if (there && !there.isSocket()) throw new Error(`${path} is there already, and is no socket`);
  await rm(path, { force: true });
}

/** Whether something accepts connections at a unix socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
