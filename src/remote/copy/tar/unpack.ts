import { chmod, link, lstat, mkdir, open, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { DevboxError } from '../../../base/errors.ts';
import { hasCode } from '../../../base/files.ts';
import { cleanLine } from '../../../base/text.ts';
import { readTar, type TarEntry } from './read.ts';

export interface Unpacked {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Unpacks an archive from a box into a new directory of this machine. Boxes are not trusted: a name that leaves the
 * directory, by `..`, a slash before it or a link that came earlier, ends it. Links are made as they are and never
 * followed; pipes, sockets and devices are left out.
 * @throws DevboxError `cp/hostile-archive`
 */
export async function unpack(
  source: AsyncIterable<Buffer>,
  root: string,
  onBytes: (bytes: number) => void,
): Promise<Unpacked> {
  const target = new Target(root);
  let files = 0;
  let bytes = 0;
  await readTar(source, async (entry, content) => {
    const path = safePath(entry.path);
    if (path === '') return;
    switch (entry.kind) {
      case 'directory':
        return target.directory(path, entry.mode);
      case 'file':
        files++;
        return target.file(path, entry, content, (length) => {
          bytes += length;
          onBytes(bytes);
        });
      case 'link':
        files++;
        return target.link(path, entry.target);
      case 'hard-link':
        files++;
        return target.hardLink(path, safePath(entry.target));
      case 'other':
    }
  });
  await target.finish();
  return { files, bytes };
}

/** A path below the directory, without `.`; empty for the directory itself. */
function safePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..') || path.includes('\0')) throw hostile(path);
  return parts.join('/');
}

class Target {
  readonly #root: string;
  /** Directories that were made here, with the permissions that they get in the end. */
  readonly #directories = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
  }

  async directory(path: string, mode: number): Promise<void> {
    await this.#ensure(path);
    this.#directories.set(path, mode);
  }

  async file(
    path: string,
    { mode, mtime }: TarEntry,
    content: AsyncIterable<Buffer>,
    onBytes: (bytes: number) => void,
  ): Promise<void> {
    const full = await this.#place(path);
    // Exclusively: what is there is never opened, so no link either.
    const file = await open(full, 'wx', 0o600);
    try {
      for await (const chunk of content) {
        await file.writeFile(chunk);
        onBytes(chunk.length);
      }
      await file.chmod(mode);
    } finally {
      await file.close();
    }
    await utimes(full, Date.now() / 1000, mtime / 1000);
  }

  async link(path: string, target: string): Promise<void> {
    await symlink(target, await this.#place(path));
  }

  async hardLink(path: string, target: string): Promise<void> {
    await this.#ensure(parentOf(target));
    const existing = join(this.#root, target);
    if (!(await lstat(existing).catch(() => undefined))?.isFile()) throw hostile(target);
    await link(existing, await this.#place(path));
  }

  /** Gives directories their permissions, the innermost first. */
  async finish(): Promise<void> {
    for (const [path, mode] of [...this.#directories].reverse()) await chmod(join(this.#root, path), mode);
  }

  /** Where something new goes: its directories are there, and the name is free. */
  async #place(path: string): Promise<string> {
    await this.#ensure(parentOf(path));
    if (this.#directories.has(path)) throw hostile(path);
    const full = join(this.#root, path);
    await rm(full, { force: true });
    return full;
  }

  /** Makes a directory and those above it; a link in the place of one is refused. */
  async #ensure(path: string): Promise<void> {
    if (path === '' || this.#directories.has(path)) return;
    await this.#ensure(parentOf(path));
    const full = join(this.#root, path);
    try {
      await mkdir(full, { mode: 0o700 });
    } catch (error) {
      if (!hasCode(error, 'EEXIST') || !(await lstat(full)).isDirectory()) throw hostile(path);
    }
    this.#directories.set(path, 0o755);
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function hostile(path: string): DevboxError {
  return new DevboxError('failed', 'the box sent a name that leaves the directory; nothing was kept', {
    code: 'cp/hostile-archive',
    title: 'Refused',
    details: [{ label: 'Name', value: cleanLine(path, 300) }],
    hint: 'Look what is in that directory of the box before you copy from it.',
  });
}
