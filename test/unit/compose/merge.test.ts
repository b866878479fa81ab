import { describe, expect, test } from '@jest/globals';
import { composed, failure } from './tree.ts';

const merged = (first: string, second: string): unknown =>
  composed({ 'config.yaml': 'defaults: [one, two]', 'one.yaml': first, 'two.yaml': second }).config;

describe('merging configs', () => {
  test.each<[string, string, string, unknown]>([
    ['mappings merge', 'k: {a: 1, b: 1}', 'k: {b: 2, c: 3}', { k: { a: 1, b: 2, c: 3 } }],
    ['lists replace', 'k: [1, 2]', 'k: [3]', { k: [3] }],
    ['scalars replace everything', 'k: {a: 1}', 'k: 5', { k: 5 }],
    ['null replaces', 'k: {a: 1}', 'k: null', { k: null }],
    ['a mapping replaces a scalar', 'k: 5', 'k: {a: 1}', { k: { a: 1 } }],
    [
      '??? never overwrites',
      'k: 5\nl: {a: 1}\nm: [1]',
      'k: ???\nl: ???\nm: ???',
      { k: 5, l: { a: 1 }, m: [1] },
    ],
    [
      'a reference to a mapping is copied before merging',
      'd: {a: 1}\nk: ${d}',
      'k: {b: 2}',
      { d: { a: 1 }, k: { a: 1, b: 2 } },
    ],
    ['a reference that leads nowhere is replaced', 'k: ${zz}', 'k: {b: 2}', { k: { b: 2 } }],
  ])('%s', (_name, first, second, expected) => {
    expect(merged(first, second)).toEqual(expected);
  });

  test.each([
    ['k: [1]', 'k: {a: 1}'],
    ['k: {a: 1}', 'k: [1]'],
    ['d: {a: 1}\nk: ${d}', 'k: [1]'],
  ])('%j and %j do not fit', (first, second) => {
    expect(failure(() => merged(first, second))).toMatchObject({ code: 'merge/kinds', path: 'k' });
  });

  test('configs are merged anew every time: nothing leaks from one composition into the next', () => {
    const files = { 'config.yaml': 'k: {a: [1]}\nr: ${k}' };
    expect(composed(files, ['+k.b=1', 'k.a=[2]']).config).toEqual({ k: { a: [2], b: 1 }, r: '${k}' });
    expect(composed(files).config).toEqual({ k: { a: [1] }, r: '${k}' });
  });
});
