import { describe, expect, test } from '@jest/globals';
import { composed, failure } from './tree.ts';

const base =
  "a: 1\nf: 1.0\nt: text\nn: null\nb: true\nd: {x: 1, y: '${.x}', z: '${..a}'}\nl: [1, a, null]\nq: ???\n";
const resolved = (value: string, env = {}): unknown =>
  composed({ 'config.yaml': `${base}v: ${value}\n` }, [], {
    env,
    resolvers: {
      twice: (x) => (typeof x === 'number' ? x * 2 : null),
      bad: () => {
        throw new Error('no');
      },
    },
    runtime: { job: { name: 'up', num: 3 }, runtime: { cwd: '/w' } },
  }).resolve()['v'];

describe('interpolations', () => {
  test.each<[string, unknown]>([
    ['${a}', 1],
    ['${d.y}', 1],
    ['${d.z}', 1],
    ['${d}', { x: 1, y: 1, z: 1 }],
    ['${l[1]}', 'a'],
    ['${l.0}', 1],
    ['x${a}-${f}-${b}-${n}', 'x1-1.0-True-None'],
    ['x${l}', "x[1, 'a', None]"],
    ['\\${a}', '${a}'],
    ["'\\\\${a}'", '\\1'],
    ['"${l[${d.x}]}"'.replace('${l[${d.x}]}', "${l.${oc.decode:'0'}}"), undefined],
    ['${oc.env:HOME}', '/h'],
    ['${oc.env:NOPE,1.5}', '1.5'],
    ['${oc.env:NOPE,null}', null],
    ['${oc.env:RAW}', '${a}'],
    ['${oc.select:nope,${a}}', 1],
    ['${oc.select:q}', null],
    ["${oc.decode:'[1, ${t}]'}", [1, 'text']],
    ['${oc.decode:null}', null],
    ['${oc.create:{k:5}}', { k: 5 }],
    ['${oc.dict.keys:d}', ['x', 'y', 'z']],
    ['${oc.dict.values:d}', [1, 1, 1]],
    ['${oc.deprecated:a}', 1],
    ['${hydra:job.name}', 'up'],
    ['${hydra:job.num}', 3],
    ['${hydra:runtime.cwd}', '/w'],
    ['${twice:${a}}', 2],
  ])('%s', (text, expected) => {
    if (expected === undefined) return expect(failure(() => resolved(text)).code).toMatch(/^interpolation\//);
    return expect(resolved(text, { HOME: '/h', RAW: '${a}' })).toEqual(expected);
  });

  test.each<[string, string]>([
    ['${nope}', 'interpolation/key'],
    ['${d.nope}', 'interpolation/key'],
    ['${a.b}', 'interpolation/key'],
    ['${l.9}', 'interpolation/key'],
    ['${....a}', 'interpolation/key'],
    ['${q}', 'interpolation/missing'],
    ['x${v}', 'interpolation/cycle'],
    ['${oc.env:NOPE}', 'interpolation/env'],
    ['${nope:1}', 'interpolation/resolver'],
    ['${bad:}', 'interpolation/resolver'],
    ['${oc.env:A,b,c}', 'interpolation/arguments'],
    ['${oc.dict.keys:a}', 'interpolation/type'],
    ["${oc.decode:'[1'}", 'interpolation/syntax'],
    ['${hydra:nope}', 'interpolation/key'],
  ])('%s fails, but only when it is resolved', (text, code) => {
    const error = failure(() => resolved(text));
    expect(error).toMatchObject({ name: 'ComposeError', code });
    expect(error.origin).toMatchObject({ kind: 'file' });
  });

  test.each(['${', '${}', '${a', "${a:'b}", '${a b}', '${a:b=c}', '${a:(1)}', '${.}'])(
    '%s fails at once',
    (text) => {
      const error = failure(() => composed({ 'config.yaml': `v: "${text}"` }));
      expect(error).toMatchObject({ code: 'interpolation/syntax', origin: { line: 1, column: 4 } });
    },
  );

  test('a circle shows its chain', () => {
    const error = failure(() => composed({ 'config.yaml': 'a: ${b}\nb: ${c}\nc: x${a}' }).resolve());
    expect(error.message).toMatch(/b > c > a > b|a > b > c > a|c > a > b > c/);
  });

  test('a missing target names the nearest key', () => {
    const error = failure(() => composed({ 'config.yaml': 'api: {timeout: 1}\nx: ${api.timeot}' }).resolve());
    expect(error.message).toContain('did you mean api.timeout?');
  });

  test('without a run, hydra: is an error', () => {
    expect(failure(() => composed({ 'config.yaml': 'x: ${hydra:job.name}' }).resolve()).code).toBe(
      'interpolation/runtime',
    );
  });

  test('mappings that contain one another are an error', () => {
    const error = failure(() => composed({ 'config.yaml': "a: {b: '${c}'}\nc: {d: '${a}'}" }).resolve());
    expect(error.code).toBe('interpolation/cycle');
  });
});
