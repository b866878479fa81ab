import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { createKeys, serverLaunchSchema } from '../../../src/providers/gpulab/launch-settings.ts';

const keysOf = (settings: Readonly<Record<string, unknown>>) =>
  createKeys(z.parse(serverLaunchSchema(), settings));

const problemsOf = (settings: Readonly<Record<string, unknown>>): string[] =>
  (z.safeParse(serverLaunchSchema(), settings).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  );

describe('the create request', () => {
  test('of nothing is a box without a GPU', () => {
    expect(keysOf({ region: null, cloud_init: { enabled: true } })).toEqual({
      type: 'CPU',
      image_pull_policy: 'cached',
    });
  });

  test('has GPULab’s keys for every setting', () => {
    const settings = {
      gpu_type: 'RTX 4090',
      template: 'pytorch',
      image: 'debian:13',
      ports: [8080, '8888/tcp', '9000-9010', 8080],
      volume: 'data',
      mount_path: '/data',
      memory: 16,
      startup_command: 'sleep 10 | cat',
      pull_policy: 'latest',
    };
    expect(keysOf(settings)).toEqual({
      type: 'GPU',
      gpu_type: 'RTX 4090',
      template_uuid: 'pytorch',
      docker_image: 'debian:13',
      opened_ports: '8080,8888,9000-9010',
      network_volume_uuid: 'data',
      volume_mount_path: '/data',
      memory: 16,
      command: 'sleep 10 | cat',
      image_pull_policy: 'latest',
    });
  });

  test('leaves to a template whether it has a GPU', () => {
    expect(keysOf({ template: 'pytorch' })).not.toHaveProperty('type');
    expect(keysOf({ template: 'pytorch', type: 'CPU' })).toMatchObject({ type: 'CPU' });
  });

  test.each([
    ['one port', 8080, '8080'],
    ['a text of several', '8080, 8888', '8080,8888'],
    ['no ports', [], undefined],
    ['the inner port of a pair', ['80:8080', '127.0.0.1:1:8888/tcp', ':53/udp'], '8080,8888,53'],
  ])('takes %s', (_what, ports, wire) => {
    expect(keysOf({ ports })['opened_ports']).toBe(wire);
  });

  test('hands the words of a command over as they are', () => {
    expect(keysOf({ startup_command: ['echo', 'a b', '$HOME'] })['command']).toBe("echo 'a b' '$HOME'");
    expect(keysOf({ startup_command: [] })).not.toHaveProperty('command');
  });
});

test.each([
  ['no memory', { memory: 0 }, 'memory must be at least 1 GB'],
  ['half a GB', { memory: 1.5 }, 'memory must be a whole number of GB'],
  ['memory in bytes', { memory: 8_589_934_592 }, 'memory must be at most 65536 GB'],
  ['port 0', { ports: [0] }, 'ports.0 must be a port from 1 to 65535 or a range such as 9000-9010'],
  [
    'a port too high',
    { ports: [80, 65536] },
    'ports.1 must be a port from 1 to 65535 or a range such as 9000-9010',
  ],
  ['a range downwards', { ports: ['9010-9000'] }, 'ports.0 must be a range that goes upwards: 9000-9010'],
  ['an outer port alone', { ports: ['80:'] }, 'ports.0 must be a port from 1 to 65535'],
  [
    'a line as if it were one word',
    { startup_command: ['python train.py'] },
    'startup_command must be several words',
  ],
  [
    'a word for a port',
    { ports: 'http' },
    'ports must be a port from 1 to 65535 or a range such as 9000-9010',
  ],
  ['a variable without a name', { env: { '1A': 'x' } }, 'env.1A'],
  [
    'a relative mount path',
    { mount_path: 'data' },
    'mount_path must be an absolute path other than /, such as /workspace',
  ],
  [
    'the root as mount path',
    { mount_path: '//' },
    'mount_path must be an absolute path other than /, such as /workspace',
  ],
  ['an unknown policy', { pull_policy: 'always' }, 'pull_policy must be cached, latest or digest'],
  ['an unknown type', { type: 'gpu' }, 'type must be GPU or CPU'],
  ['an empty name', { template: ' ' }, 'template must name a template'],
])('%s is refused before any request', (_what, settings, problem) => {
  const problems = problemsOf(settings);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});
