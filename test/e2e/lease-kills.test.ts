import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let user: LambdaUser;
afterEach(() => user.end());

const folder = (): string => join(user.home.path, '.local/state/devbox/leases');
const files = (): string[] =>
  (existsSync(folder()) ? readdirSync(folder()) : []).map((name) => join(folder(), name));
const leases = () => files().map((file) => JSON.parse(readFileSync(file, 'utf8')));

/** Runs the bin until it sends a request of this kind, which has its effect and is never answered, and kills it there. */
async function killedAt(request: string, argv: readonly string[]): Promise<void> {
  user.fake.fault({ on: request, fault: { kind: 'slow', milliseconds: 60_000 } });
  const before = user.fake.sent(request).length;
  const running = user.devbox(argv, {
    started: (send) => {
      const looking = setInterval(() => {
        if (user.fake.sent(request).length === before) return;
        clearInterval(looking);
        send('SIGKILL');
      }, 5);
    },
  });
  expect((await running).code).toBeNull();
}

/** Time goes by: what has not appeared by now will not. */
function later(): void {
  for (const file of files()) {
    const lease = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...lease, updatedAt: '2020-01-01T00:00:00.000Z' }));
  }
}

/** Every live instance and every key that devbox made has its lease, and every lease its instance. */
async function expectAllKnown(): Promise<void> {
  const live = user.fake.instances.filter(({ terminated }) => !terminated).map(({ id }) => id);
  expect(leases().map(({ instanceId }) => instanceId)).toEqual(live);
  const { stdout } = await user.devbox(['ssh_keys', '--json', 'api=default']);
  const made = JSON.parse(stdout).filter(({ name }: { name: string }) => name.startsWith('devbox-dbx-'));
  const names = leases().flatMap(({ sshKey }) => (sshKey?.made ? [sshKey.name] : []));
  expect(made.map(({ name }: { name: string }) => name)).toEqual(names);
}

const up = ['up', 'region=us-east-3', 'instance_type=gpu_1x_gh200', 'name=box'];

describe('after a devbox that was killed, one cleanup leaves nothing unknown', () => {
  it.each([
    ['GET /instances', 0],
    ['GET /ssh-keys', 0],
    ['POST /ssh-keys', 0],
    ['POST /instance-operations/launch', 1],
  ])('up, at %s', async (request, boxes) => {
    user = await lambdaUser({ statuses: ['active'] });
    await killedAt(request, up);
    later();
    expect(await user.devbox(['cleanup'])).toMatchObject({ code: 0 });
    expect(user.fake.instances).toHaveLength(boxes);
    await expectAllKnown();
  });

  it.each(['GET /instances', 'POST /instance-operations/terminate', 'GET /ssh-keys'])(
    'down, at %s',
    async (request) => {
      user = await lambdaUser({ statuses: ['active'] });
      expect(await user.devbox(up)).toMatchObject({ code: 0 });
      await killedAt(request, ['down', 'box']);
      later();
      expect(await user.devbox(['cleanup'])).toMatchObject({ code: 0 });
      await expectAllKnown();
    },
  );

  it.each(['GET /instances', 'POST /instance-operations/terminate'])('cleanup, at %s', async (request) => {
    user = await lambdaUser({ statuses: ['active'] });
    expect(await user.devbox(up)).toMatchObject({ code: 0 });
    for (const file of files()) {
      const lease = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...lease, expiresAt: '2020-01-01T00:00:00.000Z' }));
    }
    await killedAt(request, ['cleanup']);
    expect(await user.devbox(['cleanup'])).toMatchObject({ code: 0 });
    expect(user.fake.instances.every(({ terminated }) => terminated)).toBe(true);
    await expectAllKnown();
  });
});
