import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ComposeError,
  compose,
  expandSweep,
  type PlainValue,
  parseOverride,
  toYaml,
} from '../../../src/compose/index.ts';
import { composed, tree } from './tree.ts';

const key = fc.oneof(
  fc.constantFrom('a', 'b-c', '__proto__', 'constructor', 'prototype', 'yes', '1', 'x y', '${a', '# c', 'é'),
  fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => isText(text)),
);
const scalar = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => isText(text) && !text.includes('${')),
  fc.constantFrom('yes', '1e3', '1:30', '010', 'null', '', ' ', '- a', 'a: b', "it's", '"', '\\', '???x'),
  fc.integer(),
  fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** Characters that YAML can hold. */
function isText(text: string): boolean {
  return /^[\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u.test(text);
}

const tokens = [
  'a',
  '=',
  ',',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '${',
  '}',
  ':',
  "'",
  '"',
  '\\',
  ' ',
  '+',
  '~',
  '@',
  '/',
  '.',
  '1',
  'e',
  'choice',
  'range',
  '\n',
  'é',
  '#',
  '- ',
  '&a',
  '*a',
  '<<: ',
  '|',
  '???',
  'defaults: ',
  '_self_',
  '__proto__',
];
const soup = fc.array(fc.constantFrom(...tokens), { maxLength: 20 }).map((parts) => parts.join(''));

const onlyComposeError = (action: () => unknown): void => {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ComposeError);
  }
};

describe('properties', () => {
  test('what is printed as YAML is read back the same', () => {
    fc.assert(
      fc.property(value, (printed) => {
        const text = `root:\n${toYaml({ v: printed }).replace(/^/gm, '  ').trimEnd()}\n`;
        const { config } = composed({ 'config.yaml': text });
        expect(config).toEqual({ root: { v: printed } });
      }),
      { numRuns: 150 },
    );
  });

  test('a job that a sweep prints means what was written', () => {
    fc.assert(
      fc.property(soup, (text) => {
        onlyComposeError(() => {
          const before = parseOverride(`k=${text}`);
          if (before.isSweep || JSON.stringify(before.value).includes('$sweep') || /\$\{/.test(text)) return;
          const [[job = ''] = []] = expandSweep([`k=${text}`]);
          expect(parseOverride(job).value).toEqual(before.value);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('no input ends in anything but a ComposeError', () => {
    const folder = tree({ 'config.yaml': 'a: {b: 1}\nl: [1]\n', 'g/x.yaml': 'y: 1' });
    fc.assert(
      fc.property(soup, soup, (text, yaml) => {
        onlyComposeError(() => parseOverride(text));
        onlyComposeError(() => expandSweep([text], { searchPath: [folder] }));
        onlyComposeError(() =>
          compose({ searchPath: [folder], configName: 'config', overrides: [text] }).resolve(),
        );
        onlyComposeError(() => composed({ 'config.yaml': yaml }).resolve());
      }),
      { numRuns: 300 },
    );
  });

  test('composing twice gives the same', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), scalar), (content) => {
        const files = {
          'config.yaml': `defaults: [x, _self_]\n${toYaml(content)}`,
          'x.yaml': 'a: 1\nz: ${.a}\n',
        };
        const attempt = (): unknown =>
          composed(Object.keys(content).length > 0 ? files : { 'config.yaml': '' }).config;
        expect(attempt()).toEqual(attempt());
      }),
      { numRuns: 50 },
    );
  });

  test('configs without a key in common may be merged in any order', () => {
    const part = (name: string) =>
      fc.dictionary(
        fc.constantFrom('p', 'q').map((own) => name + own),
        value,
        { minKeys: 1, noNullPrototype: true },
      );
    fc.assert(
      fc.property(part('a'), part('b'), (one, two) => {
        const files = { 'one.yaml': toYaml(one), 'two.yaml': toYaml(two) };
        const order = (list: string): unknown =>
          composed({ ...files, 'config.yaml': `defaults: [${list}]` }).config;
        expect(order('one, two')).toEqual(order('two, one'));
      }),
      { numRuns: 50 },
    );
  });

  test.each(['__proto__', 'constructor', 'prototype'])('%s pollutes nothing', (name) => {
    const { config, resolve, choices } = composed(
      { 'config.yaml': `a: {}\n${name}: {polluted: 1}\n`, [`${name}/x.yaml`]: 'polluted: 1' },
      [`+a.${name}.polluted=1`, `++${name}.other=2`, `+${name}@p=x`],
    );
    expect(Object.keys(config)).toContain(name);
    expect(Object.hasOwn(resolve(), name)).toBe(true);
    expect(Object.hasOwn(choices, `${name}@p`)).toBe(true);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get(Object, 'polluted')).toBeUndefined();
    expect(Object.getPrototypeOf(config)).toBe(Object.prototype);
  });
});
