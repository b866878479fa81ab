import { expect, test } from '@jest/globals';
import type { AllocatedGpu, EngineBox } from '../../../src/server/engine/engine.ts';
import { GpuPool } from '../../../src/server/gpus/pool.ts';
import { ApiProblem } from '../../../src/server/problem.ts';

const gpu = (index: number, name: string) => ({
  uuid: `GPU-${index}`,
  index,
  name,
  memoryMib: 1024,
  memoryUsedMib: 1,
  utilisationPercent: 2,
  temperatureCelsius: 3,
});

const box = (name: string, gpus: readonly AllocatedGpu[]): EngineBox => ({
  id: `${name}-0123456789`,
  spec: {
    name,
    env: {},
    command: null,
    tags: {},
    image: null,
    template: null,
    ports: [],
    memoryGb: null,
    gpus,
    mounts: [],
  },
  status: 'stopped',
  failure: null,
  createdAt: 0,
  updatedAt: 0,
  startedAt: null,
  endedAt: null,
  home: null,
  workspace: null,
  isolation: '',
  published: [],
});

function poolOf(...names: string[]) {
  const boxes: EngineBox[] = [];
  const pool = new GpuPool(
    async () => names.map((name, index) => gpu(index, name)),
    async () => boxes,
  );
  const take = (type: string, name: string) =>
    pool.allocate(type, async (allocated) => {
      boxes.push(box(name, [allocated]));
      return allocated.index;
    });
  return { pool, boxes, take };
}

test('a GPU is given once, and again when its box is gone', async () => {
  const { boxes, take } = poolOf('RTX 4090', 'RTX 4090');
  expect(await Promise.all([take('4090', 'a'), take('rtx', 'b')])).toEqual([0, 1]);
  await expect(take('4090', 'c')).rejects.toMatchObject({
    status: 409,
    message: 'no RTX 4090 is free: a has GPU 0, b has GPU 1',
  });
  boxes.shift();
  expect(await take('4090', 'c')).toBe(0);
});

test('a box that could not be made keeps nothing, and the next one goes on', async () => {
  const { pool, take } = poolOf('A100');
  const failed = pool.allocate('a100', async () => {
    throw new ApiProblem(409, 'name-taken', 'taken');
  });
  await expect(failed).rejects.toThrow('taken');
  expect(await take('a100', 'a')).toBe(0);
});

test('a kind of exactly this name goes before one that has it as a part', async () => {
  const { take } = poolOf('RTX 4090 D', 'RTX 4090');
  expect(await take('rtx 4090', 'a')).toBe(1);
});

test('readings of a machine whose GPUs cannot be read are none; who has none asks nothing', async () => {
  let asked = 0;
  const pool = new GpuPool(
    async () => {
      asked++;
      throw new ApiProblem(503, 'gpus-unknown', 'no');
    },
    async () => [],
  );
  expect(await pool.readings([])).toEqual([]);
  expect(asked).toBe(0);
  expect(await pool.readings([gpu(0, 'A')])).toEqual([]);
  await expect(pool.list()).rejects.toMatchObject({ status: 503 });
  // Not from 500 up: that would leave open whether the box was made.
  await expect(pool.allocate('A', async () => 'made')).rejects.toMatchObject({ status: 409 });
});
