import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSafeAlias } from '../../../src/remote/ssh-target.ts';
import { Homes } from '../../../src/server/engine/process/homes.ts';
import { checkName, nameKey } from '../../../src/server/engine/process/names.ts';

describe('names of boxes', () => {
  test.each(['a', 'dev', 'gh200-devbox', 'My_Box.2', '0', 'x'.repeat(64), 'a-', 'a.b', '_a', '_', 'a.'])(
    '%s is one',
    (name) => {
      expect(() => checkName(name)).not.toThrow();
    },
  );

  const wrong = [
    '',
    '.',
    '..',
    '...',
    '.a',
    '-a',
    'a/b',
    'a\\b',
    'a b',
    'a\n',
    'a\0',
    'ä',
    'x'.repeat(65),
    '../x',
  ];
  test.each(wrong)('%j is none', (name) => {
    expect(() => checkName(name)).toThrow(expect.objectContaining({ status: 422, code: 'invalid-name' }));
  });

  test('are those that up takes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._\-/ é]{0,66}$/), (name) => {
        const problem = thrownBy(() => checkName(name));
        expect(problem === undefined).toBe(isSafeAlias(name));
      }),
    );
  });

  test('that differ in case or in dots at the end share a home', () => {
    const homes = new Homes('/homes');
    expect(new Set(['Dev', 'dEV', 'dev.', 'Dev..'].map(nameKey))).toEqual(new Set(['dev']));
    expect([homes.path('Dev'), homes.workspace('DEV')]).toEqual([
      join('/homes', 'dev'),
      join('/homes', 'dev', 'workspace'),
    ]);
    expect(() => homes.path('../dev')).toThrow();
  });
});

function thrownBy(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
