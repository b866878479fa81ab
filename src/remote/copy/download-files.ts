import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import { type BoxShell, batches } from './box-shell.ts';
import { receiveArchive } from './download-directory.ts';
import { downloadFile } from './download-file.ts';
import { inTheWay, look } from './in-the-way.ts';
import { asDevboxError } from './local-file.ts';
import { type Survey, survey } from './survey.ts';
import { type Copied, type OnProgress, unfinishedName } from './transfer.ts';

/**
 * Copies files out of a directory of a box, to the same places below a directory of this machine. Boxes are not trusted:
 * nothing but these regular files arrives, and nothing is written through a link that is here.
 * @param box the directory in the box.
 * @param paths relative to it, without `.` and `..` in them.
 */
export async function downloadFiles(
  shell: BoxShell,
  box: Survey,
  paths: readonly string[],
  target: string,
  identity: string,
  onProgress: OnProgress,
): Promise<Copied> {
  const arriving = unfinishedName(join(target, 'artifacts'), `${identity} ${process.pid}`);
  let bytes = 0;
  try {
    await rm(arriving, { recursive: true, force: true });
    await mkdir(arriving, { mode: 0o700 });
    for (const some of box.hasTar ? batches(paths) : []) {
      const before = bytes;
      const words = some.map((path) => `./${path}`);
      const tell = (done: number): void => onProgress(before + done, null);
      bytes += (await receiveArchive(shell, box, arriving, identity, tell, words)).bytes;
    }
    for (const path of box.hasTar ? [] : paths) {
      const before = bytes;
      await mkdir(join(arriving, dirname(path)), { recursive: true });
      const one = await survey(shell, `${box.path}/${path}`);
      const tell = (done: number): void => onProgress(before + done, null);
      bytes += (await downloadFile(shell, one, join(arriving, path), identity, tell)).bytes;
    }
    for (const path of paths) await place(path, arriving, target);
    return { files: paths.length, bytes, sha256: null };
  } catch (error) {
    throw asDevboxError(error, target);
  } finally {
    await rm(arriving, { recursive: true, force: true });
  }
}

/** Moves one file to where it belongs. */
async function place(path: string, from: string, to: string): Promise<void> {
  if (!(await look(join(from, path)))?.isFile()) throw notSent(path);
  const parts = path.split('/').slice(0, -1);
  for (const [index] of parts.entries()) {
    const directory = join(to, ...parts.slice(0, index + 1));
    const there = await look(directory);
    if (!there) await mkdir(directory);
    else if (!there.isDirectory()) throw inTheWay(directory, 'is no directory');
  }
  if ((await look(join(to, path)))?.isDirectory()) throw inTheWay(join(to, path), 'is a directory');
  await rename(join(from, path), join(to, path));
}

function notSent(path: string): DevboxError {
  return new DevboxError('failed', `${cleanLine(path, 300)} did not come as a file`, {
    code: 'cp/not-sent',
    title: 'Not Copied',
    hint: 'It may have been changed meanwhile: try again.',
  });
}
