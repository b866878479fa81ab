import { describe, expect, it } from '@jest/globals';
import { checkHydra, multirunSettings } from '../../../src/config/hydra.ts';

describe('checkHydra', () => {
  it.each([
    'hydra.launcher.n_jobs=2',
    '+hydra.launcher.n_jobs=2',
    'hydra.sweeper.params.a.b=1',
    'hydra.sweeper.params={a: "1,2"}',
    'hydra={launcher: {n_jobs: 2}}',
    'hydra.job.name=x',
    'hydration=1',
  ])('takes %s', (override) => {
    expect(() => checkHydra([override])).not.toThrow();
  });

  it.each([
    ['hydra.launcher.njobs=2', /hydra\.launcher\.njobs is nothing/, 'Did you mean hydra.launcher.n_jobs?'],
    ['hydra={job: {nam: 2}}', /hydra\.job\.nam is nothing/, 'Did you mean hydra.job.name?'],
    ['hydra.mode=MULTIRUN', /hydra\.mode is nothing/, 'Use --multirun.'],
    ['hydra.launcher.n_jobs=1,2', /one for all jobs/, undefined],
    ['~hydra.launcher', /nothing under hydra can be removed/, undefined],
  ])('refuses %s', (override, message, hint) => {
    const refused = expect.objectContaining({
      kind: 'usage',
      message: expect.stringMatching(message),
      ...(hint === undefined ? {} : { hint }),
    });
    expect(() => checkHydra(['a=1', override])).toThrow(refused);
  });
});

describe('multirunSettings', () => {
  it('has one job at a time unless told otherwise', () => {
    expect(multirunSettings({ hydra: {} })).toEqual({ atOnce: 1, batchSize: null, params: [] });
  });

  it('reads sweeps with their keys whole or in parts', () => {
    const params = { 'wait.timeout': '1,2', ssh: { port: 'range(1,3)', forward_agent: true } };
    expect(multirunSettings({ hydra: { sweeper: { params } } }).params).toEqual([
      'wait.timeout=1,2',
      'ssh.port=range(1,3)',
      'ssh.forward_agent=true',
    ]);
  });

  it.each([
    [{ launcher: { n_jobs: -1 } }, /hydra\.launcher\.n_jobs is -1/],
    [{ launcher: 3 }, /hydra\.launcher is 3/],
    [{ sweeper: { max_batch_size: 'x' } }, /hydra\.sweeper\.max_batch_size is "x"/],
    [{ sweeper: { params: [1] } }, /hydra\.sweeper\.params is \[1\]/],
  ])('refuses %j', (hydra, message) => {
    expect(() => multirunSettings({ hydra })).toThrow(message);
  });
});
