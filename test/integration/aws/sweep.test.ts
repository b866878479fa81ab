import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { projectName } from '../../../src/lifecycle/names.ts';
import { isLaunchable } from '../../../src/lifecycle/project.ts';
import { saveAndEnd } from '../../../src/lifecycle/save.ts';
import { type Actor, actorIn, boxOf, launch, settle } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { type FaultKind, type StrictAws, startStrictAws, World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const ws = projectName('ws');

/** Every call instead of every change, and everything that can happen to it: some minutes more. */
const isThorough = process.env['DEVBOX_TEST_SWEEP'] !== undefined;

(whyNoMoto() ? describe.skip : describe)('a project survives whatever goes wrong at any call', () => {
  let aws: StrictAws;
  beforeAll(async () => {
    aws = await startStrictAws();
  });
  afterAll(() => aws.close());

  /**
   * What a user does: launches, works, saves, launches again. Goes on from wherever the project is.
   * @throws what a command would end with.
   */
  async function journey(world: World, actor: Actor): Promise<void> {
    for (let step = 0; step < 10; step++) {
      await settle(actor, ws);
      const project = await actor.store.get(ws);
      if (project === null || isLaunchable(project)) await launch(world, actor, 'ws');
      else if (project.state.kind === 'running' && project.saves.length > 0) return;
      else {
        if (project.state.kind === 'running' && !world.read(boxOf(project)).includes('work'))
          world.write(boxOf(project), 'work');
        await saveAndEnd(actor, ws);
      }
    }
    throw new Error('the journey does not end');
  }

  /** What there is at its end. */
  async function endOf(world: World, actor: Actor) {
    world.arrive();
    await settle(actor, ws);
    const project = await actor.store.get(ws);
    const { cloud } = world;
    return {
      state: project?.state.kind,
      generations: project?.saves.map(({ generation }) => generation),
      disk: world.read(boxOf(project)).slice(1),
      machines: world.machines('ws').length,
      volumes: cloud.volumes.size,
      images: [...cloud.images.values()].filter(
        ({ ownerId, state }) => ownerId === cloud.accountId && state !== 'deregistered',
      ).length,
      snapshots: [...cloud.snapshots.values()].filter(({ ownerId }) => ownerId === cloud.accountId).length,
      leftovers: await world.leftovers(),
      broken: world.invariants.broken,
    };
  }

  async function undisturbed() {
    const world = await World.make(aws);
    const actor = actorIn(world);
    await journey(world, actor);
    const calls = isThorough
      ? world.calls.all().length
      : world.calls.all().filter(({ name }) => !/Describe|Get|Query/.test(name)).length;
    const end = await endOf(world, actor);
    world.end();
    return { calls, end };
  }

  /** The journey with one call going wrong; then whoever comes next goes on. */
  async function disturbed(first: number, fault: FaultKind) {
    const world = await World.make(aws);
    world.fault({ first, changing: !isThorough, fault });
    await journey(world, actorIn(world)).catch(() => undefined);
    world.faults.revive();
    const next = actorIn(world, { accessKey: 'AKIANEXT' });
    await journey(world, next);
    const end = await endOf(world, next);
    world.end({ check: false });
    return { end, calls: world.calls.all().map(({ name, outcome }) => `${name} ${outcome}`) };
  }

  async function sweep(faults: readonly FaultKind[]) {
    const { calls, end } = await undisturbed();
    expect(end).toMatchObject({
      state: 'running',
      generations: [1],
      disk: ['work'],
      leftovers: [],
      broken: [],
    });
    const t = performance.now();
    const wrong: unknown[] = [];
    for (const fault of faults) {
      for (let first = 1; first <= calls; first++) {
        try {
          const { end: other, calls: all } = await disturbed(first, fault);
          try {
            expect(other).toEqual(end);
          } catch (error) {
            wrong.push({ first, fault, all, error: String(error) });
          }
        } catch (error) {
          wrong.push({ first, fault, error });
        }
      }
    }
    console.log(calls, performance.now() - t);
    expect(wrong).toEqual([]);
  }

  scenario(
    82,
    'the answer of any call lost, or the client gone, after it took effect',
    () => sweep([{ kind: 'die-after' }, { kind: 'drop-after' }]),
    1_200_000,
  );
  scenario(
    83,
    'any call refused for being too many, or the client gone before it',
    () => sweep([{ kind: 'throttle' }, ...(isThorough ? [{ kind: 'die-before' } as const] : [])]),
    1_200_000,
  );
});
