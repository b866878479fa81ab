import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DevboxError } from '../../../../src/base/errors.ts';
import { localTree, type TreeEntry } from '../../../../src/remote/copy/local-tree.ts';
import { unpack } from '../../../../src/remote/copy/tar/unpack.ts';
import { writeTar } from '../../../../src/remote/copy/tar/write.ts';

let root: string;
let into: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'devbox-tar-test-'));
  into = join(root, 'into');
  mkdirSync(into);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** An archive with these entries, whatever they are called; files hold `content`. */
async function archiveOf(...entries: TreeEntry[]): Promise<Buffer> {
  const directory = mkdtempSync(join(root, 'source-'));
  const named = entries.map((entry, index) => {
    if (entry.kind !== 'file') return entry;
    writeFileSync(join(directory, String(index)), 'content');
    return { ...entry, path: String(index), bytes: 7 };
  });
  const parts: Buffer[] = [];
  for await (const part of writeTar(
    { root: directory, entries: named, bytes: 0, leftOut: [] },
    () => undefined,
  )) {
    parts.push(part);
  }
  // The writer reads files by their path, so their names are put in afterwards.
  let all: Buffer = Buffer.concat(parts);
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'file') all = renamed(all, String(index), entry.path);
  }
  return all;
}

function renamed(archive: Buffer, from: string, to: string): Buffer {
  const result = Buffer.from(archive);
  for (let at = 0; at + 512 <= result.length; at += 512) {
    const header = result.subarray(at, at + 512);
    if (header.toString('utf8', 0, 100).split('\0')[0] !== from || header[156] !== 0x30) continue;
    header.fill(0, 0, 100);
    header.write(to, 0, 100);
    header.write(' '.repeat(8), 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return result;
  }
  return result;
}

const common = { mode: 0o644, mtime: 0 };
const file = (path: string): TreeEntry => ({ ...common, path, kind: 'file', bytes: 7 });
const link = (path: string, target: string): TreeEntry => ({ ...common, path, kind: 'link', target });

const unpacked = (archive: Buffer) => unpack(Readable.from([archive]), into, () => undefined);
async function problem(archive: Buffer): Promise<string> {
  try {
    await unpacked(archive);
  } catch (error) {
    if (error instanceof DevboxError) return error.code;
    throw error;
  }
  return 'no problem';
}

describe('an archive of a hostile box', () => {
  const rows: [string, () => TreeEntry[]][] = [
    ['a name that goes up', () => [file('../escaped')]],
    ['a name that goes up on its way', () => [file('a/../../escaped')]],
    ['an absolute name', () => [file(join(root, 'escaped'))]],
    ['a file through a link that came before', () => [link('l', root), file('l/escaped')]],
    ['a file through a relative link', () => [link('l', '..'), file('l/escaped')]],
    [
      'a directory through a link',
      () => [link('l', root), { ...common, path: 'l/escaped', kind: 'directory' }],
    ],
    [
      'a link in the place of a directory, and a file below',
      () => [{ ...common, path: 'd', kind: 'directory' }, link('d', root), file('d/escaped')],
    ],
  ];
  test.each(rows)('%s is refused', async (_name, entries) => {
    expect(await problem(await archiveOf(...entries()))).toBe('cp/hostile-archive');
    expect(existsSync(join(root, 'escaped'))).toBe(false);
  });

  test('a file in the place of a link replaces the link, not what it leads to', async () => {
    writeFileSync(join(root, 'mine'), 'mine');
    await unpacked(await archiveOf(link('l', join(root, 'mine')), file('l')));
    expect(readFileSync(join(root, 'mine'), 'utf8')).toBe('mine');
    expect(lstatSync(join(into, 'l')).isFile()).toBe(true);
  });

  test('a link that leads out is kept as it is, and nothing is read through it', async () => {
    await unpacked(await archiveOf(link('l', '/etc/passwd')));
    expect(lstatSync(join(into, 'l')).isSymbolicLink()).toBe(true);
  });

  test('setuid bits do not come along', async () => {
    await unpacked(await archiveOf({ ...file('f'), mode: 0o4755 }));
    expect(statSync(join(into, 'f')).mode & 0o7777).toBe(0o755);
  });

  test.each([
    ['text', Buffer.from('this is no archive'.repeat(100))],
    ['nothing', Buffer.alloc(0)],
    ['half a header', Buffer.alloc(300, 1)],
  ])('%s is no archive', async (_name, bytes) => {
    expect(await problem(bytes)).toBe('cp/archive');
  });

  test('one that is cut off in the middle of a file is no archive', async () => {
    expect(await problem((await archiveOf(file('f'))).subarray(0, 515))).toBe('cp/archive');
  });
});

/** Whether this machine has a tar to compare with. */
const hasTar = ['/bin/tar', '/usr/bin/tar'].some(existsSync);
(hasTar ? describe : describe.skip)('archives of other programs', () => {
  test.each(['gnu', 'ustar', 'posix', 'v7'])('in the format %s are unpacked', async (format) => {
    const source = join(root, 'source');
    const long =
      format === 'gnu' || format === 'posix' ? `${'x'.repeat(120)}/${'y'.repeat(120)}` : 'short/name';
    mkdirSync(join(source, long), { recursive: true });
    writeFileSync(join(source, long, 'f'), 'content', { mode: 0o600 });
    execFileSync('ln', [join(source, long, 'f'), join(source, 'hard')]);
    symlinkSync('hard', join(source, 'soft'));
    const archive = execFileSync('tar', ['-c', `--format=${format}`, '-C', source, '.']);
    await unpacked(archive);
    expect(readFileSync(join(into, long, 'f'), 'utf8')).toBe('content');
    expect(readFileSync(join(into, 'soft'), 'utf8')).toBe('content');
    expect(statSync(join(into, long, 'f')).ino).toBe(statSync(join(into, 'hard')).ino);
  });

  test('ours is unpacked by them', async () => {
    const source = join(root, 'source');
    mkdirSync(join(source, 'ä'.repeat(80), 'd'), { recursive: true });
    writeFileSync(join(source, 'ä'.repeat(80), 'd', 'f'), 'content');
    symlinkSync('t'.repeat(200), join(source, 'l'));
    const parts: Buffer[] = [];
    for await (const part of writeTar(await localTree(source), () => undefined)) parts.push(part);
    execFileSync('tar', ['-x', '-C', into], { input: Buffer.concat(parts) });
    const list = (path: string) => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
    expect(list(into)).toEqual(list(source));
  });
});
