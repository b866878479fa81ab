import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { BinResult } from '../support/bin.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let user: LambdaUser;
afterEach(() => user.end());

const up = [
  'up',
  'region=us-east-3',
  'instance_type=gpu_1x_gh200',
  'ssh_key_name=default',
  'name=box',
  '--json',
];

/** The leases that are on disk. */
function leases(): { id: string; instanceId: string | null }[] {
  const folder = join(user.home.path, '.local/state/devbox/leases');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

/** Ids of the instances that nobody has ended. */
const live = (): string[] => user.fake.instances.filter(({ terminated }) => !terminated).map(({ id }) => id);

/**
 * Goes over what the server was asked for, in its order.
 * @returns how many boxes were launched, and the most that were there at one time.
 */
function history(): { launched: number; most: number } {
  const ended = new Set<string>();
  let launched = 0;
  let most = 0;
  for (const { path, body } of user.fake.requests) {
    if (path.endsWith('/launch')) launched += 1;
    if (path.endsWith('/terminate')) for (const id of Object(body).instance_ids) ended.add(id);
    most = Math.max(most, launched - ended.size);
  }
  return { launched, most };
}

/** Every command at once, each a process of its own. */
const together = (commands: readonly (readonly string[])[]): Promise<BinResult[]> =>
  Promise.all(commands.map((argv) => user.devbox(argv)));

const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

describe('20 processes on one folder of leases', () => {
  it('that all want one box get one', async () => {
    user = await lambdaUser({ statuses: ['active'] });
    const results = await together(times(20, up));
    expect(results.map(({ code }) => code)).toEqual(times(20, 0));
    const ids = new Set(results.map(({ stdout }) => JSON.parse(stdout).id));
    expect([...ids]).toEqual(live());
    expect(history()).toEqual({ launched: 1, most: 1 });
    expect(leases()).toMatchObject([{ instanceId: live()[0] }]);
  }, 240_000);

  it('that bring up, take down and clean up never have two boxes, and leave no unknown one', async () => {
    user = await lambdaUser({ statuses: ['active'] });
    const results = await together([
      ...times(8, up),
      ...times(6, ['down', 'box', '--json']),
      ...times(4, ['cleanup', '--json']),
      ...times(2, ['reap', '--json']),
    ]);
    // A box that is gone, or not there yet, by the time it is looked for; nothing else goes wrong.
    for (const { code, stderr } of results) {
      const isFine = code === 0 || /box\/not-found|down\/under-way/.test(stderr);
      expect({ code, stderr, isFine }).toEqual({ code, stderr, isFine: true });
    }
    expect(results.slice(0, 8).map(({ code }) => code)).toEqual(times(8, 0));
    const rows = results.slice(14).flatMap(({ stdout }) => JSON.parse(stdout));
    expect(rows.filter(({ action }) => action === 'ended')).toEqual([]);
    expect(history().most).toBe(1);
    expect(leases().map(({ instanceId }) => instanceId)).toEqual(live());
  }, 240_000);

  it('that clean up a box whose time is over end it once, and no later one', async () => {
    user = await lambdaUser({ statuses: ['active'] });
    await user.devbox([...up, 'ttl=1s']);
    const [first = ''] = live();
    let tries = 0;
    // Its time is over when a dry run says so.
    while (!(await user.devbox(['cleanup', 'dry_run=true'])).stdout.includes('would end')) {
      tries += 1;
      expect(tries).toBeLessThan(60);
    }
    await together([...times(10, ['cleanup', '--json']), ...times(4, ['reap', '--json']), ...times(6, up)]);
    const ended = user.fake.sent('POST /instance-operations/terminate');
    expect(ended.map(({ body }) => body)).toEqual([{ instance_ids: [first] }]);
    expect(history().most).toBe(1);
    expect(leases().map(({ instanceId }) => instanceId)).toEqual(live());
  }, 240_000);
});
