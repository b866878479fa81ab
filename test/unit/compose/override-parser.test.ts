import { describe, expect, test } from '@jest/globals';
import { parseOverride } from '../../../src/compose/index.ts';
import { failure } from './tree.ts';

const value = (text: string): unknown => parseOverride(`k=${text}`).value;

describe('keys and kinds of an override', () => {
  test.each([
    ['a=1', { type: 'change', key: 'a', package: null }],
    ['+a.b=1', { type: 'add', key: 'a.b', package: null }],
    ['++a.0.b=1', { type: 'force-add', key: 'a.0.b', package: null }],
    ['~a', { type: 'delete', key: 'a', package: null, hasValue: false, value: null }],
    ['~a=1', { type: 'delete', key: 'a', hasValue: true, value: 1 }],
    ['group/sub=x', { key: 'group/sub', value: 'x' }],
    ['group@pkg.sub=x', { key: 'group', package: 'pkg.sub' }],
    ['group@=x', { key: 'group', package: '' }],
    ['$a-b.c=1', { key: '$a-b.c' }],
    ['=1', { key: '' }],
  ])('%s', (text, expected) => {
    expect(parseOverride(text)).toMatchObject(expected);
  });

  test.each([
    '',
    'a',
    'a b=1',
    'a =1',
    'a.01=1',
    'a[0]=1',
    '/a=1',
    'a@b@c=1',
    'a@b/c=1',
    '+++a=1',
    '~+a',
    'é=1',
  ])('%j is no override', (text) => {
    const error = failure(() => parseOverride(text));
    expect(error).toMatchObject({ name: 'ComposeError', code: 'override/syntax' });
    expect(error.hint).toBeTruthy();
  });
});

describe('values', () => {
  test.each<[string, unknown]>([
    ['', ''],
    [' \t', ''],
    ['1', 1],
    ['-1_000', -1000],
    ['1.', 1],
    ['.5e-1', 0.05],
    ['007', '007'],
    ['0x1f', '0x1f'],
    ['1__0', '1__0'],
    ['inf', Number.POSITIVE_INFINITY],
    ['-INF', Number.NEGATIVE_INFINITY],
    ['nan', Number.NaN],
    ['TRUE', true],
    ['Null', null],
    ['yes', 'yes'],
    ['a  b c ', 'a  b c'],
    ['10.0.0.1:80/x', '10.0.0.1:80/x'],
    ['a\\,b\\ ', 'a,b '],
    ['\\n', '\\n'],
    ["'it\\'s'", "it's"],
    ["'\\\\'", '\\'],
    ["'1'", '1'],
    ['${a.b}-${c:d,e}', '${a.b}-${c:d,e}'],
    ['[]', []],
    ['[1, [a b, {x: null}]]', [1, ['a b', { x: null }]]],
    ['{a:1,b:{c:d:e}}', { a: 1, b: { c: 'd:e' } }],
    ['{a:1,a:2}', { a: 2 }],
    ['{2:x,true:y,null:z}', { 2: 'x', true: 'y', null: 'z' }],
  ])('%j', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  test.each([
    "'a",
    "'a' ",
    "'a''b'",
    'a=b',
    'a~',
    'a;b',
    'é',
    '[1,]',
    '[1] ',
    '{a}',
    '{a:}',
    "{'a':1}",
    '(1)',
    '${}',
    '${a.${b}}',
    'a,',
    ',',
  ])('%j is a syntax error', (text) => {
    expect(failure(() => value(text)).code).toBe('override/syntax');
  });

  test('nesting is bounded', () => {
    expect(failure(() => value('['.repeat(10_000))).code).toBe('override/syntax');
  });
});
