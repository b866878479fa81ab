import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest, test } from '@jest/globals';
import { reaperParameters } from '../../../src/lifecycle/deployment.ts';
import { managedByFunctions, tagKeys } from '../../../src/lifecycle/marks.ts';
import { saveBegun } from '../../../src/lifecycle/transitions.ts';
import { makeLeaseTable } from '../../support/aws/lease-table.ts';
import { type Actor, actorIn, boxOf, launch } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import {
  type SeedOptions,
  type StrictAws,
  startStrictAws,
  testKeys,
  World,
} from '../../support/aws/strict/index.ts';
import { awsUser } from '../../support/aws/strict/user.ts';
import { makeHome } from '../../support/bin.ts';
import { startFakeLambda } from '../../support/fake-lambda/index.ts';
import { type Deployed, type Invoked, unpackFunctions } from '../../support/infra/deployed.ts';
import { account, functionsOf, userStatements } from '../../support/infra/deployment.ts';
import { matches } from '../../support/infra/event-pattern.ts';
import { imageEvent, instanceEvent, snapshotEvent } from '../../support/infra/events.ts';
import { Permissions } from '../../support/infra/permissions.ts';

// Each call is a process that starts cold.
jest.setTimeout(240_000);

let deployed: Deployed;
beforeAll(() => {
  deployed = unpackFunctions();
});
afterAll(() => deployed.remove());

const functions = functionsOf('route53');

describe('the zip', () => {
  it('holds the handler of every function that the module makes, and no other', () => {
    const handlers = Object.values(functions).map(({ handler }) => handler);
    expect(handlers.sort()).toEqual(deployed.modules.map((module) => `${module}.handler`).sort());
  });

  it('says in one line what is missing, and gives Lambda an error without a stack', async () => {
    const [ended] = await deployed.invoke('mark-ready.handler', [{}], {});
    expect(ended?.log).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringContaining('MAIN_TABLE'),
        function: 'mark-ready',
      }),
    ]);
    expect(ended?.error?.stack).not.toMatch(/\n\s+at /);
  });
});

const missing = whyNoMoto();
if (missing) console.warn(`notice: the functions are not run: ${missing}`);

