import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { type StrictAws, startStrictAws, World } from './strict/index.ts';

/** Gives every test around it a world of its own on one strict AWS, which looks at its invariants at the end. */
export function eachInOwnWorld(
  begin: (world: World) => void,
  options: Parameters<typeof World.make>[1] = {},
): void {
  let aws: StrictAws;
  let world: World;
  beforeAll(async () => {
    aws = await startStrictAws();
  });
  afterAll(() => aws.close());
  beforeEach(async () => {
    world = await World.make(aws, options);
    begin(world);
  });
  afterEach(() => world.end());
}
