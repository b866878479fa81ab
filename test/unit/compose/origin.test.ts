import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compose, listGroups } from '../../../src/compose/index.ts';
import { composed, failure, tree } from './tree.ts';

describe('where values come from', () => {
  const files = {
    'config.yaml': 'defaults:\n  - g: x\n  - _self_\ntop: 007\nl: [1, "two"]\n',
    'g/x.yaml': '# a comment\na:\n  b: 1e2345\n',
  };

  test('file, line, column and the text as written', () => {
    const config = composed(files);
    expect(config.originOf('g.a.b')).toMatchObject({ kind: 'file', line: 3, column: 6, text: '1e2345' });
    expect(config.originOf('top')).toMatchObject({ line: 4, column: 6, text: '007' });
    expect(config.originOf('l[1]')).toMatchObject({ line: 5, column: 8, text: 'two' });
    expect(config.originOf(['l', 0])).toMatchObject({ line: 5, column: 5, text: '1' });
    expect(config.originOf('nope')).toBeUndefined();
  });

  test('an override, and what it replaced', () => {
    const origin = composed(files, ['+x=1', 'g.a.b=2e5']).originOf('g.a.b');
    expect(origin).toMatchObject({
      kind: 'override',
      override: 'g.a.b=2e5',
      index: 1,
      column: 7,
      text: '2e5',
    });
    expect(origin?.replaced).toMatchObject({ kind: 'file', line: 3, text: '1e2345' });
  });

  test('editing a file moves one origin', () => {
    const folder = tree(files);
    const at = (): unknown =>
      compose({ searchPath: [folder], configName: 'config', overrides: [] }).originOf('top');
    expect(at()).toMatchObject({ line: 4 });
    writeFileSync(join(folder, 'config.yaml'), `\n\n${files['config.yaml']}`);
    expect(at()).toMatchObject({ line: 6 });
  });
});

describe('the search path', () => {
  test('the first folder that has a file wins, absent folders are skipped', () => {
    const [first, second] = [
      tree({ 'g/x.yaml': 'a: 1' }),
      tree({ 'config.yaml': 'defaults: [g: x]', 'g/x.yaml': 'a: 2' }),
    ];
    const options = { configName: 'config', overrides: [] };
    const searchPath = ['/does/not/exist', { path: first, label: 'project' }, second];
    expect(compose({ ...options, searchPath }).config).toEqual({ g: { a: 1 } });
    expect(listGroups(searchPath)).toEqual([
      { group: 'g', options: [{ name: 'x', file: join(first, 'g/x.yaml') }] },
    ]);
  });

  test('an unknown option lists the options and the nearest', () => {
    const error = failure(() =>
      composed({ 'config.yaml': 'defaults: [g: alpah]', 'g/alpha.yaml': '', 'g/beta.yaml': '' }),
    );
    expect(error).toMatchObject({ code: 'option/unknown', nearest: 'alpha', candidates: ['alpha', 'beta'] });
    expect(error.frame).toMatchObject({ line: 1 });
  });

  test('folders, broken links and binary files where a config should be', () => {
    const folder = tree({ 'config.yaml': 'defaults: [g: x]' });
    mkdirSync(join(folder, 'g', 'x.yaml'), { recursive: true });
    symlinkSync('loop.yaml', join(folder, 'g', 'loop.yaml'));
    symlinkSync('.', join(folder, 'g', 'self'));
    writeFileSync(join(folder, 'g', 'bin.yaml'), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    const code = (option: string): string =>
      failure(() => compose({ searchPath: [folder], configName: 'config', overrides: [`g=${option}`] })).code;
    expect(code('x')).toBe('config/unreadable');
    expect(code('loop')).toBe('config/unreadable');
    expect(code('bin')).toBe('config/unreadable');
    expect(listGroups([folder]).length).toBeGreaterThan(0);
  });
});

describe('errors about overrides', () => {
  test('an option chosen on the command line is reported there', () => {
    const files = { 'config.yaml': 'defaults: [g: alpha]', 'g/alpha.yaml': '' };
    const error = failure(() => composed(files, ['g=alpah']));
    expect(error).toMatchObject({
      code: 'option/unknown',
      origin: { kind: 'override', override: 'g=alpah' },
    });
  });

  test('one that cannot be parsed says which it is', () => {
    const error = failure(() => composed({ 'config.yaml': 'a: 1' }, ['a=1', 'b c=2']));
    expect(error).toMatchObject({ code: 'override/syntax', origin: { override: 'b c=2', index: 1 } });
  });
});
