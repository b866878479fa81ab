import { expect, test } from '@jest/globals';
import {
  deploymentOf,
  drawRunId,
  imageName,
  isProjectKey,
  isRunId,
  legacyRunId,
  parameterPrefix,
  projectName,
} from '../../../src/lifecycle/names.ts';

test.each(['ws', 'W', 'my-project-2', 'a--b', 'x'.repeat(63)])('%s names a project', (name) => {
  expect(projectName(name)).toBe(name);
});

test.each([
  'a_b',
  'a.b',
  '-a',
  'a-',
  '---',
  '',
  'größe',
  'x'.repeat(64),
  'i-0123456789abcdef0',
  'i-01234567',
  'a b',
  'a\n',
  'null',
])('%j names none', (name) => {
  expect(() => projectName(name)).toThrow(
    expect.objectContaining({ kind: 'usage', code: 'aws/project-name' }),
  );
});

test.each(['devbox', '/devbox', 'devbox/', '//devbox//', '', '/'])('%j is the prefix /devbox', (text) => {
  expect(parameterPrefix(text)).toBe('/devbox');
  expect(deploymentOf(text)).toBe('devbox');
});

test('a prefix of several parts keeps them', () => {
  expect(parameterPrefix('team//boxes/')).toBe('/team/boxes');
});

test('run ids are drawn, and worked out for boxes of before', () => {
  const id = drawRunId(() => 0.5);
  expect(id).toBe('r888888888888');
  expect(isRunId(id)).toBe(true);
  expect(legacyRunId('i-0123456789abcdef0')).toBe('legacy-i-0123456789abcdef0');
  expect(isRunId('a/b')).toBe(false);
});

test('images are named within the limits of EC2, each attempt otherwise', () => {
  const run = drawRunId(() => 0);
  expect(imageName('ws', 3, run, 1)).toBe('devbox-ws-g3-r000000000000');
  expect(imageName('ws', 3, run, 2)).toBe('devbox-ws-g3-r000000000000-2');
  expect(imageName('größe', 1, run, 1)).toMatch(/^[A-Za-z0-9_-]{3,128}$/);
  expect(imageName('p'.repeat(200), 12, run, 1)).toHaveLength(128);
});

test('reserved rows are no projects', () => {
  expect(isProjectKey('#label/ws')).toBe(false);
  expect(isProjectKey('ws')).toBe(true);
});