(missing ? describe.skip : describe)('the functions of the zip, each with its own role', () => {
  let aws: StrictAws;
  beforeAll(async () => {
    aws = await startStrictAws();
  });
  afterAll(() => aws.close());

  let world: World;
  let permissions: Permissions;
  let user: Actor;
  /** The account as infra/aws sets it up: every function may do what its role permits, and nothing else. */
  async function begin(options?: SeedOptions): Promise<void> {
    world = await World.make(aws, options);
    permissions = new Permissions(
      world.account,
      new Map([
        ...Object.entries(functions).map(([name, { statements }]) => [keyOf(name), statements] as const),
        [testKeys.accessKeyId, userStatements('route53')],
      ]),
    );
    world.account.watchers.push(permissions);
    user = actorIn(world);
  }
  afterEach(() => world.end());

  const keyOf = (name: string): string => `AKIA${name.replaceAll('_', '').toUpperCase()}`;

  /** @param role whose rights it has; its own if not given. */
  async function call(
    name: string,
    events: readonly unknown[],
    role = name,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Invoked[]> {
    const deployedFunction = functions[name];
    if (deployedFunction === undefined) throw new Error(`no function is called ${name}`);
    return deployed.invoke(deployedFunction.handler, events, {
      ...deployedFunction.environment,
      ...world.env,
      AWS_ACCESS_KEY_ID: keyOf(role),
      ...env,
    });
  }

  /** Hands events to whom the rules hand them, one function after the other; each function is one process. */
  async function feed(events: readonly unknown[]): Promise<Invoked[]> {
    const ended: Invoked[] = [];
    for (const [name, { patterns }] of Object.entries(functions)) {
      const heard = events.filter((event) =>
        Object.values(patterns).some((pattern) => matches(pattern, event)),
      );
      if (heard.length > 0) ended.push(...(await call(name, heard)));
    }
    return ended;
  }

  /** A project whose box somebody ends in the console. @returns how many events there were before. */
  async function endOutside(project: string): Promise<number> {
    const box = boxOf(await launch(world, user, project));
    world.write(box, `the work on ${project}`);
    const since = world.events().length;
    await user.deps.ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));
    return since;
  }

  async function expectSaved(project: string): Promise<void> {
    const row = await world.row(project);
    expect(row).toMatchObject({ Status: 'READY', Generation: 1 });
    expect(world.readImage(String(row?.['AMI']))).toEqual(expect.arrayContaining([`the work on ${project}`]));
    expect([...world.cloud.volumes.keys()]).toEqual([]);
  }

  const errorsOf = (ended: readonly Invoked[]) => ended.flatMap(({ error }) => error ?? []);

  test('save a box that was ended in the console, each event delivered twice and all of them again', async () => {
    await begin();
    const since = await endOutside('ws');
    const ended: Invoked[] = [];
    for (let at = since; at < world.events().length; at++) {
      const event = world.events()[at];
      ended.push(...(await feed([event, event])));
      world.arrive();
    }
    expect(errorsOf(ended)).toEqual([]);
    expect(permissions.refused).toEqual([]);
    await expectSaved('ws');

    const before = await world.row('ws');
    const changes = world.changes().length;
    const again = await feed(world.events().slice(since).reverse());
    expect(errorsOf(again)).toEqual([]);
    expect(world.changes().slice(changes)).toEqual([]);
    expect(await world.row('ws')).toEqual(before);
  });

  test('save it by the schedule alone, where no event arrived', async () => {
    await begin();
    await endOutside('ws');
    for (let n = 0; n < 5; n++) {
      const [ended] = await call('reconcile', [{}]);
      expect(ended?.error).toBeUndefined();
      world.arrive();
    }
    expect(permissions.refused).toEqual([]);
    await expectSaved('ws');
    const [last] = await call('reconcile', [{}]);
    expect(last?.result).toEqual({ projects: 1, changed: 0, waiting: 0, problems: 0 });
  });

  test('finish what a person began and died at, and mark what the first deployments made', async () => {
    await begin();
    const project = await launch(world, user, 'ws');
    const box = boxOf(project);
    world.write(box, 'the work on ws');
    await user.store.change(project, saveBegun(project, { at: new Date().toISOString(), keeps: false }));
    const image = world.addImage({
      name: 'old-ami',
      owner: 'self',
      tags: { Project: 'old', ManagedBy: managedByFunctions },
    }).id;
    await world.putRow({ project: 'old', Status: 'READY', AMI: image, LastInstanceType: 't3.micro' });
    for (let n = 0; n < 5; n++) {
      const [ended] = await call('reconcile', [{}]);
      expect(ended?.error).toBeUndefined();
      world.arrive();
    }
    expect(permissions.refused).toEqual([]);
    await expectSaved('ws');
    expect(world.changes()).toEqual(
      expect.arrayContaining(['StopInstances', 'CreateImage', 'TerminateInstances']),
    );
    expect(world.tags(image).get(tagKeys.deployment)).toBe(account.prefix);
  });

  test('take the name away of a box that was ended in the console, and no other', async () => {
    await begin({ dns: { provider: 'route53', zone: 'dev.example.com' } });
    const person = awsUser(world, ['api=aws', 'api.poll_interval=0.02', 'wait.ssh=false']);
    try {
      for (const name of ['ws', 'other']) {
        const words = ['launch', name, 'base_ami=ubuntu-24.04', 'instance_type=t3.micro'];
        expect(await person.devbox(words)).toMatchObject({ code: 0 });
      }
    } finally {
      person.home.remove();
    }
    const [kept] = world.resolve('other.dev.example.com');
    expect(world.resolve('ws.dev.example.com')).toEqual([expect.stringMatching(/^CNAME ec2-/)]);
    const since = world.events().length;
    const [box] = world.machines('ws');
    await user.deps.ec2.send(new TerminateInstancesCommand({ InstanceIds: [box?.id ?? ''] }));
    const event = world.events()[since];
    expect(errorsOf(await call('cleanup_dns', [event, event]))).toEqual([]);
    expect(permissions.refused).toEqual([]);
    expect(world.resolve('ws.dev.example.com')).toEqual([]);
    expect(world.resolve('other.dev.example.com')).toEqual([kept]);
  });

  test('leave alone what is not theirs', async () => {
    await begin();
    const box = boxOf(await launch(world, user, 'ws'));
    const foreign = [...world.cloud.instances.values()].find(({ id }) => id !== box);
    const changes = world.changes().length;
    const row = await world.row('ws');
    const ended = await feed([
      instanceEvent('i-0123456789abcdef0', 'shutting-down'),
      ...(foreign ? [instanceEvent(foreign.id, 'terminated')] : []),
      snapshotEvent('snap-0123456789abcdef0', 'vol-0123456789abcdef0', 'succeeded'),
      imageEvent(world.images.ubuntu, 'available'),
      // Of the box that runs: a hint that is not true.
      instanceEvent(box, 'shutting-down'),
    ]);
    expect(errorsOf(ended)).toEqual([]);
    expect(world.changes().slice(changes)).toEqual([]);
    expect(await world.row('ws')).toEqual(row);
  });

  test('end a box elsewhere whose shared lease is over, with a key that only the deployment has', async () => {
    await begin();
    const table = `${account.prefix}-leases`;
    await makeLeaseTable(aws.motoUrl, table);
    const fake = await startFakeLambda({ statuses: ['active'] });
    const home = makeHome();
    const leaseEnv = { ...world.env, DEVBOX_LEASES_STORE: 'dynamodb', DEVBOX_LEASES_TABLE: table };
    const elsewhere = { DEVBOX_LAMBDA_API_URL: fake.baseUrl, DEVBOX_LAMBDA_REQUEST_INTERVAL: '0.0' };
    const live = () => fake.instances.filter(({ terminated }) => !terminated);
    const reconcile = () => call('reconcile', [{}], 'reconcile', { LEASE_TABLE: table, ...elsewhere });
    try {
      const words = [
        'up',
        'region=us-east-3',
        'instance_type=gpu_1x_gh200',
        'name=box',
        'ttl=1s',
        'wait.ssh=false',
      ];
      const up = await home.run(words, { env: { ...leaseEnv, ...elsewhere, LAMBDA_API_KEY: fake.apiKey } });
      expect(up).toMatchObject({ code: 0 });
      expect(live()).toHaveLength(1);

      // Without the key it is for somebody else to end, and nothing fails.
      const [keyless] = await reconcile();
      expect(keyless?.error).toBeUndefined();
      expect(live()).toHaveLength(1);

      await world.setParameter(reaperParameters.LAMBDA_API_KEY, fake.apiKey);
      const said: unknown[] = [];
      for (let tries = 1; live().length > 0; tries++) {
        const [ended] = await reconcile();
        if (ended?.error) throw new Error(JSON.stringify(ended.log));
        said.push(ended?.log);
        expect(tries).toBeLessThan(20);
      }
      expect(JSON.stringify(said)).not.toContain(fake.apiKey);
      expect(JSON.stringify(said)).toContain('box');
      expect(permissions.refused).toEqual([]);
    } finally {
      home.remove();
      await fake.stop();
    }
  });

  test('say in the row what their role does not permit, and lose nothing', async () => {
    await begin();
    const since = await endOutside('ws');
    const event = world.events()[since];
    const [ended] = await call('create_snapshots', [event], 'cleanup_dns');
    expect(permissions.refused).toEqual([expect.stringContaining('ec2:CreateSnapshot')]);
    expect(await world.row('ws')).toMatchObject({
      Status: 'ERROR',
      Reason: expect.stringContaining('UnauthorizedOperation'),
    });
    expect(ended?.log.length).toBeGreaterThan(0);
    expect(world.cloud.volumes.size).toBe(1);
  });
});
