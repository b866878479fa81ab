import { describe, expect, it } from '@jest/globals';
import { isOfCommand, overridesFor } from '../../../src/config/command-keys.ts';

describe('isOfCommand', () => {
  it.each([
    ['region=us-east-3', true],
    ['+env.X=1', true],
    ['~tags.team', true],
    ['api=local', false],
    ['api.timeout=5', false],
    ['command=up', false],
    ['hydra.job.name=x', false],
    ['team/gpu=a', false],
    ['[broken', false],
  ])('%s', (override, is) => {
    expect(isOfCommand(override)).toBe(is);
  });
});

describe('overridesFor', () => {
  const keys = new Map([
    ['up', new Set(['region', 'env'])],
    ['down', new Set(['purge'])],
  ]);
  const overrides = ['api=local', 'region=x', 'purge=true', '+env.A=1', 'regoin=x'];

  it.each([
    ['up', ['api=local', 'region=x', null, '+env.A=1', 'regoin=x']],
    ['down', ['api=local', null, 'purge=true', null, 'regoin=x']],
    ['', ['api=local', null, null, null, 'regoin=x']],
  ])('%s', (command, left) => {
    expect(overridesFor(command, overrides, keys)).toEqual(left);
  });
});
