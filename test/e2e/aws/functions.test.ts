import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from '@jest/globals';
import { actorIn, boxOf, launch } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { type StrictAws, startStrictAws, World } from '../../support/aws/strict/index.ts';
import { type Deployed, type Invoked, unpackFunctions } from '../../support/infra/deployed.ts';
import { functionsOf } from '../../support/infra/deployment.ts';
import { matches } from '../../support/infra/event-pattern.ts';
import { Permissions } from '../../support/infra/permissions.ts';

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
    const { error, log } = await deployed.invoke('mark-ready.handler', {}, {});
    expect(log).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringContaining('MAIN_TABLE'),
        function: 'mark-ready',
      }),
    ]);
    expect(error?.stack).not.toMatch(/\n\s+at /);
  });
});

const missing = whyNoMoto();
(missing ? describe.skip : describe)('functions in a strict AWS', () => {
  let aws: StrictAws;
  beforeAll(async () => {
    aws = await startStrictAws();
  });
  afterAll(() => aws.close());

  let world: World;
  let permissions: Permissions;
  /** The account as infra/aws sets it up: every function may do what its role permits, and nothing else. */
  async function begin(): Promise<void> {
    world = await World.make(aws);
    permissions = new Permissions(
      world.account,
      new Map(Object.entries(functions).map(([name, { statements }]) => [keyOf(name), statements])),
    );
    world.account.watchers.push(permissions);
  }
  afterEach(() => world.end());

  const keyOf = (name: string): string => `AKIA${name.replace('_', '').toUpperCase()}`;

  async function call(name: string, event: unknown): Promise<Invoked> {
    const deployedFunction = functions[name];
    if (deployedFunction === undefined) throw new Error(`no function is called ${name}`);
    return deployed.invoke(deployedFunction.handler, event, {
      ...deployedFunction.environment,
      ...world.env,
      AWS_ACCESS_KEY_ID: keyOf(name),
    });
  }

  /** Hands an event to whom the rules hand it. */
  async function feed(event: unknown): Promise<Invoked[]> {
    const ended: Invoked[] = [];
    for (const [name, { patterns }] of Object.entries(functions)) {
      if (!Object.values(patterns).some((pattern) => matches(pattern, event))) continue;
      ended.push(await call(name, event));
    }
    return ended;
  }

  /** Hands on what happened since, each as often as given, until nothing new happens. */
  async function feedAll(since: number, times: number): Promise<Invoked[]> {
    const ended: Invoked[] = [];
    for (let at = since; at < world.events().length; at++) {
      const event = world.events()[at];
      for (let n = 0; n < times; n++) ended.push(...(await feed(event)));
      world.arrive();
    }
    return ended;
  }

  test.each([1, 2])(
    'a box ended in the console is saved by events, each delivered %s time(s)',
    async (times) => {
      await begin();
      const actor = actorIn(world);
      const project = await launch(world, actor, 'ws');
      const box = boxOf(project);
      world.write(box, 'a marker');
      const since = world.events().length;
      await actor.deps.ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));

      const ended = await feedAll(since, times);
      console.log(
        JSON.stringify(
          world
            .events()
            .slice(since)
            .map((e) => [e['detail-type'], e.detail]),
          null,
          0,
        ),
        ended.map((e) => e.printed).join(''),
      );

      expect(ended.flatMap(({ error }) => error ?? [])).toEqual([]);
      expect(permissions.refused).toEqual([]);
      const row = await world.row('ws');
      expect(row).toMatchObject({ Status: 'READY', Generation: 1 });
      expect(world.readImage(String(row?.['AMI']))).toEqual(expect.arrayContaining(['a marker']));
      expect([...world.cloud.volumes.keys()]).toEqual([]);
    },
  );
});
