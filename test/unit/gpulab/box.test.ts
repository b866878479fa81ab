import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { phaseOf, toBox } from '../../../src/providers/gpulab/box.ts';
import { containerSchema } from '../../../src/providers/gpulab/wire.ts';

const read = (container: unknown) => toBox(z.parse(containerSchema, container), 'local');

test.each([
  ['running', 'ready'],
  ['RUNNING', 'ready'],
  ['healthy', 'ready'],
  ['unhealthy', 'ready'],
  ['stopped', 'stopped'],
  ['paused', 'stopped'],
  ['failed', 'failed'],
  ['timeout', 'failed'],
  ['deploying', 'pending'],
  ['redeploying', 'pending'],
  ['pulling', 'pending'],
  ['creating', 'pending'],
  ['starting', 'pending'],
  ['something-new', 'pending'],
  ['deleting', 'ending'],
])('a container that is %s is %s', (status, phase) => {
  expect(phaseOf(status)).toBe(phase);
});

describe('a container as a box', () => {
  test('with the least that a server may say', () => {
    expect(read({ uuid: 'abcdef123456', status: 'pulling' })).toMatchObject({
      id: 'abcdef123456',
      name: null,
      type: null,
      createdAt: null,
      reach: { kind: 'none', why: 'it is pulling' },
      extra: [],
    });
  });

  test('with nulls everywhere, and fields nobody knows', () => {
    const nulls = { server_name: null, type: null, gpus: null, uptime: null, created_at: null, devbox: null };
    expect(read({ uuid: 'abcdef123456', status: 'running', ...nulls, novelty: [1] }).reach).toEqual({
      kind: 'server',
    });
  });

  test.each([
    ['running', [{ label: 'Uptime', value: '5m 6s' }]],
    ['stopped', []],
    ['failed', []],
    ['deleting', []],
  ])('that is %s says how long it runs only if it does', (status, extra) => {
    expect(read({ uuid: 'abcdef123456', status, uptime: '5m 6s' }).extra).toEqual(extra);
  });

  test('with GPUs', () => {
    const gpus = [{ type: { gpu_name: 'RTX 4090' } }, { type: { gpu_name: 'RTX 4090' } }];
    expect(read({ uuid: 'abcdef123456', status: 'running', type: 'GPU', gpus }).type).toBe('2x RTX 4090');
    expect(read({ uuid: 'abcdef123456', status: 'running', type: 'GPU', gpus: [] }).type).toBe('GPU');
  });

  test('from a server that means harm: no control characters get through', () => {
    const evil = '\u001b[2Jname\n\u0007';
    const box = read({
      uuid: evil,
      server_name: evil,
      status: evil,
      devbox: { home: evil, tags: { a: evil } },
    });
    expect(JSON.stringify(box)).not.toMatch(/\\u00|\\n/);
  });
});
