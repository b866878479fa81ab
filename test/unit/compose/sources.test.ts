import { describe, expect, it } from '@jest/globals';
import { type Composition, compose, type Origin, type Read } from '../../../src/compose/index.ts';
import { makeTree } from '../../support/tree.ts';

function composed(
  files: Readonly<Record<string, string>>,
  more: Partial<Parameters<typeof compose>[0]> = {},
): Composition {
  const tree = makeTree(files);
  try {
    return compose({ searchPath: [tree.path], configName: 'config', overrides: [], ...more });
  } finally {
    tree.remove();
  }
}

const place = (origin: Origin | undefined): string =>
  origin === undefined
    ? 'made'
    : origin.kind === 'override'
      ? origin.override
      : `${origin.file.split('/').at(-1)}:${origin.line}`;

describe('sourcesOf', () => {
  const rows: readonly [string, string, string[], string[]][] = [
    ['a value', 'a: 1\nb: 2\n', ['a'], ['config.yaml:1']],
    [
      'what it refers to',
      'a: ${b}\nb: ${c}\nc: 1\nd: 1\n',
      ['a'],
      ['config.yaml:1', 'config.yaml:2', 'config.yaml:3'],
    ],
    [
      'what its name is put together from',
      'a: ${${b}}\nb: c\nc: 1\n',
      ['a'],
      ['config.yaml:1', 'config.yaml:2', 'config.yaml:3'],
    ],
    ['an interpolation on the way', 'a: ${b}\nb:\n  c: 1\n', ['a', 'c'], ['config.yaml:1', 'config.yaml:3']],
    [
      'everything inside',
      'a:\n  b: 1\n  c: [2,\n   "${d}"]\nd: 1\n',
      ['a'],
      ['config.yaml:2', 'config.yaml:3', 'config.yaml:4', 'config.yaml:5'],
    ],
    [
      'what a default might replace',
      'a: ${oc.select:b,1}\nb: 2\n',
      ['a'],
      ['config.yaml:1', 'config.yaml:2'],
    ],
    ['as much as can be resolved', 'a: ${b}\nb: ${none}\n', ['a'], ['config.yaml:1', 'config.yaml:2']],
    ['nothing', 'a: 1\n', ['b'], []],
  ];
  it.each(rows)('tells of %s', (_name, text, path, expected) => {
    const found = composed({ 'config.yaml': text }).sourcesOf(path).map(place);
    expect([...new Set(found)].sort()).toEqual(expected);
  });

  it('tells of the interpolation from which a mapping was copied', () => {
    const files = {
      'config.yaml': 'defaults: [first, second]\n',
      'first.yaml': 'a: ${b}\nb: {x: 1}\n',
      'second.yaml': 'a: {y: 2}\n',
    };
    expect(composed(files).sourcesOf(['a', 'x']).map(place)).toEqual(
      expect.arrayContaining(['first.yaml:1', 'first.yaml:2']),
    );
  });
});

describe('a guard', () => {
  const reads = (text: string, overrides: readonly string[] = []): string[] => {
    const seen: string[] = [];
    const guard = (read: Read, by: readonly (Origin | undefined)[]): void => {
      seen.push(`${read.kind === 'env' ? `$${read.name}` : read.path} by ${by.map(place).join(' > ')}`);
    };
    composed({ 'config.yaml': text }, { guard, overrides, env: { X: '1' } }).resolve();
    return seen;
  };

  it('hears of variables and keys, and who led there', () => {
    expect(reads('a: ${b}\nb: ${oc.env:X}\n')).toEqual([
      'b by config.yaml:1 > config.yaml:1',
      '$X by config.yaml:1 > config.yaml:1 > config.yaml:2',
      '$X by config.yaml:2 > config.yaml:2',
    ]);
  });

  it.each([
    ['a container that is referred to', 'a: ${b}\nb:\n  c: ${oc.env:X}\n'],
    ['a container on the way', 'd: ${a.c}\na: ${b}\nb:\n  c: ${oc.env:X}\n'],
    ['a made one', 'a: ${oc.create:{c:"\\${oc.env:X}"}}\n'],
    ['a made list of values', 'a: ${oc.dict.values:b}\nb:\n  c: ${oc.env:X}\n'],
  ])('hears who is behind %s', (_name, text) => {
    const line = text.split('\n').findIndex((each) => each.startsWith('a:')) + 1;
    expect(reads(text)).toEqual(
      expect.arrayContaining([expect.stringMatching(new RegExp(`\\$X by .*config\\.yaml:${line}`))]),
    );
  });

  it('ends what it refuses, with its own error', () => {
    const guard = (): void => {
      throw new RangeError('no');
    };
    expect(() => composed({ 'config.yaml': 'a: ${oc.env:X}\n' }, { guard }).resolve()).toThrow(RangeError);
    expect(composed({ 'config.yaml': 'a: 1\n' }, { guard }).resolve()).toEqual({ a: 1 });
  });
});
