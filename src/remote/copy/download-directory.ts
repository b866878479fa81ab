import { chmod, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import type { BoxShell } from './box-shell.ts';
import { collect, downloadFile, downloadTo } from './download-file.ts';
import { inTheWay, look } from './in-the-way.ts';
import { asDevboxError } from './local-file.ts';
import { type Survey, survey } from './survey.ts';
import { unpack } from './tar/unpack.ts';
import { type Copied, type OnProgress, unfinishedName } from './transfer.ts';

/**
 * Copies a directory of a box to this machine. It is put together beside the target and appears when it is whole; into a
 * directory that is there, what it holds is moved then. Nothing is left of one that was interrupted.
 */
export async function downloadDirectory(
  shell: BoxShell,
  box: Survey,
  target: string,
  identity: string,
  onProgress: OnProgress,
): Promise<Copied> {
  const unfinished = unfinishedName(target, `${identity} ${process.pid}`);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    const { files, bytes } = box.hasTar
      ? await receiveArchive(shell, box, unfinished, identity, onProgress)
      : await fileByFile(shell, box, unfinished, identity, onProgress);
    const there = await look(target);
    if (there) await merge(unfinished, target);
    else {
      await chmod(unfinished, 0o755);
      await rename(unfinished, target);
    }
    return { files, bytes, sha256: null };
  } catch (error) {
    throw asDevboxError(error, target);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const packScript = 'r=$1 f=${2:--}; shift 2; tar -c -f "$f" -C "$r" "$@"';

/**
 * Receives what is in a directory of a box, as an archive.
 * @param into a new directory.
 * @param paths what of it, each beginning with `./`; all of it is `.`.
 */
export async function receiveArchive(
  shell: BoxShell,
  box: Survey,
  into: string,
  identity: string,
  onProgress: OnProgress,
  paths: readonly string[] = ['.'],
): Promise<Pick<Copied, 'files' | 'bytes'>> {
  const archive = new PassThrough({ highWaterMark: 2 ** 18 });
  const unpacked = unpack(archive, into, (bytes) => onProgress(bytes, null));
  // A problem here ends the other side, which then waits for nobody.
  unpacked.catch((error: unknown) => archive.destroy(error instanceof Error ? error : undefined));
  const sent = box.hasStdin
    ? collect(
        (bytes) => put(archive, bytes),
        (stdout) => shell.must(`reading ${box.path}`, packScript, [box.path, '', ...paths], { stdout }),
      )
    : sendPacked(shell, box, archive, identity, paths);
  const [, result] = await Promise.all([sent.then(() => archive.end()), unpacked]).catch(
    async (error: unknown) => {
      archive.destroy();
      // Of two errors, the one of the archive says more.
      throw (
        (await unpacked.then(
          () => undefined,
          (reason: unknown) =>
            reason instanceof DevboxError && reason.code === 'cp/hostile-archive' ? reason : undefined,
        )) ?? error
      );
    },
  );
  return result;
}

/** Where output is text, the archive is a file in the box first. */
async function sendPacked(
  shell: BoxShell,
  box: Survey,
  archive: PassThrough,
  identity: string,
  paths: readonly string[],
): Promise<void> {
  const path = unfinishedName('/tmp/devbox.tar', `${identity} ${process.pid}`);
  try {
    await shell.must(`reading ${box.path}`, packScript, [box.path, path, ...paths]);
    await downloadTo(shell, { ...(await survey(shell, path)), hasStdin: false }, archive, () => undefined);
  } finally {
    await shell.run('rm -f "$1"', [path]).catch(() => undefined);
  }
}

function put(archive: PassThrough, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) =>
    archive.write(bytes, (error) => (error ? reject(error) : resolve())),
  );
}

/** Without tar: the names first, then each file by itself. */
async function fileByFile(
  shell: BoxShell,
  box: Survey,
  into: string,
  identity: string,
  onProgress: OnProgress,
): Promise<Pick<Copied, 'files' | 'bytes'>> {
  const script = `cd "$1" && find . -name '*\n*' | grep -q . && { echo 'a name has a line break in it' >&2; exit 1; }
cd "$1" && find . -type d && echo // && find . -type l && echo // && find . -type f`;
  const said = await shell.must(`reading ${box.path}`, script, [box.path]);
  const [directories = [], links = [], files = []] = said.split('//\n').map((part) =>
    part
      .split('\n')
      .filter((line) => line.startsWith('./'))
      .map(safeLine),
  );
  for (const path of directories) await mkdir(join(into, path), { recursive: true });
  let bytes = 0;
  for (const path of files) {
    const before = bytes;
    const one = await survey(shell, `${box.path}/${path}`);
    const copied = await downloadFile(shell, one, join(into, path), identity, (done) =>
      onProgress(before + done, null),
    );
    bytes += copied.bytes;
  }
  // Last, so that nothing is ever written through one.
  for (const path of links) {
    const target = await shell.must(`reading ${path}`, 'readlink "$1"', [`${box.path}/${path}`]);
    await symlink(target.replace(/\n$/, ''), join(into, path));
  }
  return { files: files.length + links.length, bytes };
}

function safeLine(line: string): string {
  const path = line.slice(2);
  if (!path.split('/').includes('..')) return path;
  throw new DevboxError('failed', 'the box sent a name that leaves the directory; nothing was kept', {
    code: 'cp/hostile-archive',
    details: [{ label: 'Name', value: cleanLine(path, 300) }],
  });
}

/** Moves what is in one directory into another one. Links there are not followed: an earlier copy may have made them. */
async function merge(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const there = await look(target);
    if (entry.isDirectory() && there) {
      if (!there.isDirectory()) throw inTheWay(target, 'is no directory');
      await chmod(source, 0o700);
      await merge(source, target);
    } else {
      if (there?.isDirectory()) throw inTheWay(target, 'is a directory');
      await rename(source, target);
    }
  }
}
