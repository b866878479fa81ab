import { afterEach, describe, expect, it } from '@jest/globals';
import { ComposeError, compose } from '../../../src/compose/index.ts';
import { makeTree, type Tree } from '../../support/tree.ts';

let tree: Tree;
afterEach(() => tree.remove());

describe('resolve', () => {
  it('throws for the first value that cannot be resolved, or tells of each and goes on', () => {
    tree = makeTree({
      'config.yaml':
        "unset: ???\na: ${unset}\nb: ${nowhere}\nc: {d: ['${oc.env:NONE}', kept]}\ne: ${c}\nkept: ${c.d[1]}\n",
    });
    const composition = compose({ searchPath: [tree.path], configName: 'config', overrides: [] });
    expect(() => composition.resolve()).toThrow(ComposeError);
    const told: ComposeError[] = [];
    const config = composition.resolve((error) => told.push(error));
    expect(config).toEqual({
      unset: '???',
      a: '???',
      b: '???',
      c: { d: ['???', 'kept'] },
      e: { d: ['???', 'kept'] },
      kept: 'kept',
    });
    expect(told.map(({ code, path }) => [path, code])).toEqual([
      ['a', 'interpolation/missing'],
      ['b', 'interpolation/key'],
      ['c.d[0]', 'interpolation/env'],
      ['c.d[0]', 'interpolation/env'],
    ]);
  });
});
