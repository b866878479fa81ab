import { describe, expect, test } from '@jest/globals';
import { type PlainValue, toYaml } from '../../../src/compose/index.ts';
import { composed, failure } from './tree.ts';

const loaded = (text: string): unknown => composed({ 'config.yaml': text }).config;

describe('reading YAML 1.1 as OmegaConf does', () => {
  test.each<[string, unknown]>([
    ['yes', true],
    ['Off', false],
    ['y', 'y'],
    ['010', 8],
    ['08', '08'],
    ['0o10', '0o10'],
    ['0x1F', 31],
    ['0b11', 3],
    ['1_000', 1000],
    ['1:30', 90],
    ['1:30.5', 90.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['-.5', '-.5'],
    ['.5e3', '.5e3'],
    ['.inf', Number.POSITIVE_INFINITY],
    ['.NaN', Number.NaN],
    ['2024-01-31', '2024-01-31'],
    ['~', null],
    ['', null],
    ['???', '???'],
    ['!!str 5', '5'],
    ["!!int '0x1f'", 31],
    ['!!float 3', 3],
    ["'it''s'", "it's"],
    ['"\\x41\\n"', 'A\n'],
    ['|\n  a\n   b', 'a\n b'],
    ['>-\n  a\n  b\n', 'a b'],
  ])('k: %s', (text, expected) => {
    expect(loaded(`k: ${text}`)).toEqual({ k: expected });
  });

  test.each<[string, string, unknown]>([
    ['an empty file', '', {}],
    ['a comment only', '# x\n', {}],
    ['one word', 'foo', { foo: null }],
    ['a byte order mark and CRLF', '\ufeffa: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
    ['markers', '---\na: 1\n...\n', { a: 1 }],
    ['merge keys', 'a: &a {x: 1, y: 1}\nb: {<<: *a, y: 2}', { a: { x: 1, y: 1 }, b: { x: 1, y: 2 } }],
    ['keys that are no text', '2: a\ntrue: b\n1.5: c', { 2: 'a', true: 'b', 1.5: 'c' }],
    [
      'keys named like prototypes',
      '__proto__: {a: 1}\nconstructor: 2',
      JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}'),
    ],
  ])('%s', (_name, text, expected) => {
    expect(loaded(text)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['an open quote', "a: 'x"],
    ['a tab as indentation', 'a:\n\tb: 1'],
    ['bad indentation', 'a:\n  b: 1\n c: 2'],
    ['a duplicate key', 'a: 1\na: 2'],
    ['a null key', '~: 1'],
    ['a list as a key', '? [a]\n: 1'],
    ['two documents', 'a: 1\n---\nb: 2'],
    ['an unknown anchor', 'a: *x'],
    ['an anchor defined twice', 'a: &x 1\nb: &x 2'],
    ['an unknown tag', 'a: !foo 1'],
    ['??? inside brackets', 'a: [???]'],
    ['a reference inside brackets', 'a: [${b}]'],
    ['a lone =', 'a: ='],
    ['a value that contains itself', 'a: &x [*x]'],
    ['a bad merge', 'a: {<<: 1}'],
    ['a control character', 'a: "\u0007"'],
    ['a number alone', '5'],
  ])('%s is an error with a frame', (_name, text) => {
    const error = failure(() => loaded(text));
    expect(error).toMatchObject({ name: 'ComposeError', code: 'yaml/syntax', origin: { kind: 'file' } });
    expect(error.frame?.lines.some((line) => line.startsWith('>'))).toBe(true);
  });

  test('what is huge, nested or repeated without end is refused in bounded time', () => {
    let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x]\n';
    for (let at = 1; at < 12; at++) bomb += `a${at}: &a${at} [${`*a${at - 1}, `.repeat(9)}]\n`;
    expect(failure(() => loaded(bomb)).code).toBe('yaml/syntax');
    expect(failure(() => loaded(`a: ${'['.repeat(10_000)}`)).code).toBe('yaml/syntax');
    expect(failure(() => loaded(`a: ${'x'.repeat(5 * 1024 * 1024)}`)).code).toBe('yaml/too-large');
  });
});

describe('printing YAML', () => {
  test('block style, keys in order, lists at the column of their key', () => {
    const value = { b: 1, a: { c: [1, { d: 2, e: [] }], f: {} }, m: null, t: 'x y' };
    expect(toYaml(value)).toBe('b: 1\na:\n  c:\n  - 1\n  - d: 2\n    e: []\n  f: {}\nm: null\nt: x y\n');
  });

  test.each<[PlainValue, string]>([
    ['yes', "'yes'"],
    ['1e3', "'1e3'"],
    ['', "''"],
    ['null', "'null'"],
    ['a: b', "'a: b'"],
    ["it's", "it's"],
    ['# x', "'# x'"],
    ['a\nb', '"a\\nb"'],
    ['2024-01-31', "'2024-01-31'"],
    ['${a.b}', '${a.b}'],
    ['???', '???'],
    [1.5, '1.5'],
    [1e-7, '1.0e-07'],
    [Number.NaN, '.nan'],
    [true, 'true'],
  ])('%j', (value, expected) => {
    expect(toYaml(value)).toBe(`${expected}\n`);
  });

  test('keys are quoted like values', () => {
    expect(toYaml({ n: 1, '1e3': 2, 'a b': 3 })).toBe("'n': 1\n'1e3': 2\na b: 3\n");
  });

  test('a composition keeps the point of its floats', () => {
    expect(composed({ 'config.yaml': 'a: {b: 1.0, c: 2}' }).toYaml('a')).toBe('b: 1.0\nc: 2\n');
  });
});
