import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { findProject } from '../../../src/config/project.ts';
import { makeTree, type Tree } from '../../support/tree.ts';

let tree: Tree;
afterEach(() => tree.remove());

describe('findProject', () => {
  it('finds a .devbox folder upwards', async () => {
    tree = makeTree({ '.devbox/command/x.yaml': '', 'deep/er/file': '' });
    expect(await findProject(join(tree.path, 'deep/er'))).toEqual({
      directory: tree.path,
      searchPath: [join(tree.path, '.devbox')],
      overrides: [],
    });
  });

  const files: readonly [string, string][] = [
    ['.devboxrc.yaml', 'config_dir: boxes\nsearchpath: [../team]\noverrides: [api=local]\n'],
    ['.devboxrc.json', '{"config_dir":"boxes","searchpath":["../team"],"overrides":["api=local"]}'],
    ['devbox.config.yaml', 'config_dir: boxes\nsearchpath: [../team]\noverrides: [api=local]\n'],
    [
      'package.json',
      '{"name":"x","devbox":{"config_dir":"boxes","searchpath":["../team"],"overrides":["api=local"]}}',
    ],
  ];
  it.each(files)('reads %s', async (name, content) => {
    tree = makeTree({ [`p/${name}`]: content, 'p/boxes/a.yaml': '', 'team/a.yaml': '' });
    expect(await findProject(join(tree.path, 'p'))).toEqual({
      directory: join(tree.path, 'p'),
      rcFile: join(tree.path, 'p', name),
      searchPath: [join(tree.path, 'p/boxes'), join(tree.path, 'team')],
      overrides: ['api=local'],
    });
  });

  it('takes the .devbox folder beside an rc file that names none', async () => {
    tree = makeTree({ '.devboxrc.yaml': 'overrides: [api=local]\n', '.devbox/a.yaml': '' });
    expect(await findProject(tree.path)).toMatchObject({ searchPath: [join(tree.path, '.devbox')] });
  });

  it('takes a tree out of an installed package, found upwards', async () => {
    tree = makeTree({
      'p/.devboxrc.yaml': 'searchpath: ["pkg:@team/boxes/conf"]\n',
      'node_modules/@team/boxes/conf/command/x.yaml': '',
    });
    expect(await findProject(join(tree.path, 'p'))).toMatchObject({
      searchPath: [join(tree.path, 'node_modules/@team/boxes/conf')],
    });
  });

  it('goes on upwards past a package.json without a devbox key', async () => {
    tree = makeTree({ 'p/package.json': '{"name":"x"}', '.devbox/a.yaml': '' });
    expect(await findProject(join(tree.path, 'p'))).toMatchObject({ directory: tree.path });
  });

  it('takes no tree out of a package by a path that leads out of it', async () => {
    tree = makeTree({ 'p/.devboxrc.yaml': 'searchpath: ["pkg:x/../../secrets"]\n', 'p/secrets/a.yaml': '' });
    await expect(findProject(join(tree.path, 'p'))).rejects.toThrow(/no installed package holds/);
  });

  it('tells of code, and runs none: not its own, and not that of other tools', async () => {
    tree = makeTree({
      '.devboxrc.yaml': 'overrides: [api=local]\n',
      'devbox.config.ts': 'throw new Error("run")',
      '.config/config.js': 'throw new Error("run")',
      'package.json': '{"cosmiconfig":{"searchPlaces":["evil.js"]}}',
      'evil.js': 'throw new Error("run")',
    });
    const code: string[] = [];
    expect(await findProject(tree.path, (file) => code.push(file))).toMatchObject({
      overrides: ['api=local'],
    });
    expect(code).toEqual([join(tree.path, 'devbox.config.ts')]);
  });

  const wrong: readonly [string, string, RegExp][] = [
    ['a key that it may not have', 'hooks: [x]\n', /hooks: not what a project file may hold/],
    ['a value of another type', 'overrides: api=local\n', /overrides: not what a project file may hold/],
    ['broken YAML', 'a: [\n', /cannot be read/],
    [
      'a file that would import another',
      '$import: ./evil.js\n',
      /\$import: not what a project file may hold/,
    ],
    ['deep nesting', `a: ${'['.repeat(10_000)}`, /cannot be read/],
    ['more than a configuration', `# ${'x'.repeat(1024 * 1024)}\n`, /larger than 1 MiB/],
    [
      'a package that is not installed',
      'searchpath: ["pkg:none/conf"]\n',
      /no installed package holds none\/conf/,
    ],
  ];
  it.each(wrong)('refuses %s', async (_name, content, message) => {
    tree = makeTree({ '.devboxrc.yaml': content });
    await expect(findProject(tree.path)).rejects.toThrow(message);
    await expect(findProject(tree.path)).rejects.toMatchObject({ kind: 'usage' });
  });
});
