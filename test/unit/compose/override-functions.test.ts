import { describe, expect, test } from '@jest/globals';
import { parseOverride } from '../../../src/compose/index.ts';
import { failure } from './tree.ts';

const value = (text: string): unknown => parseOverride(`k=${text}`).value;
const choice = (list: unknown[], more = {}): unknown => ({
  $sweep: 'choice',
  list,
  simple_form: false,
  shuffle: false,
  tags: [],
  ...more,
});
const simple = { simple_form: true };
const range = (start: number, stop: number, step: number, more = {}): unknown => ({
  $sweep: 'range',
  start,
  stop,
  step,
  shuffle: false,
  tags: [],
  ...more,
});

describe('functions of the override grammar', () => {
  test.each<[string, unknown]>([
    ['a,b', choice(['a', 'b'], simple)],
    ['choice(a,[1])', choice(['a', [1]])],
    ['range(3)', range(0, 3, 1)],
    ['range(stop=5,start=1,step=2)', range(1, 5, 2)],
    ['interval(1,2)', { $sweep: 'interval', start: 1, end: 2, tags: [] }],
    ['glob(*,exclude=a*)', { $sweep: 'glob', include: ['*'], exclude: ['a*'] }],
    ['tag(b,a,choice(1))', choice([1], { tags: ['a', 'b'] })],
    ['sort(3,1,2)', choice([1, 2, 3], simple)],
    ['sort([b,a],reverse=true)', ['b', 'a']],
    ['sort(range(5,1))', range(2, 6, -1)],
    ['shuffle(a,b)', choice(['a', 'b'], { ...simple, shuffle: true })],
    ['int(1.9)', 1],
    ["int(' 1_0 ')", 10],
    ['int({a:1.5,b:[2.5]})', { a: 1, b: [2] }],
    ['int(shuffle(choice(1.5)))', choice([1])],
    ['float(interval(1,2))', { $sweep: 'interval', start: 1, end: 2, tags: [] }],
    ['str(1e20)', '1e+20'],
    ['str(1.0)', '1.0'],
    ['str(true)', 'true'],
    ['bool(0.0)', false],
    ["bool('TRUE')", true],
    ['str(value=a,value=b)', 'b'],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  test.each([
    'choice()',
    'choice(null)',
    'choice(choice(a,b))',
    'choice(range(3))',
    'range()',
    'range(a)',
    'range(start=1,2)',
    'interval(1)',
    'tag(a)',
    'tag(1,choice(a))',
    'sort()',
    'sort(1,a)',
    "sort(['b','a'])",
    'int(a)',
    'int(inf)',
    'int(null)',
    'str(range(3))',
    'bool(yes)',
    'glob(1)',
    'nope(1)',
    'str(a,value=b)',
  ])('%s fails', (text) => {
    expect(failure(() => value(text)).code).toBe('override/function');
  });

  test('an unknown function names those that exist', () => {
    expect(failure(() => value('max(1)')).candidates).toContain('choice');
  });
});
