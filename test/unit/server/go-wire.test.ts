import { describe, expect, test } from '@jest/globals';
import type { AllocatedGpu, BoxStatus, EngineBox } from '../../../src/server/engine/engine.ts';
import type { Gpu } from '../../../src/server/gpus/gpu.ts';
import { toDetail, toWire } from '../../../src/server/routes/container-wire.ts';
import { toStatsWire } from '../../../src/server/routes/stats.ts';
import { decode, GoTypeError, list, numeric, struct, text, whole } from '../../support/go-wire/decode.ts';
import { containerDetail, containers, stats } from '../../support/go-wire/types.ts';

/** All that the server may say of a container, held against what GPULab's Go client decodes it into. */

const now = Date.UTC(2026, 2, 1);
const gpu: AllocatedGpu = { uuid: 'GPU-1', index: 0, name: 'NVIDIA H100', memoryMib: 81_559 };
const unknownGpu: AllocatedGpu = { ...gpu, uuid: 'GPU-2', memoryMib: null };
const readings: Gpu[] = [
  { ...gpu, memoryUsedMib: 12, utilisationPercent: 3, temperatureCelsius: 40 },
  { ...unknownGpu, memoryUsedMib: null, utilisationPercent: null, temperatureCelsius: null },
];

const bare: EngineBox = {
  id: '01234567-89ab-cdef-0123-456789abcdef',
  spec: {
    ...{ name: 'bare', env: {}, command: null, tags: {}, image: null, template: null, ports: [] },
    ...{ memoryGb: null, gpus: [], mounts: [] },
  },
  ...{ status: 'running', failure: null, createdAt: now, updatedAt: now, startedAt: null, endedAt: null },
  ...{ home: null, workspace: null, isolation: '', published: [] },
};
const full: EngineBox = {
  ...bare,
  spec: {
    name: 'full',
    env: { A: 'b' },
    command: 'sleep 1',
    tags: { t: 'u' },
    image: { reference: 'a/b:c', pull: 'cached', credential: 1 },
    template: { uuid: 'abcdefghij', name: 'a template' },
    ports: [80, 8080],
    memoryGb: 4,
    gpus: [gpu, unknownGpu],
    mounts: [{ volume: 'klmnopqrst', source: '/volumes/x', target: '/workspace' }],
  },
  startedAt: now - 65_000,
  published: [{ port: 80, hostPort: 32_768 }],
};
const context = { engine: 'docker', now, host: 'here', readings, volumeName: 'data' };

const statuses: BoxStatus[] = ['pulling', 'creating', 'running', 'stopped', 'failed', 'deleting'];
const boxes = [bare, full].flatMap((box) =>
  statuses.map((status) => {
    const part = status === 'running' ? {} : { startedAt: null, published: [] };
    return [`${box.spec.name} ${status}`, { ...box, ...part, status, failure: 'why' }] as const;
  }),
);

test.each(boxes)('a container that is %s is decoded whole, on its own and in a list', (_what, box) => {
  const one = decode(containerDetail, JSON.stringify(toDetail(box, context, 'a line\n')));
  expect(one).toMatchObject({ uuid: box.id, status: box.status, gpu_count: box.spec.gpus.length });
  const all = decode(containers, JSON.stringify([toWire(box, context)]));
  expect(all).toMatchObject([{ uuid: box.id, server_name: box.spec.name }]);
});

test('what the client prints of a container has the form that it looks for', () => {
  expect(decode(containerDetail, JSON.stringify(toDetail(full, context, '')))).toMatchObject({
    uptime: '1m 5s',
    public_urls: '80=http://here:32768',
    opened_ports: '80,8080',
    gpus: [
      { gpu_index: '0', gpu_temperature: '40', total_memory: 81_559, type: { gpu_name: 'NVIDIA H100' } },
      { gpu_temperature: undefined, total_memory: '', memory_used: '' },
    ],
    template: { name: 'a template', docker_image: 'a/b:c' },
  });
});

test('a command that ended well is shown as running until a client that waits has looked', () => {
  const ended = (ago: number): EngineBox => ({ ...bare, status: 'stopped', endedAt: now - ago });
  const shown = (box: EngineBox): unknown => toWire(box, context);
  // The client looks every three seconds.
  expect(shown(ended(3_500))).toMatchObject({ status: 'running', devbox: { status: 'stopped' } });
  expect(shown(ended(5_000))).toMatchObject({ status: 'stopped', devbox: { status: 'stopped' } });
  expect(shown({ ...bare, status: 'stopped', updatedAt: now })).toMatchObject({ status: 'stopped' });
});

test('figures are decoded where an engine has none of them, and where they have fractions', () => {
  const none = {
    ...{ cpuPercent: null, cpuCores: 2, memoryUsed: null, memoryLimit: 0, memoryCache: null },
    ...{ networkReceived: null, networkSent: null, blockRead: null, blockWritten: null, processes: 0 },
  };
  expect(decode(stats, JSON.stringify(toStatsWire(none, [], now)))).toMatchObject({
    success: true,
    stats: { cpu_percentage: 0, memory_usage: 0 },
  });
  const odd = { ...none, cpuPercent: 12.345, memoryUsed: 1e12 + 0.5, memoryLimit: 2e12, processes: 3.2 };
  expect(decode(stats, JSON.stringify(toStatsWire(odd, readings, now)))).toMatchObject({
    stats: { cpu_percentage: 12.35, memory_usage: 1e12 + 1, memory_percentage: 50, pids: 3 },
  });
});

describe('the decoder', () => {
  const type = struct({ name: text, sizes: list(whole), price: numeric });
  test.each([
    ['a number for a text', '{"name":1,"sizes":[],"price":1}', /\$\.name as string/],
    ['a fraction for a whole number', '{"name":"","sizes":[1,2.5],"price":1}', /\$\.sizes\[1\] as int64/],
    ['a text for a whole number', '{"name":"","sizes":["1"],"price":1}', /as int64/],
    ['a text that is no number', '{"name":"","sizes":[],"price":"-"}', /\$\.price as Number/],
    ['an object for a list', '{"name":"","sizes":{},"price":1}', /\$\.sizes as a slice/],
    ['a list for an object', '[]', /\$ as a struct/],
    ['a key that is missing', '{"name":"","sizes":[]}', /has no \$\.price/],
  ])('refuses %s', (_what, json, message) => {
    expect(() => decode(type, json)).toThrow(GoTypeError);
    expect(() => decode(type, json)).toThrow(message);
  });

  test('lets null, unknown keys and keys in another case by', () => {
    const json = '{"NAME":"a","sizes":null,"price":"1.50","more":{}}';
    expect(decode(type, json)).toEqual({ name: 'a', sizes: [], price: '1.50' });
  });
});
