import { describe, expect, test } from '@jest/globals';
import { composed, failure } from './tree.ts';

type Files = Record<string, string>;

describe('defaults lists', () => {
  test.each<[string, Files, string[], unknown]>([
    ['an option lands under its group', { config: 'defaults: [g: x]', 'g/x': 'a: 1' }, [], { g: { a: 1 } }],
    [
      'without _self_ the config itself comes last',
      { config: 'defaults: [g: x]\ng: {a: 2}', 'g/x': 'a: 1' },
      [],
      { g: { a: 2 } },
    ],
    [
      '_self_ first lets options win',
      { config: 'defaults: [_self_, g: x]\ng: {a: 2}', 'g/x': 'a: 1' },
      [],
      { g: { a: 1 } },
    ],
    [
      'an option is chosen by override',
      { config: 'defaults: [g: x]', 'g/x': 'a: 1', 'g/y': 'a: 2' },
      ['g=y'],
      { g: { a: 2 } },
    ],
    [
      'an option extends its sibling',
      { config: 'defaults: [g: y]', 'g/x': 'a: 1\nb: 1', 'g/y': 'defaults: [x, _self_]\nb: 2' },
      [],
      { g: { a: 1, b: 2 } },
    ],
    [
      '_global_ in the header',
      { config: 'defaults: [g: x]', 'g/x': '# @package _global_\na: 1' },
      [],
      { a: 1 },
    ],
    [
      'a package in the header',
      { config: 'defaults: [g: x]', 'g/x': '\n#@package p.q\na: 1' },
      [],
      { p: { q: { a: 1 } } },
    ],
    ['a package in the list', { config: 'defaults: [g@p: x]', 'g/x': 'a: 1' }, [], { p: { a: 1 } }],
    [
      '_here_ in a nested list',
      { config: 'defaults: [g: x]', 'g/x': 'defaults: [/h@_here_: y]', 'h/y': 'a: 1' },
      [],
      { g: { a: 1 } },
    ],
    [
      'a nested group is relative',
      { config: 'defaults: [g: x]', 'g/x': 'defaults: [h: y]', 'g/h/y': 'a: 1' },
      [],
      { g: { h: { a: 1 } } },
    ],
    [
      'an absolute group keeps the package of its parent',
      { config: 'defaults: [g: x]', 'g/x': 'defaults: [/h: y]', 'h/y': 'a: 1' },
      [],
      { g: { h: { a: 1 } } },
    ],
    [
      'a later override wins over an earlier',
      {
        config: 'defaults: [g: x, h: a, i: a]',
        'g/x': 'v: x',
        'g/y': 'v: y',
        'g/z': 'v: z',
        'h/a': '# @package _global_\ndefaults: [override /g: y]',
        'i/a': '# @package _global_\ndefaults: [override /g: z]',
      },
      [],
      { g: { v: 'z' } },
    ],
    [
      'several options of one group',
      { config: 'defaults: [g: [x, y]]', 'g/x': 'a: 1', 'g/y': 'b: 2' },
      [],
      { g: { a: 1, b: 2 } },
    ],
    ['null leaves a group out', { config: 'defaults: [g: null]\na: 1' }, [], { a: 1 }],
    ['optional options may be absent', { config: 'defaults: [optional g: x]\na: 1' }, [], { a: 1 }],
    [
      'an interpolated option sees the others',
      {
        config: 'defaults: [g: x, h: y, "g_h: ${g}_${h}"]'.replace('"g_h: ${g}_${h}"', '{g_h: "${g}_${h}"}'),
        'g/x': '',
        'h/y': '',
        'g_h/x_y': 'a: 1',
      },
      [],
      { g: {}, h: {}, g_h: { a: 1 } },
    ],
    ['a group is added', { config: 'a: 1', 'g/x': 'b: 2' }, ['+g=x'], { a: 1, g: { b: 2 } }],
    ['a group is added at a package', { config: 'a: 1', 'g/x': 'b: 2' }, ['+g@p=x'], { a: 1, p: { b: 2 } }],
    ['a group is deleted', { config: 'defaults: [g: x]\na: 1', 'g/x': 'b: 2' }, ['~g'], { a: 1 }],
    [
      'an unknown keyword is no keyword',
      { config: 'defaults: [overide g: x]', 'g/x': 'a: 1' },
      [],
      { g: { a: 1 } },
    ],
  ])('%s', (_name, files, overrides, expected) => {
    expect(composed(withExtension(files), overrides).config).toEqual(expected);
  });

  test.each<[string, Files, string[], string]>([
    ['an absent primary config', { other: '' }, [], 'config/not-found'],
    ['an absent option', { config: 'defaults: [g: x]', 'g/y': '' }, [], 'option/unknown'],
    ['an absent config', { config: 'defaults: [x]' }, [], 'config/not-found'],
    ['a required option', { config: 'defaults:\n- g: ???', 'g/x': '' }, [], 'option/required'],
    ['a group twice', { config: 'defaults: [g: x, g: x]', 'g/x': '' }, [], 'defaults/duplicate'],
    [
      'two values for a group',
      { config: 'defaults: [g: x, g: y]', 'g/x': '', 'g/y': '' },
      [],
      'defaults/duplicate',
    ],
    ['_self_ twice', { config: 'defaults: [_self_, _self_]' }, [], 'defaults/duplicate'],
    [
      'an override before an entry',
      { config: 'defaults: [override g: x, h: y]', 'h/y': '' },
      [],
      'defaults/order',
    ],
    [
      'an override that matches nothing',
      { config: 'defaults: [h: y, override g: x]', 'h/y': '' },
      [],
      'defaults/unmatched',
    ],
    [
      'an override of a group that is not there',
      { config: 'a: 1', 'g/x': '' },
      ['g=x'],
      'defaults/unmatched',
    ],
    ['a deletion that matches nothing', { config: 'a: 1', 'g/x': '' }, ['~g'], 'defaults/unmatched'],
    [
      'configs in a circle',
      { config: 'defaults: [x]', x: 'defaults: [y]', y: 'defaults: [x]' },
      [],
      'defaults/cycle',
    ],
    ['a list that is none', { config: 'defaults: {g: x}' }, [], 'defaults/invalid'],
    ['two groups in one entry', { config: 'defaults: [{g: x, h: y}]' }, [], 'defaults/invalid'],
    ['a bad header', { config: '# @package a b\n' }, [], 'config/header'],
    ['a number for a group', { config: 'defaults: [g: x]', 'g/x': '' }, ['g=5'], 'override/group'],
    ['force-adding a group', { config: 'a: 1', 'g/x': '' }, ['++g=x'], 'override/group'],
    ['a primary config that is a list', { config: '[1]' }, [], 'config/kind'],
    [
      'an interpolation without a value',
      { config: 'defaults: [g: "${h}"]', 'g/x': '' },
      [],
      'defaults/interpolation',
    ],
  ])('%s is an error', (_name, files, overrides, code) => {
    const error = failure(() => composed(withExtension(files), overrides));
    expect(error).toMatchObject({ name: 'ComposeError', code });
  });

  test.each([
    [['g=zz'], 'override', 'g has no option zz'],
    [['g=[x,zz]'], 'override', 'there is no config g/zz'],
    [['+h=zz'], 'override', 'h has no option zz'],
    [['i=a'], 'file', 'in i/a: g has no option zz'],
  ])('an option that is not there is placed where it was named: %s', (overrides, kind, message) => {
    const files = {
      config: 'defaults: [g: x, i: null]',
      'g/x': '',
      'h/x': '',
      'i/a': '# @package _global_\ndefaults: [override /g: zz]',
    };
    const error = failure(() => composed(withExtension(files), overrides));
    expect(error.origin).toMatchObject({ kind });
    expect(error.message.startsWith(message)).toBe(true);
  });

  test('choices and the list of configs tell what was composed', () => {
    const files = { config: 'defaults: [g: x, h@p: null]\na: 1', 'g/x': 'defaults: [i: y]', 'g/i/y': 'b: 1' };
    const { choices, defaults } = composed(withExtension({ ...files, 'h/z': '' }));
    expect(choices).toEqual({ g: 'x', 'g/i': 'y', 'h@p': null });
    expect(defaults.map(({ config, package: name }) => `${config}@${name}`)).toEqual([
      'g/i/y@g.i',
      'g/x@g',
      'config@',
    ]);
  });
});

const withExtension = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${name}.yaml`, text]));
