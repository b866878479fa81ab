import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { syncTree } from '../../../src/remote/sync/index.ts';
import { filesOf, workingTree } from '../../../src/remote/sync/working-tree.ts';
import { shellAccess } from '../../support/shell-access.ts';
import { makeTree, type Tree } from '../../support/tree.ts';

const noGit = spawnSync('git', ['--version']).error !== undefined;
if (noGit) console.warn('notice: syncing is not tried: there is no git on this machine');

let here: Tree;
let box: Tree;
beforeEach(() => {
  here = makeTree({ 'a.txt': 'a', 'sub/b.txt': 'b' });
  box = makeTree({});
});
afterEach(() => {
  here.remove();
  box.remove();
});

const env = { ...process.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere' };
const git = (cwd: string, ...words: string[]) => {
  const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example', '-c', 'protocol.file.allow=always'];
  const { status, stderr } = spawnSync('git', [...who, ...words], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};
const paths = async (cwd = here.path) =>
  (await filesOf(await workingTree(cwd, env), env)).map(({ path }) => path);

(noGit ? describe.skip : describe)('the files of a working tree', () => {
  it('are all where there is no repository', async () => {
    expect(await paths()).toEqual(['a.txt', 'sub/b.txt']);
    expect(await workingTree(join(here.path, 'sub'), env)).toMatchObject({ name: 'sub', inner: '' });
  });

  it('are those of the whole repository, with submodules and repositories within', async () => {
    const other = makeTree({ 'module.txt': 'm', '.gitignore': 'junk\n' });
    git(other.path, 'init', '-q');
    git(other.path, 'add', '.');
    git(other.path, 'commit', '-qm', 'first');
    git(here.path, 'init', '-q');
    git(here.path, 'submodule', '--quiet', 'add', other.path, 'part');
    writeFileSync(join(here.path, 'part/junk'), 'ignored there');
    writeFileSync(join(here.path, 'part/new'), 'not tracked');
    mkdirSync(join(here.path, 'inner'));
    git(join(here.path, 'inner'), 'init', '-q');
    writeFileSync(join(here.path, 'inner/x'), 'x');
    rmSync(join(here.path, 'a.txt'));
    other.remove();
    expect(await workingTree(join(here.path, 'sub'), env)).toMatchObject({ root: here.path, inner: 'sub' });
    expect(await paths(join(here.path, 'sub'))).toEqual([
      '.gitmodules',
      'inner/x',
      'part/.gitignore',
      'part/module.txt',
      'part/new',
      'sub/b.txt',
    ]);
  });

  it('are found without running what the configuration of the repository names', async () => {
    git(here.path, 'init', '-q');
    git(here.path, 'config', 'core.fsmonitor', `touch ${join(box.path, 'ran')}; false`);
    expect(await paths()).toEqual(['a.txt', 'sub/b.txt']);
    expect(existsSync(join(box.path, 'ran'))).toBe(false);
  });

  it.each(['here', 'within'])(
    'are not those of another directory that a repository names: %s',
    async (where) => {
      const evil = where === 'here' ? here.path : join(here.path, 'sub');
      git(here.path, 'init', '-q');
      git(evil, 'init', '-q');
      git(evil, 'config', 'core.worktree', where === 'here' ? join(here.path, '..') : box.path);
      writeFileSync(join(box.path, 'secret'), 'x');
      await expect(paths()).rejects.toMatchObject({ code: 'sync/git' });
    },
  );

  it('are not guessed where git cannot say', async () => {
    writeFileSync(join(here.path, '.git'), 'gitdir: /nowhere\n');
    await expect(paths()).rejects.toMatchObject({ code: 'sync/git' });
  });
});

describe.each([
  ['streams', true],
  ['gives commands no stdin', false],
])('a box that %s', (_name, streams) => {
  const sync = async (directory = 'work/project') => {
    const signal = new AbortController().signal;
    const access = shellAccess({ cwd: box.path, streams });
    const tree = { root: here.path, name: 'project', inner: '' };
    return syncTree(tree, directory, { access, env, signal, onProgress: () => undefined });
  };
  const there = (path: string): string => join(box.path, 'work/project', path);

  it('gets the files, and then what changes of them', async () => {
    expect(await sync()).toMatchObject({ files: 2, bytes: 2, deleted: 0, method: 'copy' });
    expect(await sync()).toMatchObject({ files: 0, method: null });
    writeFileSync(join(here.path, 'sub/b.txt'), 'changed');
    rmSync(join(here.path, 'a.txt'));
    writeFileSync(join(here.path, "it's new"), '');
    expect(await sync()).toMatchObject({ files: 2, deleted: 1 });
    expect(readFileSync(there('sub/b.txt'), 'utf8')).toBe('changed');
    expect(existsSync(there("it's new"))).toBe(true);
    expect(existsSync(there('a.txt'))).toBe(false);
  });

  it('is believed nothing that leads out of the directory', async () => {
    await sync();
    writeFileSync(join(box.path, 'work/precious'), 'x');
    const body = JSON.stringify([['../precious', 'x'], ['/etc/hostname', 'x'], 'nonsense', ['a.txt', 1]]);
    const { createHash } = await import('node:crypto');
    const sum = createHash('sha256').update(body).digest('hex');
    writeFileSync(there('.devbox-sync'), `${sum}\n${body}\n`);
    expect(await sync()).toMatchObject({ files: 2, deleted: 0 });
    expect(existsSync(join(box.path, 'work/precious'))).toBe(true);
    writeFileSync(there('.devbox-sync'), 'no manifest');
    expect(await sync()).toMatchObject({ files: 2, deleted: 0 });
  });
});
