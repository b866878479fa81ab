import { describe, expect, test } from '@jest/globals';
import type * as z from 'zod/mini';
import { DevboxError } from '../../../src/base/errors.ts';
import { readData } from '../../../src/providers/lambda/answer.ts';
import { typesOf } from '../../../src/providers/lambda/catalogue.ts';
import type { Call } from '../../../src/providers/lambda/errors.ts';
import * as wire from '../../../src/providers/lambda/wire.ts';
import { standardCatalogue } from '../../support/fake-lambda/index.ts';

const call: Call = { method: 'GET', path: '/instances', secrets: [] };

function read<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  return readData(call, { status: 200, headers: {}, text: JSON.stringify(body) }, schema);
}

function problem(schema: z.ZodMiniType<unknown>, text: string): DevboxError {
  try {
    readData(call, { status: 200, headers: {}, text }, schema);
  } catch (error) {
    if (error instanceof DevboxError) return error;
    throw error;
  }
  throw new Error('it should have been refused');
}

const type = standardCatalogue.types[0];

describe('an answer', () => {
  test.each([
    { name: 'no JSON', text: '<html>', path: 'body', expected: 'should be JSON' },
    { name: 'null', text: 'null', path: 'body', expected: 'should be an object' },
    { name: 'a number', text: '3', path: 'body', expected: 'should be an object' },
    { name: 'no data', text: '{}', path: 'data', expected: 'is missing' },
    {
      name: 'data of another type',
      text: '{"data":{}}',
      path: 'data',
      expected: 'should be a list, is an object',
    },
    { name: 'data null', text: '{"data":null}', path: 'data', expected: 'should be a list, is null' },
    {
      name: 'a record without ID',
      text: '{"data":[{"status":"active"}]}',
      path: 'data[0].id',
      expected: 'is missing',
    },
    {
      name: 'a number for text',
      text: '{"data":[{"id":"a","status":"active"},{"id":"b","status":7}]}',
      path: 'data[1].status',
      expected: 'should be a string, is a number',
    },
    {
      name: 'text for an object',
      text: '{"data":[{"id":"a","status":"active","region":"us-east-3"}]}',
      path: 'data[0].region',
      expected: 'should be an object, is a string',
    },
  ])('with $name is an error that names call and field', ({ text, path, expected }) => {
    const error = problem(wire.instances, text);
    expect(error).toMatchObject({ kind: 'failed', code: 'lambda/unexpected-answer' });
    expect(error.message).toBe(
      `The answer to GET /instances is not what the Lambda Cloud API describes: ${path}: ${expected}.`,
    );
    expect(error.details).toContainEqual({ label: 'Field', value: path });
  });

  test('may hold statuses, regions and fields that nobody has heard of', () => {
    const [record] = read(wire.instances, {
      data: [
        {
          id: 'a',
          status: 'levitating',
          region: { name: 'mars-north-1', description: 'Mars' },
          orbit: { height: 3 },
          is_reserved: true,
        },
      ],
    });
    expect(record).toMatchObject({ status: 'levitating', region: { name: 'mars-north-1' } });
  });

  test('may say null where the descriptions leave a field out', () => {
    const absent = {
      name: null,
      ip: null,
      private_ip: null,
      hostname: null,
      tags: null,
      firewall_rulesets: null,
    };
    expect(read(wire.instances, { data: [{ id: 'a', status: 'booting', ...absent }] })).toHaveLength(1);
  });

  test('never lets Jupyter secrets into the program', () => {
    const data = [
      { id: 'a', status: 'active', jupyter_token: 'tok123', jupyter_url: 'https://x/?token=tok123' },
    ];
    expect(JSON.stringify(read(wire.instances, { data }))).not.toContain('tok123');
  });
});

describe('instance types', () => {
  test('are read from a map and from a list alike', () => {
    const asMap = typesOf(read(wire.instanceTypes, { data: { gpu_1x_gh200: type } }));
    const asList = typesOf(read(wire.instanceTypes, { data: [type] }));
    expect(asMap).toEqual(asList);
    expect(asMap).toEqual([
      {
        name: 'gpu_1x_gh200',
        description: '1x GH200 (96 GB)',
        gpuDescription: 'GH200 (96 GB)',
        gpus: 1,
        vcpus: 64,
        memoryGib: 432,
        storageGib: 4096,
        priceCentsPerHour: 149,
        regionsWithCapacity: ['us-east-3'],
      },
    ]);
  });

  test.each([
    {
      name: 'in a map',
      data: { gpu_x: { ...type, instance_type: { ...type?.instance_type, price_cents_per_hour: 'cheap' } } },
      path: 'data.gpu_x.instance_type.price_cents_per_hour',
    },
    {
      name: 'in a list',
      data: [type, { ...type, instance_type: { ...type?.instance_type, price_cents_per_hour: 'cheap' } }],
      path: 'data[1].instance_type.price_cents_per_hour',
    },
  ])('of a wrong type $name are reported with their place', ({ data, path }) => {
    expect(problem(wire.instanceTypes, JSON.stringify({ data })).details).toContainEqual({
      label: 'Field',
      value: path,
    });
  });
});
