import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Project } from '../../../../src/config/project.ts';
import { fingerprint, projectFiles } from '../../../../src/config/trust/files.ts';
import { makeTree, type Tree } from '../../../support/tree.ts';

let tree: Tree;
beforeEach(() => {
  tree = makeTree({
    '.devboxrc.yaml': 'overrides: []\n',
    '.devbox/api/a.yaml': 'a: 1\n',
    '.devbox/b.yaml': '',
    'other/x.yaml': 'x: 1\n',
  });
});
afterEach(() => tree.remove());

const at = (name: string): string => join(tree.path, name);
const project = (): Project => ({
  directory: tree.path,
  rcFile: at('.devboxrc.yaml'),
  searchPath: [at('.devbox')],
  overrides: [],
});
const print = (): string => fingerprint(project(), projectFiles(project()));

describe('the fingerprint of a project', () => {
  it('is the same as long as nothing changes, whatever lies beside the configuration', () => {
    const before = print();
    writeFileSync(at('README.md'), 'x');
    writeFileSync(at('.devbox/notes.txt'), 'x');
    expect(print()).toBe(before);
  });

  const changes: readonly [string, () => void][] = [
    ['the rc file', () => writeFileSync(at('.devboxrc.yaml'), 'overrides: [a=1]\n')],
    ['a file', () => writeFileSync(at('.devbox/api/a.yaml'), 'a: 2\n')],
    ['a name', () => renameSync(at('.devbox/api/a.yaml'), at('.devbox/api/c.yaml'))],
    ['a place', () => renameSync(at('.devbox/api'), at('.devbox/wait'))],
    ['one more file', () => writeFileSync(at('.devbox/c.yaml'), '')],
    ['one file less', () => rmSync(at('.devbox/b.yaml'))],
    ['a linked tree', () => symlinkSync('../other', at('.devbox/linked'))],
  ];
  it.each(changes)('changes with %s', (_name, change) => {
    const before = print();
    change();
    expect(print()).not.toBe(before);
  });

  it('changes with what a link leads to', () => {
    symlinkSync('../other/x.yaml', at('.devbox/x.yaml'));
    const before = print();
    writeFileSync(at('other/x.yaml'), 'x: 2\n');
    expect(print()).not.toBe(before);
  });
});

describe('projectFiles', () => {
  it('comes to an end in circles of links', () => {
    symlinkSync('.', at('.devbox/self'));
    expect(projectFiles(project()).map(({ path }) => path)).toEqual([
      at('.devboxrc.yaml'),
      at('.devbox/api/a.yaml'),
      at('.devbox/b.yaml'),
    ]);
  });

  it('refuses to vouch for more than it can look at', () => {
    mkdirSync(at('.devbox/many'));
    for (let n = 0; n < 5001; n++) writeFileSync(at(`.devbox/many/${n}.yaml`), '');
    expect(() => projectFiles(project())).toThrow(/too many files/);
  });
});
