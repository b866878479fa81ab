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
    ['running', 306],
    ['stopped', null],
    ['failed', null],
    ['deleting', null],
  ])('that is %s says how long it runs only if it does', (status, seconds) => {
    expect(read({ uuid: 'abcdef123456', status, uptime: '5m 6s' }).uptimeSeconds).toBe(seconds);
  });

  test('with everything that a foreign server says in its own forms', () => {
    expect(
      read({
        uuid: 'abcdef123456',
        status: 'running',
        memory: 32,
        allocated_cpu_cores: 12,
        uptime: 8100,
        gpus: [{ gpu_index: '0', total_memory: '24564', type: { gpu_name: 'RTX 4090' } }],
        opened_ports: '8080,8888',
        public_urls: 'https://abcdef123456-8080.proxy.example',
        environment_variables: { A: '1' },
        template: { name: 'pytorch', docker_image: 'pytorch/pytorch' },
        network_volume: { volumeName: 'data' },
        volume_mount_path: '/workspace',
        web_terminal: { terminal_url: 'https://t.example' },
        command: 'python train.py',
      }),
    ).toMatchObject({
      uptimeSeconds: 8100,
      ports: [
        { port: '8080', url: 'https://abcdef123456-8080.proxy.example' },
        { port: '8888', url: null },
      ],
      gpus: [{ name: 'RTX 4090', memoryMib: 24564 }],
      memoryGb: 32,
      cpuCores: 12,
      template: 'pytorch',
      image: 'pytorch/pytorch',
      env: { A: '1' },
      volume: { name: 'data', mountPath: '/workspace' },
      terminalUrl: 'https://t.example',
      command: 'python train.py',
    });
  });

  test('with forms that nobody foresaw in the fields that GPULab leaves open', () => {
    expect(
      read({
        uuid: 'abcdef123456',
        status: 'running',
        gpus: [{ type: 7, total_memory: [] }],
        public_urls: 7,
        environment_variables: [],
        template: [],
        network_volume: 3,
        web_terminal: 'yes',
        gpu_type: [],
      }),
    ).toMatchObject({ ports: [], gpus: [{ name: null, memoryMib: null }], env: {}, volume: null });
  });

  test('of our own server, which says it exactly', () => {
    const devbox = {
      uptime_seconds: 61,
      ports: { 80: 'http://127.0.0.1:4000' },
      template: { uuid: 't1', name: 'python' },
      volume: { uuid: 'v1', name: 'data', mount_path: '/data' },
    };
    expect(read({ uuid: 'abcdef123456', status: 'running', uptime: '1m', devbox })).toMatchObject({
      uptimeSeconds: 61,
      ports: [{ port: '80', url: 'http://127.0.0.1:4000' }],
      template: 'python',
      volume: { name: 'data' },
    });
    expect(read({ uuid: 'abcdef123456', status: 'failed', devbox: { failure: 'no image' } }).failure).toBe(
      'no image',
    );
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
