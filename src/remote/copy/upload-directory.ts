import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BoxShell } from './box-shell.ts';
import type { LocalTree, TreeEntry } from './local-tree.ts';
import { sendInParts } from './parts.ts';
import { summer } from './sums.ts';
import type { Survey } from './survey.ts';
import { writeTar } from './tar/write.ts';
import { type Copied, changedOnTheWay, type OnProgress, unfinishedName } from './transfer.ts';
import { uploadFile } from './upload-file.ts';

/**
 * Copies a directory into a box. Its files are put together beside the target first and then moved to where they belong, so
 * that none is there half; what is there already and is not replaced stays.
 * @param target path in the box; the directory that it lies in is there.
 */
export async function uploadDirectory(
  shell: BoxShell,
  box: Survey,
  target: string,
  tree: LocalTree,
  onProgress: OnProgress,
): Promise<Copied> {
  const files = tree.entries.filter(({ kind }) => kind !== 'directory').length;
  if (!box.hasTar) {
    await fileByFile(shell, box, target, tree, onProgress);
    return { files, bytes: tree.bytes, sha256: null };
  }
  const unfinished = unfinishedName(target, tree.root);
  try {
    await shell.must(`making ${target}`, 'rm -rf "$1" && mkdir "$1"', [unfinished]);
    const sums = await sendArchive(shell, box, unfinished, tree, onProgress);
    if (box.sum === 'sha256') await check(shell, unfinished, sums, target);
    await shell.must(`writing ${target}`, moveScript, [unfinished, target]);
  } catch (error) {
    // Whatever went wrong is told; what was begun is removed where the box still can.
    await shell.run('rm -rf "$1"', [unfinished]).catch(() => undefined);
    throw error;
  }
  return { files, bytes: tree.bytes, sha256: null };
}

/** Options that tars of all kinds understand: keep permissions, and belong to whoever unpacks. */
const unpackScript = 'tar -x -p -o -f "${2:--}" -C "$1"';

/** @returns the SHA-256 of each file, by its path. */
async function sendArchive(
  shell: BoxShell,
  box: Survey,
  unfinished: string,
  tree: LocalTree,
  onProgress: OnProgress,
): Promise<ReadonlyMap<string, string>> {
  const sums = new Map<string, string>();
  let sum = summer('sha256');
  let bytes = 0;
  const see = (entry: TreeEntry, chunk: Buffer | null): void => {
    if (chunk === null) {
      sums.set(entry.path, sum.result());
      sum = summer('sha256');
      return;
    }
    sum.add(chunk);
    bytes += chunk.length;
    onProgress(bytes, tree.bytes);
  };
  const archive = Readable.from(writeTar(tree, see), { objectMode: false, highWaterMark: 2 ** 18 });
  let broken: unknown;
  archive.on('error', (error) => {
    broken = error;
  });
  try {
    if (box.hasStdin) await shell.must('unpacking', unpackScript, [unfinished], { stdin: archive });
    else {
      const path = `${unfinished}/.devbox.tar`;
      await sendInParts(shell, { path, offset: 0, encoding: box.hasBase64 ? 'base64' : 'octal' }, archive);
      await shell.must('unpacking', `${unpackScript} && rm -f "$2"`, [unfinished, path]);
    }
  } catch (error) {
    throw broken ?? error;
  }
  if (broken !== undefined) throw broken;
  return sums;
}

/** Holds every file against its sum. Names that `sha256sum` writes in a form of its own are left out. */
async function check(
  shell: BoxShell,
  unfinished: string,
  sums: ReadonlyMap<string, string>,
  target: string,
): Promise<void> {
  const script = 'cd "$1" && find . -type f -exec sha256sum {} +';
  const said = await shell.must(`reading ${target}`, script, [unfinished]);
  const found = new Map(
    said.split('\n').flatMap((line): [string, string][] => {
      const [, sum, path] = /^([0-9a-f]{64}) [ *]\.\/(.*)$/.exec(line) ?? [];
      return sum === undefined || path === undefined ? [] : [[path, sum]];
    }),
  );
  for (const [path, sum] of sums) {
    if (!/[\\\n\r]/.test(path) && found.get(path) !== sum) throw changedOnTheWay(`${target}/${path}`);
  }
}

/** Gives `$1` the name `$2`, or moves what is in it to where it belongs in a directory of that name. */
const moveScript = `
T=$2; export T
if [ ! -e "$T" ] && [ ! -L "$T" ]; then exec mv "$1" "$T"; fi
[ -d "$T" ] || { echo "$T is no directory" >&2; exit 1; }
case $T in /*) ;; *) T=$PWD/$T;; esac
S=$1; case $S in /*) ;; *) S=$PWD/$S;; esac
cd "$S" || exit 1
find . -type d -exec sh -c 'for d do [ -d "$T/$d" ] || mkdir "$T/$d" || exit 1; done' sh {} + || exit 1
find . ! -type d -exec sh -c 'for f do
  if [ -d "$T/$f" ] && [ ! -L "$T/$f" ]; then echo "$T/$f is a directory" >&2; exit 1; fi
  mv -f "$f" "$T/$f" || exit 1
done' sh {} + || exit 1
[ -z "$(find . ! -type d | head -n 1)" ] || exit 1
cd / && rm -rf "$S"`;

/** Without tar: each file by itself, into its place. */
async function fileByFile(
  shell: BoxShell,
  box: Survey,
  target: string,
  { root, entries, bytes }: LocalTree,
  onProgress: OnProgress,
): Promise<void> {
  await shell.must(`making ${target}`, '[ -d "$1" ] || mkdir "$1"', [target]);
  let done = 0;
  for (const entry of entries) {
    const path = `${target}/${entry.path}`;
    switch (entry.kind) {
      case 'directory':
        await shell.must(`making ${path}`, '[ -d "$1" ] || mkdir "$1"', [path]);
        break;
      case 'link':
        await shell.must(`making ${path}`, 'ln -sfn "$2" "$1"', [path, entry.target]);
        break;
      case 'file': {
        const full = join(root, entry.path);
        const content = {
          bytes: entry.bytes,
          open: (offset: number) =>
            createReadStream(full, { start: offset, end: Math.max(offset, entry.bytes - 1) }),
          identity: JSON.stringify([full, entry.bytes, entry.mtime]),
          mode: entry.mode,
          mtime: entry.mtime,
        };
        const before = done;
        await uploadFile(shell, box, path, content, (sent) => onProgress(before + sent, bytes));
        done += entry.bytes;
      }
    }
  }
}
