import { describe, expect, test } from '@jest/globals';
import { composed, failure } from './tree.ts';

const files = {
  'config.yaml': 'defaults:\n  - low\n  - optional high: null\n  - _self_\n',
  'low.yaml': 'a: null\nb: null\nfrom:\n  a: ${oc.env:A,null}\n  b: ${oc.env:B,null}\n',
  'high/a.yaml': '# @package _global_\na: high\n',
  'high/both.yaml': '# @package _global_\na: one\nb: two\n',
  'high/env.yaml': '# @package _global_\na: ${from.a}\nb: ${from.b}\n',
};
const more = { alternatives: [{ keys: ['a', 'b'] }] };

interface Row {
  readonly name: string;
  readonly overrides: readonly string[];
  readonly env?: Record<string, string>;
  readonly lowerOverrides?: number;
  readonly expected: { readonly a: string | null; readonly b: string | null };
}

const rows: readonly Row[] = [
  { name: 'none is set', overrides: [], expected: { a: null, b: null } },
  { name: 'one is set', overrides: ['high=a'], expected: { a: 'high', b: null } },
  {
    name: 'an override clears what a file sets',
    overrides: ['high=a', 'b=x'],
    expected: { a: null, b: 'x' },
  },
  { name: 'null clears nothing', overrides: ['high=a', 'b=null'], expected: { a: 'high', b: null } },
  {
    name: 'a higher set of overrides clears a lower one',
    overrides: ['a=x', 'b=y'],
    lowerOverrides: 1,
    expected: { a: null, b: 'y' },
  },
  {
    name: 'an interpolation counts by its value',
    overrides: ['high=env'],
    env: { B: 'e' },
    expected: { a: null, b: 'e' },
  },
  {
    name: 'an override clears what the environment sets',
    overrides: ['high=env', 'a=x'],
    env: { B: 'e' },
    expected: { a: 'x', b: null },
  },
  {
    name: 'an override ends a tie below it',
    overrides: ['high=both', 'b=x'],
    expected: { a: null, b: 'x' },
  },
];

test.each(rows)('$name', ({ overrides, env = {}, lowerOverrides = 0, expected }) => {
  const { a, b } = composed(files, overrides, { ...more, env, lowerOverrides }).resolve();
  expect({ a, b }).toEqual(expected);
});

test('what was cleared knows by what, and what it was', () => {
  const origin = composed(files, ['high=a', 'b=x'], more).originOf('a');
  expect(origin).toMatchObject({
    kind: 'override',
    override: 'b=x',
    replaced: { kind: 'file', text: 'high' },
  });
});

describe('two in one layer', () => {
  test('of a file name both places', () => {
    const { code, hint } = failure(() => composed(files, ['high=both'], more));
    expect(code).toBe('config/alternatives');
    expect(hint).toMatch(/a in .*both\.yaml:2:4, b in .*both\.yaml:3:4$/);
  });

  test('of the overrides name both', () => {
    expect(failure(() => composed(files, ['a=1', 'b=2'], more)).hint).toContain(
      'a in the override a=1, b in the override b=2',
    );
  });

  test('of the environment name the variables', () => {
    const env = { A: '1', B: '2' };
    const { hint } = failure(() => composed(files, ['high=env'], { ...more, env }));
    expect(hint).toContain('a from the environment variable A, b from the environment variable B');
  });

  test('may stand where others choose', () => {
    const config = composed(files, ['high=both'], { alternatives: [{ keys: ['a', 'b'], mayTie: true }] });
    expect(config.resolve()).toMatchObject({ a: 'one', b: 'two' });
  });
});

test('variables that decide a value are known, also through what it refers to', () => {
  const config = composed(files, ['high=env'], { env: { A: '1', OTHER: '2' } });
  expect(config.variablesOf(['a'])).toEqual(['A']);
  expect(config.variablesOf(['b'])).toEqual([]);
});
