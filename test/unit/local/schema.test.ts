import { expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { localApiSchema } from '../../../src/providers/local/schema.ts';

test.each([
  ['nothing but the provider', {}, true],
  ['both times', { timeout: 5, idle_timeout: 0 }, true],
  ['no time at all', { timeout: 0 }, false],
  ['a negative time', { idle_timeout: -1 }, false],
  ['a time as text', { timeout: '5' }, false],
  ['containers', { engine: 'docker' }, true],
  ['an engine that is none', { engine: 'vm' }, false],
  ['an unknown key', { api_key: 'x' }, false],
])('settings with %s', (_what, settings, valid) => {
  expect(z.safeParse(localApiSchema(), { provider: 'local', ...settings }).success).toBe(valid);
});

test('defaults', () => {
  expect(z.parse(localApiSchema(), { provider: 'local' })).toEqual({
    provider: 'local',
    engine: 'process',
    timeout: 30,
    idle_timeout: 60,
  });
});
