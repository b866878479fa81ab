import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Homes } from '../../../src/server/engine/process/homes.ts';
import { checkName, nameKey } from '../../../src/server/engine/process/names.ts';

describe('names of boxes', () => {
  test.each(['a', 'dev', 'gh200-devbox', 'My_Box.2', '0', 'x'.repeat(63), 'a-', 'a.b'])(
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
    '_a',
    'a.',
    'a/b',
    'a\\b',
    'a b',
    'a\n',
    'a\0',
    'ä',
    'x'.repeat(64),
    '../x',
  ];
  test.each(wrong)('%j is none', (name) => {
    expect(() => checkName(name)).toThrow(expect.objectContaining({ status: 422, code: 'invalid-name' }));
  });

  test('that differ in case alone share a home', () => {
    const homes = new Homes('/homes');
    expect(nameKey('Dev')).toBe(nameKey('dEV'));
    expect([homes.path('Dev'), homes.workspace('DEV')]).toEqual([
      join('/homes', 'dev'),
      join('/homes', 'dev', 'workspace'),
    ]);
    expect(() => homes.path('../dev')).toThrow();
  });
});
