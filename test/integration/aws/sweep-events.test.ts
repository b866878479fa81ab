import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { reconcile } from '../../../src/lifecycle/reconcile.ts';
import { type Chance, chanceOf } from '../../support/aws/chance.ts';
import { type Actor, actorIn, boxOf, deliver, launch } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { type StrictAws, startStrictAws, World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const second = {
  BlockDeviceMappings: [
    { DeviceName: '/dev/sda1', Ebs: { DeleteOnTermination: false } },
    { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 2, VolumeType: 'gp3', DeleteOnTermination: false } },
  ],
} as const;

const schedules = Number(process.env['DEVBOX_TEST_SWEEP'] ? 400 : 8);

(whyNoMoto() ? describe.skip : describe)('events of a box with two disks that was ended outside', () => {
  let aws: StrictAws;
  beforeAll(async () => {
    aws = await startStrictAws();
  });
  afterAll(() => aws.close());

  /** One thing that is under way arrives: a machine, a snapshot, an image. */
  function arriveOne(world: World, chance: Chance): boolean {
    const { instances, snapshots, images } = world.cloud;
    const underWay = [
      ...[...instances.values()].filter(({ state }) => state === 'shutting-down'),
      ...[...snapshots.values()].filter(({ state }) => state === 'pending'),
      ...[...images.values()].filter(({ state }) => state === 'pending'),
    ];
    if (underWay.length === 0) return false;
    world.progress.finish(chance.pick(underWay).id);
    return true;
  }

  /**
   * Delivers every event twice, in any order, some of them at the same time, while things arrive in any order;
   * with `loss` some are never delivered.
   */
  async function deliverAnyhow(world: World, actors: readonly Actor[], chance: Chance, loss: number) {
    const waiting: number[] = [];
    let seen = 0;
    for (;;) {
      for (; seen < world.events().length; seen++)
        for (let time = 0; time < 2; time++) if (!chance.happens(loss)) waiting.push(seen);
      const canDeliver = waiting.length > 0;
      if (!canDeliver || chance.happens(0.3)) {
        if (!arriveOne(world, chance) && !canDeliver) return;
        continue;
      }
      const atOnce = chance.happens(0.3) ? actors : actors.slice(0, 1);
      await Promise.all(
        atOnce.map(async (actor) => {
          const [event] = waiting.splice(chance.below(waiting.length), 1);
          const due = event === undefined ? undefined : world.events()[event];
          // What fails is delivered again by AWS, and then given up.
          if (due) await deliver(actor, due).catch(() => deliver(actor, due).catch(() => undefined));
        }),
      );
    }
  }

  async function rescued(seed: number, loss: number): Promise<string[]> {
    const chance = chanceOf(seed);
    const world = await World.make(aws);
    const actor = actorIn(world);
    const box = boxOf(await launch(world, actor, 'ws', { extra: second }));
    world.write(box, 'work');
    world.write(box, 'data', '/dev/sdf');
    const never = Number.POSITIVE_INFINITY;
    Object.assign(world.progress.pace, { end: never, snapshot: never, image: never });
    await world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));
    const others = [actor, actorIn(world, { accessKey: 'AKIAOTHER' })];
    await deliverAnyhow(world, others, chance, loss);
    for (let time = 0; time < 6; time++) {
      await reconcile(actor, { attempts: 6, longest: 100 });
      world.arrive();
    }
    // Whatever comes late changes nothing any more.
    const row = await world.row('ws');
    for (const event of world.events()) await deliver(actor, event);
    const again = await launch(world, actor, 'ws');
    const wrong = [
      ...(row?.['Status'] === 'READY' ? [] : [`it is ${row?.['Status']}: ${row?.['Reason']}`]),
      ...(world.read(boxOf(again)).at(-1) === 'work' ? [] : ['the root disk is not the last one']),
      ...(world.read(boxOf(again), '/dev/sdf').at(-1) === 'data'
        ? []
        : ['the other disk is not the last one']),
      ...(await world.leftovers()),
      ...world.invariants.broken,
    ];
    world.end({ check: false });
    return wrong.map((words) => `seed ${seed}: ${words}`);
  }

  const sweep = async (loss: number) => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= schedules; seed++) wrong.push(...(await rescued(seed, loss)));
    expect(wrong).toEqual([]);
  };
  scenario(73, 'each twice, in any order, together', () => sweep(0), 1_800_000);
  scenario(73, 'each twice, once or never, and reconcile', () => sweep(0.5), 1_800_000);
});
