import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compose, expandSweep, parseOverride } from '../../../src/compose/index.ts';
import { tree } from './tree.ts';

/** Cases recorded from the real thing; they lie beside the project, not in it. */
const folder = resolve('..', 'shared', 'conformance');
const here = existsSync(join(folder, 'overrides.json'));
if (!here) process.stdout.write(`conformance: skipped, there is no ${folder}\n`);

/** Cases that show accidents of Python, by name. None is known to differ. */
const accidents: ReadonlySet<string> = new Set();

interface Case {
  readonly name: string;
  readonly error?: string;
  readonly input?: string;
  readonly files?: Record<string, string>;
  readonly config_name?: string;
  readonly overrides?: string[];
  readonly env?: Record<string, string>;
  readonly jobs?: string[][];
  readonly expect?: Record<string, unknown>;
}

(here ? describe : describe.skip)('agreement with recorded cases', () => {
  test.each<[string, (item: Case) => boolean]>([
    ['overrides.json', agreesOnOverride],
    ['compose.json', agreesOnComposition],
    ['sweeps.json', agreesOnSweep],
  ])('%s', (file, agrees) => {
    const cases: Case[] = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const differing = cases.filter((item) => !agrees(item)).map(({ name }) => name);
    const agreeing = cases.length - differing.length;
    process.stdout.write(
      `conformance: ${file} ${agreeing} of ${cases.length}${differing.map((name) => `\n  differs: ${name}`).join('')}\n`,
    );
    expect(differing.filter((name) => !accidents.has(name))).toEqual([]);
    expect(agreeing / cases.length).toBeGreaterThanOrEqual(0.995);
  });
});

function attempt<T>(action: () => T): { value: T } | undefined {
  try {
    return { value: action() };
  } catch {
    return undefined;
  }
}

function agreesOnOverride({ input = '', error, expect: wanted = {} }: Case): boolean {
  const parsed = attempt(() => parseOverride(input));
  if (error !== undefined || parsed === undefined) return error !== undefined && parsed === undefined;
  const { type, key, package: name, value } = parsed.value;
  return (
    type === wanted['type'] &&
    key === wanted['key'] &&
    name === wanted['package'] &&
    same(value, wanted['value'])
  );
}

function agreesOnComposition({
  files = {},
  config_name: configName = '',
  overrides = [],
  env = {},
  error,
  expect: wanted = {},
}: Case): boolean {
  const composed = attempt(() => compose({ searchPath: [tree(files)], configName, overrides, env }));
  if (error !== undefined || composed === undefined) return error !== undefined && composed === undefined;
  const { config, choices } = composed.value;
  const resolved = attempt(() => composed.value.resolve());
  const resolution =
    'resolve_error' in wanted
      ? resolved === undefined
      : resolved !== undefined && same(resolved.value, wanted['resolved']);
  return same(config, wanted['config']) && same(choices, wanted['choices']) && resolution;
}

function agreesOnSweep({ files, overrides = [], error, jobs }: Case): boolean {
  const options = files === undefined ? {} : { searchPath: [tree(files)] };
  const expanded = attempt(() => expandSweep(overrides, options));
  return error === undefined ? expanded !== undefined && same(expanded.value, jobs) : expanded === undefined;
}

const floats: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity };

/** Compares a value of ours with one in the encoding of the recordings. */
function same(ours: unknown, recorded: unknown): boolean {
  const wanted = decoded(recorded);
  if (typeof wanted === 'number')
    return typeof ours === 'number' && (ours === wanted || (Number.isNaN(ours) && Number.isNaN(wanted)));
  if (typeof wanted !== 'object' || wanted === null) return ours === wanted;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(ours) && ours.length === wanted.length && wanted.every((item, at) => same(ours[at], item))
    );
  }
  if (typeof ours !== 'object' || ours === null || Array.isArray(ours)) return false;
  const keys = Object.keys(wanted);
  return (
    keys.length === Object.keys(ours).length &&
    keys.every((key) => Object.hasOwn(ours, key) && same(Reflect.get(ours, key), Reflect.get(wanted, key)))
  );
}

/** A key of a recorded mapping as text. */
const keyOf = (key: unknown): string =>
  typeof key === 'object' && key !== null && '$float' in key ? String(key.$float) : String(key);

function decoded(recorded: unknown): unknown {
  if (typeof recorded !== 'object' || recorded === null) return recorded;
  if ('$float' in recorded) return floats[String(recorded.$float)];
  if ('$bytes' in recorded) return recorded.$bytes;
  if (!('$dict' in recorded) || !Array.isArray(recorded.$dict)) return recorded;
  return Object.fromEntries(recorded.$dict.map(([key, value]) => [keyOf(key), value]));
}
