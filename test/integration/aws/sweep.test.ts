import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { projectName } from '../../../src/lifecycle/names.ts';
import { isLaunchable } from '../../../src/lifecycle/project.ts';
import { saveAndEnd } from '../../../src/lifecycle/save.ts';
import { type Actor, actorIn, boxOf, launch, settle } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { type FaultKind, type StrictAws, startStrictAws, World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const ws = projectName('ws');

/** Every call instead of every change, and whatever can happen to it: some minutes more. */
const isThorough = Boolean(process.env['DEVBOX_TEST_SWEEP']);

const longest = isThorough ? 3_600_000 : 900_000;

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
      if (project === null || isLaunchable(project)) {
        await launch(world, actor, 'ws');
        continue;
      }
      const box = project.state.kind === 'running' ? boxOf(project) : null;
      if (box !== null && project.saves.length > 0) return;
      if (box !== null && !world.read(box).includes('work')) world.write(box, 'work');
      await saveAndEnd(actor, ws);
    }
    throw new Error('the journey does not end');
  }

  /** What there is at the end of it. */
  async function endOf(world: World, actor: Actor) {
    world.arrive();
    await settle(actor, ws);
    const project = await actor.store.get(ws);
    const { accountId, images, snapshots, volumes } = world.cloud;
    return {
      state: project?.state.kind,
      generations: project?.saves.map(({ generation }) => generation),
      disk: world.read(boxOf(project)).slice(1),
      machines: world.machines('ws').length,
      volumes: volumes.size,
      images: [...images.values()].filter(
        ({ ownerId, state }) => ownerId === accountId && state !== 'deregistered',
      ).length,
      snapshots: [...snapshots.values()].filter(({ ownerId }) => ownerId === accountId).length,
      leftovers: await world.leftovers(),
      broken: world.invariants.broken,
    };
  }

  async function undisturbed() {
    const world = await World.make(aws);
    const actor = actorIn(world);
    await journey(world, actor);
    const calls = isThorough ? world.calls.all().map(({ name }) => name) : world.changes();
    const end = await endOf(world, actor);
    world.end();
    expect(end).toEqual({
      state: 'running',
      generations: [1],
      disk: ['work'],
      machines: 1,
      volumes: 1,
      images: 1,
      snapshots: 1,
      leftovers: [],
      broken: [],
    });
    return { calls, end };
  }

  /** The journey with one call going wrong; then somebody else goes on. @returns what is different at the end. */
  async function disturbed(first: number, fault: FaultKind, wanted: unknown): Promise<string | undefined> {
    const world = await World.make(aws);
    world.fault({ first, changing: !isThorough, fault });
    try {
      await journey(world, actorIn(world)).catch(() => undefined);
      world.faults.revive();
      const next = actorIn(world, { accessKey: 'AKIANEXT' });
      await journey(world, next);
      expect(await endOf(world, next)).toEqual(wanted);
      return undefined;
    } catch (error) {
      const log = world.calls.all().map(({ name, outcome }) => `${name} ${outcome}`);
      return `${fault.kind} at ${first}: ${error instanceof Error ? error.stack : error}\n${log.join('\n')}`;
    } finally {
      world.end({ check: false });
    }
  }

  /** @param on only calls whose names match; all of them where it is thorough. */
  async function sweep(fault: FaultKind, on = /./): Promise<void> {
    const { calls, end } = await undisturbed();
    const wrong: string[] = [];
    for (const [index, name] of calls.entries()) {
      if (!isThorough && !on.test(name)) continue;
      const different = await disturbed(index + 1, fault, end);
      if (different !== undefined) wrong.push(different);
    }
    expect(wrong).toEqual([]);
  }

  scenario(82, 'the client is killed after any call', () => sweep({ kind: 'die-after' }), longest);
  scenario(
    82,
    'the answer of any call is lost',
    () => sweep({ kind: 'drop-after' }, /Run|Create|Stop|Terminate/),
    longest,
  );
  scenario(83, 'any call is refused for being one too many', () => sweep({ kind: 'throttle' }), longest);
  if (isThorough)
    scenario(83, 'the client is killed before any call', () => sweep({ kind: 'die-before' }), longest);
});
