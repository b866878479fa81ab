import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type FakeLambda, type FakeLambdaOptions, startFakeLambda } from '../../support/fake-lambda/index.ts';

// The fake has a contract of its own: what is wrong must show itself.

let fake: FakeLambda;

afterEach(() => fake.stop({ check: false }));

async function start(options: FakeLambdaOptions = {}): Promise<void> {
  fake = await startFakeLambda(options);
}

async function ask(method: string, path: string, body?: unknown, key = fake.apiKey): Promise<Response> {
  return fetch(`${fake.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const launch = { region_name: 'us-east-3', instance_type_name: 'gpu_1x_gh200', ssh_key_names: ['default'] };

describe('the fake Lambda Cloud', () => {
  test('complains about a request that it does not imitate', async () => {
    await start();
    expect((await ask('PATCH', '/instances/abc', { name: 'x' })).status).toBe(404);
    await expect(fake.stop()).rejects.toThrow('unexpected request: PATCH /api/v1/instances/abc');
  });

  test('complains about a fault that nobody met', async () => {
    await start({ faults: [{ on: 'GET /images', fault: { kind: 'html' } }] });
    await expect(fake.stop()).rejects.toThrow('the fault html on GET /images was never met');
  });

  test('spoils exactly the requests that a fault names', async () => {
    await start({
      faults: [{ on: 'GET /ssh-keys', first: 2, times: 2, fault: { kind: 'status', status: 503 } }],
    });
    const statuses: number[] = [];
    for (const _ of [1, 2, 3, 4]) statuses.push((await ask('GET', '/ssh-keys')).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect((await ask('GET', '/images')).status).toBe(200);
    await fake.stop();
  });

  test('checks the key before all else', async () => {
    await start();
    expect((await ask('POST', '/instance-operations/launch', {}, 'wrong')).status).toBe(401);
  });

  test.each([
    { change: { ssh_key_names: ['default', 'laptop'] }, status: 400 },
    { change: { ssh_key_names: ['nobody'] }, status: 404 },
    { change: { instance_type_name: 'gpu_9x' }, status: 404 },
    { change: { file_system_names: ['scratch'] }, status: 400 },
    { change: { image: { id: 'none' } }, status: 404 },
    { change: { region_name: 'us-west-1' }, status: 400 },
    { change: { image: { family: 'lambda-stack-24-04' } }, status: 200 },
  ])('answers a launch with $change with $status', async ({ change, status }) => {
    await start();
    expect((await ask('POST', '/instance-operations/launch', { ...launch, ...change })).status).toBe(status);
    await fake.stop();
  });
});

const spec = existsSync('../shared/spec/lambda-openapi-1.10.0.json');
if (!spec) process.stderr.write('notice: the checks against ../shared/spec are skipped, it is absent\n');

(spec ? describe : describe.skip)('held against the published descriptions', () => {
  test('a field that they do not list is a problem', async () => {
    await start();
    await ask('POST', '/instance-operations/launch', { ...launch, quantity: 2 });
    expect(fake.problems).toEqual([
      '1.8.3: POST /api/v1/instance-operations/launch: unlisted field quantity',
      '1.10.0: POST /api/v1/instance-operations/launch: unlisted field quantity',
    ]);
  });

  test('a field of a wrong form is a problem', async () => {
    await start();
    await ask('POST', '/instance-operations/launch', { ...launch, tags: { team: 'ml' } });
    expect(fake.problems[0]).toMatch(/^1\.8\.3: .*body\/tags must be array/);
  });

  test('a query that they do not list is a problem', async () => {
    await start();
    await ask('GET', '/images?region=us-east-3');
    expect(fake.problems[0]).toMatch(/no query field region/);
  });

  test('an answer of its own that they do not allow is a problem', async () => {
    await start({ statuses: ['levitating'] });
    fake.addInstance({ name: 'odd' });
    await ask('GET', '/instances');
    expect(fake.problems[0]).toMatch(
      /^1\.8\.3: answer 200 to GET \/api\/v1\/instances: body\/data\/0\/status/,
    );
  });
});
