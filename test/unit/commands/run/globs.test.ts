import { describe, expect, it } from '@jest/globals';
import { parseGlob } from '../../../../src/commands/run/globs.ts';

describe('a pattern for artifacts', () => {
  const rows: readonly [glob: string, path: string, matches: boolean][] = [
    ['a.txt', 'a.txt', true],
    ['a.txt', 'aXtxt', false],
    ['./out//a', 'out/a', true],
    ['*.png', 'a.png', true],
    ['*.png', 'out/a.png', false],
    ['**/*.png', 'a.png', true],
    ['**/*.png', 'out/deep/a.png', true],
    ['out/**', 'out/deep/a.png', true],
    ['out/**', 'outside/a', false],
    ['out', 'out/deep/a.png', true],
    ['out/', 'out/a', true],
    ['out', 'outside', false],
    ['run-?', 'run-1/log', true],
    ['run-[0-3].log', 'run-2.log', true],
    ['run-[!0-3].log', 'run-2.log', false],
    ['a+(b)$', 'a+(b)$', true],
    ['a[', 'a[', true],
    ['*', 'line\nbreak', true],
  ];
  it.each(rows)('%j and %j: %s', (glob, path, matches) => {
    expect(parseGlob(glob).matches(path)).toBe(matches);
  });

  it.each([
    ['out/deep/*.png', 'out/deep'],
    ['out/a', 'out/a'],
    ['**/x', ''],
    ['*', ''],
  ])('%j is looked for below %j', (glob, below) => {
    expect(parseGlob(glob).below).toBe(below);
  });

  it.each(['', '.', '/etc/passwd', '../x', 'a/../../b', 'a\0b'])('refuses %j', (glob) => {
    expect(() => parseGlob(glob)).toThrow('no pattern for artifacts');
  });
});
