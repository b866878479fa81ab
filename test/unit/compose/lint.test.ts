import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type FileReport, inspectConfig } from '../../../src/compose/index.ts';
import { makeTree, type Tree } from '../../support/tree.ts';

let tree: Tree;
afterEach(() => tree.remove());

function inspect(text: string): FileReport {
  tree = makeTree({ 'g/one.yaml': text, 'g/two.yaml': '', 'h/three.yaml': '' });
  return inspectConfig([tree.path], join(tree.path, 'g/one.yaml'), 'g/one');
}

/** Each mistake as `LINE CODE MESSAGE`. */
const mistakes = (text: string): string[] =>
  inspect(text).errors.map(({ code, message, origin }) =>
    [origin?.kind === 'file' ? origin.line : '-', code, message].join(' '),
  );

describe('inspectConfig', () => {
  it('finds nothing in a file that is right', () => {
    const text = `# @package _global_
# yaml-language-server: $schema=x.json
defaults:
  - two
  - /h/three
  - /h: three
  - optional /h: nowhere
  - override /h: three
  - /h@some.place: \${choice}
  - /h: ???
  - /h@other: null
  - /h@several: [three, three]
  - _self_
a: 1
`;
    expect(mistakes(text)).toEqual([]);
  });

  it('names the configs that the file names', () => {
    const report = inspect(
      'defaults: [two, /h/three@x, {/h: "???"}, {inner: [a, b]}, {override /h: three}, _self_]',
    );
    expect(report.names).toEqual(['g/two', 'h/three', 'h/*', 'g/inner/a', 'g/inner/b', 'h/three']);
  });

  const rows: readonly [string, string, RegExp][] = [
    [
      'a misspelled keyword',
      'defaults:\n  - overide /h: three\n',
      /^2 defaults\/keyword overide .* override\?/,
    ],
    ['another one', 'defaults:\n  - optinal /h: three\n', /^2 defaults\/keyword optinal .* optional\?/],
    ['a word that is no keyword', 'defaults:\n  - please /h: three\n', /^2 defaults\/keyword please/],
    ['a misspelled _self_', 'defaults:\n  - two\n  - _sefl_\n', /^3 defaults\/keyword _sefl_ .* _self_\?/],
    ['a misspelled list', '\ndefualts:\n  - two\n', /^2 defaults\/keyword defualts .* defaults\?/],
    ['an unknown option', 'defaults:\n  - two\n  - /h: thre\n', /^3 option\/unknown .*did you mean three\?/],
    ['one of several options', 'defaults:\n  - /h: [three, four]\n', /^2 option\/unknown .* four/],
    ['an unknown config', 'defaults:\n  - tow\n', /^2 config\/not-found .*did you mean two\?/],
    ['a misspelled header', '# @pacakge _global_\na: 1\n', /^1 config\/header .*the keyword is @package/],
    ['a header with a colon', '# @package: _global_\na: 1\n', /^1 config\/header .*the keyword is @package/],
    ['a header without its sign', '# package _global_\na: 1\n', /^1 config\/header .*# @package _global_/],
    ['a late header', '# About it.\n# @package _global_\na: 1\n', /^2 config\/header .*come first/],
    ['a misspelled package', '# @package _gloabl_\na: 1\n', /^1 config\/header .*did you mean _global_\?/],
    ['a header of many words', '# @package a b\n', /^1 config\/header/],
    ['wrong YAML', 'a: 1\n b: 2\n', /^\d yaml\/syntax/],
    ['a wrong entry', 'defaults:\n  - 5\n', /^2 defaults\/invalid/],
  ];
  it.each(rows)('finds %s', (_name, text, expected) => {
    expect(mistakes(text)).toContainEqual(expect.stringMatching(expected));
  });

  it('finds all of them', () => {
    const text = '# @pacakge _global_\ndefaults:\n  - overide /h: thre\n  - _slef_\n  - tow\n';
    expect(mistakes(text)).toHaveLength(5);
  });

  it('leaves ordinary comments alone', () => {
    const text = '# @author somebody\n# Packages for the team\n# package manager: npm\na: 1\n';
    expect(mistakes(text)).toEqual([]);
  });
});
