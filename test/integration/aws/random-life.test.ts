import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { projectName } from '../../../src/lifecycle/names.ts';
import { Life } from '../../support/aws/life.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { type StrictAws, startStrictAws, World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

/** More lives where there is time for it: `DEVBOX_TEST_SWEEP` is the seed of the first one. */
const sweep = Number(process.env['DEVBOX_TEST_SWEEP'] ?? 0);
const lives = sweep > 0 ? 40 : 2;
const stepsPerLife = 100;

(whyNoMoto() ? describe.skip : describe)('a project to which anything happens in any order', () => {
  let aws: StrictAws;
  beforeAll(async () => {
    aws = await startStrictAws();
  });
  afterAll(() => aws.close());

  for (let life = 0; life < lives; life++) {
    const seed = Math.max(sweep, 1) + life;
    scenario(
      122,
      `${stepsPerLife} steps of life ${seed} lose nothing that was acknowledged as saved`,
      async () => {
        const world = await World.make(aws);
        if (seed % 2 === 0) await makeHard(world);
        const lived = new Life(world, projectName('ws'), seed);
        for (let step = 1; step <= stepsPerLife && lived.wrong.length === 0; step++) {
          await lived.step();
          if (step % 25 === 0) await lived.settle();
        }
        world.end({ check: false });
        expect(lived.wrong.length === 0 ? [] : [...lived.story, ...lived.wrong]).toEqual([]);
      },
      900_000,
    );
  }
});

/** New things show late, everything takes longer, answers come in small pages, and reads lag behind writes. */
async function makeHard(world: World): Promise<void> {
  Object.assign(world.progress.pace, { appear: 1, start: 2, stop: 2, end: 3, snapshot: 3, image: 4 });
  world.cloud.pageSize = 2;
  await world.lag(2);
}
