import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeLeaseTable, testCredentials } from '../support/aws/lease-table.ts';
import { type Moto, startMoto, whyNoMoto } from '../support/aws/moto.ts';
import { type Fate, openWay } from '../support/aws/way.ts';
import { type BinResult, makeHome } from '../support/bin.ts';
import { startFakeLambda } from '../support/fake-lambda/index.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: leases in DynamoDB are not tried: ${missing}`);

/** Kills at every one of its requests take minutes. */
const stride = process.env['DEVBOX_TEST_LEASE_KILLS'] === '1' ? 1 : 4;
if (!missing && stride > 1)
  process.stderr.write(
    'notice: kills at every fourth request to a table of leases (all: DEVBOX_TEST_LEASE_KILLS=1)\n',
  );

const settings = ['api.request_interval=0.0', 'api.launch_interval=0.01', 'wait.ssh=false'];
const up = ['up', 'region=us-east-3', 'instance_type=gpu_1x_gh200', 'name=box'];

/** How one command was killed, and what another machine makes of it. */
interface Outcome {
  /** Whether there was a request of this number. */
  readonly killed: boolean;
  /** Live boxes that no lease is bound to, keys that no lease knows, leases that lie; none after one cleanup. */
  readonly wrong: readonly string[];
}

(missing ? describe.skip : describe)('a devbox that is killed at a request to the table', () => {
  let moto: Moto;
  let tables = 0;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.close());

  /** Runs commands, the last of which is killed at its request of this number, then cleans up on another machine. */
  async function killAt(
    commands: readonly (readonly string[])[],
    number: number,
    fate: Fate,
  ): Promise<Outcome> {
    tables += 1;
    const table = `kills-${tables}`;
    await makeLeaseTable(moto.url, table);
    const fake = await startFakeLambda({ statuses: ['active'] });
    const [one, other] = [makeHome(), makeHome()];
    let kill: () => void = () => undefined;
    let killed = false;
    const way = await openWay(moto.url, (request) => {
      if (request !== number) return 'through';
      killed = true;
      kill();
      return fate;
    });
    const env = {
      ...testCredentials,
      // By one name, so that nobody waits until a lock has aged.
      DEVBOX_HOST: 'one',
      DEVBOX_LEASES_STORE: 'dynamodb',
      DEVBOX_LEASES_TABLE: table,
      DEVBOX_LAMBDA_API_URL: fake.baseUrl,
      LAMBDA_API_KEY: fake.apiKey,
    };
    const there = { ...env, DEVBOX_LEASES_ENDPOINT: moto.url };
    const elsewhere = (argv: readonly string[]): Promise<BinResult> =>
      other.run([...argv, ...settings], { env: there });
    try {
      for (const argv of commands.slice(0, -1)) await one.run([...argv, ...settings], { env: there });
      await one.run([...(commands.at(-1) ?? []), ...settings], {
        env: { ...env, DEVBOX_LEASES_ENDPOINT: way.url },
        started: (send) => {
          kill = () => send('SIGKILL');
        },
      });
      const cleanup = await elsewhere(['cleanup']);
      const leases: { id: string; instance_id: string | null }[] = JSON.parse(
        (await elsewhere(['lease', 'list', '--json'])).stdout,
      );
      const live = fake.instances.filter(({ terminated }) => !terminated).map(({ id }) => id);
      const known = new Set(leases.map(({ instance_id }) => instance_id));
      const names = leases.map(({ id }) => id.replace('dbx_', 'devbox-dbx-'));
      const keys = fake.sshKeys.map(({ name }) => name).filter((name) => name.startsWith('devbox-'));
      const launches = fake.sent('POST /instance-operations/launch').length;
      const wrong = [
        ...(cleanup.code === 0 ? [] : [`cleanup ended with ${cleanup.code}: ${cleanup.stderr}`]),
        ...live.filter((id) => !known.has(id)).map((id) => `the box ${id} is unknown`),
        ...keys.filter((name) => !names.includes(name)).map((name) => `the key ${name} is unknown`),
        ...leases
          .filter(({ instance_id: id }) => id !== null && !live.includes(id))
          .map(({ id }) => `the lease ${id} lies`),
        ...(launches > 1 ? [`${launches} launches`] : []),
      ];
      return { killed, wrong };
    } finally {
      way.close();
      one.remove();
      other.remove();
      await fake.stop();
    }
  }

  /** Kills at each request, or each fourth one, a few at a time. @returns how many requests there are, about. */
  async function killEverywhere(commands: readonly (readonly string[])[]): Promise<number> {
    for (let first = 1; ; first += 3 * stride) {
      const numbers = [first, first + stride, first + 2 * stride];
      const outcomes = await Promise.all(
        numbers.map(async (number) => ({
          number,
          before: await killAt(commands, number, 'lost-before'),
          after: await killAt(commands, number, 'lost-after'),
        })),
      );
      for (const { number, before, after } of outcomes) {
        expect({ number, before: before.wrong, after: after.wrong }).toEqual({
          number,
          before: [],
          after: [],
        });
        if (!before.killed) return number - 1;
      }
    }
  }

  it('as it brings a box up leaves nothing unknown after one cleanup elsewhere', async () => {
    expect(await killEverywhere([up])).toBeGreaterThan(10);
  }, 600_000);

  it('as it takes a box down leaves nothing unknown after one cleanup elsewhere', async () => {
    expect(await killEverywhere([up, ['down', 'box']])).toBeGreaterThan(5);
  }, 600_000);
});
