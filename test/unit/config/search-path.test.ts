import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { searchPath } from '../../../src/config/search-path.ts';
import { makeTree, type Tree } from '../../support/tree.ts';

let tree: Tree;
afterEach(() => tree.remove());

const paths = {
  home: '/h',
  config: '/h/.config/devbox',
  state: '/h/s',
  data: '/h/d',
  runtime: '/h/r',
  package: '/pkg',
};
const project = { directory: '/p', searchPath: ['/p/.devbox'], overrides: [] };

it('puts --config-dir first, then the project, the user, presets and what is built in', () => {
  tree = makeTree({ 'a/x': '', 'b/x': '' });
  const trees = searchPath({ configDirs: ['a', 'b'], configPath: undefined }, project, {
    cwd: tree.path,
    paths,
  });
  expect(trees.map(({ path }) => path)).toEqual([
    join(tree.path, 'a'),
    join(tree.path, 'b'),
    '/p/.devbox',
    '/h/.config/devbox',
    '/pkg/presets',
    '/pkg/conf',
  ]);
});

it('lets --config-path replace all but --config-dir', () => {
  tree = makeTree({ 'a/x': '', 'b/x': '' });
  const trees = searchPath({ configDirs: ['a'], configPath: 'b' }, project, { cwd: tree.path, paths });
  expect(trees.map(({ path }) => path)).toEqual([join(tree.path, 'a'), join(tree.path, 'b')]);
});

it('refuses a directory that is not there', () => {
  tree = makeTree({ file: '' });
  const find = (dir: string) => () =>
    searchPath({ configDirs: [dir], configPath: undefined }, undefined, { cwd: tree.path, paths });
  expect(find('none')).toThrow(/--config-dir none: there is no such directory/);
  expect(find('file')).toThrow(/--config-dir file: there is no such directory/);
});
