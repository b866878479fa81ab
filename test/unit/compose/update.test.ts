import { describe, expect, test } from '@jest/globals';
import { composed, failure } from './tree.ts';

const base = 'a: 1\nd: {x: 1, y: {z: 2}}\nl: [1, {p: q}]\nn: null\nm: ???\ni: ${d}\n';

describe('overrides about keys', () => {
  test.each<[string[], object]>([
    [['a=2'], { a: 2 }],
    [['d.y.z=[1]'], { d: { x: 1, y: { z: [1] } } }],
    [['d={x:5}'], { d: { x: 5, y: { z: 2 } } }],
    [['l.0=9', 'l.1.p=r'], { l: [9, { p: 'r' }] }],
    [['l=[]'], { l: [] }],
    [['m=1'], { m: 1 }],
    [['+b=1'], { b: 1 }],
    [['+n=1'], { n: 1 }],
    [['+a.b=1'], { a: { b: 1 } }],
    [['++a=3', '++q.r.s=4'], { a: 3, q: { r: { s: 4 } } }],
    [['+d={w:1}'], { d: { x: 1, y: { z: 2 }, w: 1 } }],
    [['~d.y'], { d: { x: 1 } }],
    [['~d.x=1.0'], { d: { y: { z: 2 } } }],
    [['a=${d.x}'], { a: '${d.x}' }],
    [['tags.k=v', 'tags.o=[1]'], { tags: { k: 'v', o: [1] } }],
    [['tags={k:v}'], { tags: { k: 'v' } }],
  ])('%j', (overrides, expected) => {
    expect(composed({ 'config.yaml': base }, overrides, { openMaps: ['tags'] }).config).toMatchObject(
      expected,
    );
  });

  test.each<[string, string]>([
    ['b=1', 'key/unknown'],
    ['d.q=1', 'key/unknown'],
    ['d={q:1}', 'key/unknown'],
    ['a.b=1', 'key/unknown'],
    ['+a=1', 'key/exists'],
    ['~b', 'key/unknown'],
    ['~n', 'key/unknown'],
    ['~m', 'key/unknown'],
    ['~a=2', 'key/value'],
    ['~l.0', 'key/index'],
    ['l.2=1', 'key/index'],
    ['l.x=1', 'key/index'],
    ['d=[1]', 'merge/kinds'],
    ['g@p=1', 'key/package'],
    ['a=1,2', 'override/sweep'],
    ['a=[choice(1,2)]', 'override/sweep'],
    ['a={null:1}', 'override/key'],
    ["a='${'", 'interpolation/syntax'],
    ['tagz.k=v', 'key/unknown'],
  ])('%s is an error', (override, code) => {
    const error = failure(() => composed({ 'config.yaml': base }, [override], { openMaps: ['tags'] }));
    expect(error).toMatchObject({
      name: 'ComposeError',
      code,
      origin: { kind: 'override', override, index: 0 },
    });
  });

  test('an unknown key names the nearest and how to add it', () => {
    const error = failure(() => composed({ 'config.yaml': 'api: {timeout: 1}' }, ['api.timeot=2']));
    expect(error).toMatchObject({ path: 'api.timeot', nearest: 'api.timeout' });
    expect(error.message).toContain('did you mean api.timeout?');
    expect(error.hint).toContain('+api.timeot=2');
  });

  test('a sweep where none is meant shows the list', () => {
    expect(failure(() => composed({ 'config.yaml': 'a: 1' }, ['a=x,y'])).hint).toContain("'a=[x,y]'");
  });
});
