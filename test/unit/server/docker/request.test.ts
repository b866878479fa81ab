import { describe, expect, test } from '@jest/globals';
import type { EngineFacts } from '../../../../src/server/engine/docker/client.ts';
import { completeReference } from '../../../../src/server/engine/docker/image.ts';
import { fromLabels, toLabels } from '../../../../src/server/engine/docker/labels.ts';
import { toRequest } from '../../../../src/server/engine/docker/request.ts';
import type { BoxSpec } from '../../../../src/server/engine/engine.ts';

const docker: EngineFacts = {
  product: 'Docker',
  version: '27.1.1',
  cores: 8,
  memoryBytes: 64e9,
  limitsMemory: true,
};
const plain: BoxSpec = {
  name: 'Train_1',
  env: { A: 'b=c', EMPTY: '' },
  command: null,
  tags: {},
  image: { reference: 'ghcr.io/team/image', pull: 'cached', credential: 3 },
  template: null,
  ports: [8080, 22],
  memoryGb: null,
  gpus: [],
  mounts: [],
};
const gpu = { uuid: 'GPU-1234', index: 0, name: 'RTX 4090', memoryMib: 24_564 };

function request(part: Partial<BoxSpec>, facts = docker, imageRuns = true) {
  const mark = { box: 'box-id', deploy: '0123456789abcdef', createdAt: 5, spec: { ...plain, ...part } };
  return toRequest(mark, { server: 'me', facts, publishHost: '127.0.0.1', graceSeconds: 2, imageRuns });
}

describe('what an engine is asked for', () => {
  test('names the box, its image, its variables and its ports', () => {
    expect(request({})).toMatchObject({
      name: 'devbox-Train_1-01234567',
      Hostname: 'train-1',
      Image: 'ghcr.io/team/image:latest',
      Env: expect.arrayContaining(['A=b=c', 'EMPTY=', 'DEVBOX_ID=box-id', 'DEVBOX_NAME=Train_1']),
      ExposedPorts: { '8080/tcp': {}, '22/tcp': {} },
      HostConfig: {
        PortBindings: {
          '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }],
          '22/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }],
        },
      },
    });
  });

  test('runs a command once, and what an image runs for ever', () => {
    const command = request({ command: 'train --all' });
    expect(command).toMatchObject({ Entrypoint: ['/bin/sh', '-c'], Cmd: ['train --all'] });
    expect(command.HostConfig?.RestartPolicy).toEqual({ Name: 'no' });
    const own = request({});
    expect(own).toMatchObject({ OpenStdin: true });
    expect(own).not.toHaveProperty('Cmd');
    expect(own.HostConfig?.RestartPolicy).toEqual({ Name: 'unless-stopped' });
    expect(request({}, docker, false)).toMatchObject({ OpenStdin: true, Entrypoint: ['/bin/sh'] });
  });

  test('limits memory, without swap, where the engine can', () => {
    const bytes = 32 * 1024 ** 3;
    expect(request({ memoryGb: 32 }).HostConfig).toMatchObject({ Memory: bytes, MemorySwap: bytes });
    expect(request({ memoryGb: 32 }, { ...docker, limitsMemory: false }).HostConfig).not.toHaveProperty(
      'Memory',
    );
  });

  test('has the GPUs of the box and no other', () => {
    const podman = { ...docker, product: 'Podman' } as const;
    expect(request({ gpus: [gpu] }).HostConfig?.DeviceRequests).toEqual([
      { Driver: 'nvidia', DeviceIDs: ['GPU-1234'], Capabilities: [['gpu']] },
    ]);
    expect(request({ gpus: [gpu] }, { ...podman, version: '5.2.0' }).HostConfig?.DeviceRequests).toEqual([
      { Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=GPU-1234'] },
    ]);
    expect(() => request({ gpus: [gpu] }, { ...podman, version: '4.3.1' })).toThrow(/Podman 4\.3\.1 cannot/);
    const none = request({ env: { NVIDIA_VISIBLE_DEVICES: 'all' } });
    expect(none.HostConfig).not.toHaveProperty('DeviceRequests');
    expect(none.Env).toContain('NVIDIA_VISIBLE_DEVICES=void');
  });
});

test('labels hold the spec without the values of its variables', () => {
  const mark = { box: 'b', deploy: 'd', createdAt: 7, spec: { ...plain, gpus: [gpu], command: 'x' } };
  const labels = toLabels('me', mark);
  expect(JSON.stringify(labels)).not.toContain('b=c');
  expect(fromLabels(labels, ['PATH=/bin', 'A=b=c', 'EMPTY=', 'OF_THE_IMAGE=1'])).toEqual(mark);
});

test.each([
  ['debian', 'debian:latest'],
  ['debian:12', 'debian:12'],
  ['localhost:5000/a', 'localhost:5000/a:latest'],
  ['localhost:5000/a:1', 'localhost:5000/a:1'],
  [`a@sha256:${'0'.repeat(64)}`, `a@sha256:${'0'.repeat(64)}`],
])('the reference %s is pulled as %s', (reference, complete) => {
  expect(completeReference(reference)).toBe(complete);
});
