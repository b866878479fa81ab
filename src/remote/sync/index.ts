import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { findOnPath } from '../../base/find-program.ts';
import type { BoxAccess } from '../access.ts';
import { BoxShell, batches } from '../copy/box-shell.ts';
import { sendable } from '../copy/index.ts';
import type { TreeEntry } from '../copy/local-tree.ts';
import { type Survey, survey } from '../copy/survey.ts';
import type { OnProgress } from '../copy/transfer.ts';
import { uploadDirectory } from '../copy/upload-directory.ts';
import { uploadFile } from '../copy/upload-file.ts';
import {
  type Manifest,
  manifestFingerprint,
  manifestName,
  manifestOf,
  manifestText,
  parseManifest,
  planSync,
  underWay,
} from './manifest.ts';
import { rsync } from './rsync.ts';
import { filesOf, type TreeFile, type WorkingTree } from './working-tree.ts';

export interface SyncOptions {
  readonly access: Pick<BoxAccess, 'exec' | 'streams' | 'ssh'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** How a box came to have the files of a working tree. */
export interface Synced {
  /** The directory in the box, absolute. */
  readonly directory: string;
  /** What was sent, and what was deleted because it is gone here. */
  readonly files: number;
  readonly bytes: number;
  readonly deleted: number;
  /** How it was sent; null where the box had everything. */
  readonly method: 'rsync' | 'copy' | null;
}

/**
 * Gives a box the files of a working tree: sends what has changed since it was last sent there, and deletes what an earlier
 * sync brought and is gone here. Whatever else lies in the directory stays.
 * @param path of the directory in the box; it is made where there is none.
 */
export async function syncTree(tree: WorkingTree, path: string, options: SyncOptions): Promise<Synced> {
  const files = await filesOf(tree, options.env);
  const wanted = manifestOf(files);
  const shell = new BoxShell(options.access);
  const before = await survey(shell, path);
  const there = await lookInto(shell, before.path, tree.inner, manifestFingerprint(wanted));
  const { directory } = there;
  if (there.manifest === 'same') return { directory, files: 0, bytes: 0, deleted: 0, method: null };

  const box: Survey = { ...before, path: directory, kind: 'directory', hasParent: true };
  const plan = planSync(files, wanted, there.manifest);
  const meanwhile = underWay(there.manifest, plan);
  if (meanwhile) await writeManifest(shell, box, meanwhile);
  // First, because what is a directory here may have been a file.
  await remove(shell, directory, plan.gone);
  const bytes = sizeOf(plan.changed);
  const method =
    plan.changed.length === 0 ? null : await send(shell, box, tree, plan.changed, there.hasRsync, options);
  await writeManifest(shell, box, wanted);
  return { directory, files: plan.changed.length, bytes, deleted: plan.gone.length, method };
}

/** The directory of an earlier sync, absolute; null where there is none. */
export async function syncedDirectory(access: SyncOptions['access'], path: string): Promise<string | null> {
  const shell = new BoxShell(access);
  const { kind, path: full } = await survey(shell, path);
  if (kind !== 'directory') return null;
  return (await shell.must(`looking at ${path}`, 'cd "$1" && pwd -P', [full])).replace(/\n$/, '');
}

interface There {
  readonly directory: string;
  readonly hasRsync: boolean;
  readonly manifest: Manifest | 'same';
}

const lookScript = `
mkdir -p "$1" && cd "$1" && pwd -P || exit 1
[ -z "$2" ] || mkdir -p "./$2" || exit 1
if command -v rsync >/dev/null 2>&1; then echo rsync; else echo none; fi
[ -f ${manifestName} ] && [ ! -L ${manifestName} ] || exit 0
IFS= read -r line < ${manifestName}
if [ "$line" = "$3" ]; then echo same; else cat ${manifestName}; fi`;

async function lookInto(shell: BoxShell, path: string, inner: string, fingerprint: string): Promise<There> {
  const said = await shell.must(`looking at ${path}`, lookScript, [path, inner, fingerprint]);
  const [directory = '', tool = '', ...rest] = said.split('\n');
  const text = rest.join('\n');
  return {
    directory,
    hasRsync: tool === 'rsync',
    manifest: text.trim() === 'same' ? 'same' : parseManifest(text),
  };
}

/** Deletes files and links, and the directories that are empty then; nothing behind a link that stands for a directory. */
const removeScript = `
cd "$1" || exit 1; shift
for p do
  d=$p
  while :; do
    case $d in */*) d=\${d%/*};; *) d=; break;; esac
    [ -L "./$d" ] && break
  done
  [ -z "$d" ] || continue
  if [ -L "./$p" ] || [ -f "./$p" ]; then rm -f "./$p" || exit 1; fi
  case $p in */*) rmdir -p "./\${p%/*}" 2>/dev/null;; esac
done
exit 0`;

async function remove(shell: BoxShell, directory: string, paths: readonly string[]): Promise<void> {
  for (const some of batches(paths)) {
    await shell.must(`deleting in ${directory}`, removeScript, [directory, ...some]);
  }
}

async function send(
  shell: BoxShell,
  box: Survey,
  tree: WorkingTree,
  files: readonly TreeFile[],
  boxHasRsync: boolean,
  { access, env, signal, onProgress }: SyncOptions,
): Promise<'rsync' | 'copy'> {
  const bytes = sizeOf(files);
  onProgress(0, bytes);
  if (access.ssh && boxHasRsync && (await findOnPath('rsync', env))) {
    const paths = files.map(({ path }) => path);
    if (await rsync({ ssh: access.ssh, env, signal }, tree.root, paths, box.path)) {
      onProgress(bytes, bytes);
      return 'rsync';
    }
  }
  const entries = [...(await directoriesOf(tree.root, files)), ...files];
  const part = sendable({ root: tree.root, entries, bytes, leftOut: [] }, box);
  await uploadDirectory(shell, box, box.path, part, onProgress);
  return 'copy';
}

/** The directories in which files lie, the outer ones first. */
async function directoriesOf(root: string, files: readonly TreeFile[]): Promise<TreeEntry[]> {
  const paths = new Set<string>();
  const add = (path: string): void => {
    if (path === '.' || paths.has(path)) return;
    add(dirname(path));
    paths.add(path);
  };
  for (const { path } of files) add(dirname(path));
  const entries: TreeEntry[] = [];
  for (const path of paths) {
    const { mode, mtimeMs } = await lstat(join(root, path));
    entries.push({ kind: 'directory', path, mode: mode & 0o7777, mtime: mtimeMs });
  }
  return entries;
}

async function writeManifest(shell: BoxShell, box: Survey, manifest: Manifest): Promise<void> {
  const text = Buffer.from(manifestText(manifest));
  const content = {
    bytes: text.length,
    open: (offset: number) => Readable.from([text.subarray(offset)]),
    identity: 'manifest',
    mode: 0o600,
    mtime: null,
  };
  await uploadFile(shell, box, `${box.path}/${manifestName}`, content, () => undefined);
}

const sizeOf = (files: readonly TreeFile[]): number =>
  files.reduce((sum, file) => sum + (file.kind === 'file' ? file.bytes : 0), 0);
