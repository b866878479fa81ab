import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from '@jest/globals';
import { projectName } from '../../../src/lifecycle/names.ts';
import { reconcile } from '../../../src/lifecycle/reconcile.ts';
import { askRestore, removeProject } from '../../../src/lifecycle/remove.ts';
import { discardRun, saveAndEnd } from '../../../src/lifecycle/save.ts';
import { type Actor, actorIn, boxOf, launch, settle, twoDisks } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { eachInOwnWorld } from '../../support/aws/own-world.ts';
import type { World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const ws = projectName('ws');

(whyNoMoto() ? describe.skip : describe)('a save that fails', () => {
  let world: World;
  let actor: Actor;
  eachInOwnWorld((made) => {
    world = made;
    actor = actorIn(made);
  });

  const retry = () => reconcile(actor, { attempts: 99, longest: 40 });
  const countOf = (name: string): number => world.changes().filter((each) => each === name).length;
  const ofProject = (kind: 'snapshots' | 'images') =>
    [...world.cloud[kind].values()].filter(({ tags }) => tags.has('Project'));
  const endOutside = (id: string) =>
    world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  /** A project with one save, whose second session is at work. */
  const secondSession = async (extra: object = {}): Promise<string> => {
    await launch(world, actor, 'ws');
    await saveAndEnd(actor, ws);
    const id = boxOf(await launch(world, actor, 'ws', { extra }));
    world.write(id, 'work');
    return id;
  };

  scenario(75, 'one of two snapshots fails: all is kept, and only that one is made again', async () => {
    const id = await secondSession(twoDisks);
    const before = (await actor.store.get(ws))?.saves;
    world.progress.pace.snapshot = Infinity;
    await endOutside(id);
    await settle(actor, ws);
    const [first, second] = ofProject('snapshots').slice(-2);
    world.progress.finish(first?.id ?? '');
    world.progress.finish(second?.id ?? '', 'a disk error');
    const { project } = await settle(actor, ws);
    expect(project?.state).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^The snapshot snap-\w+ of vol-\w+ \(\/dev\/\w+\) failed: a disk error$/),
    });
    expect(await world.row('ws')).toMatchObject({
      Status: 'ERROR',
      Reason: expect.stringContaining('a disk error'),
    });
    expect(project?.saves).toEqual(before);
    expect(world.cloud.volumes.size).toBe(2);
    expect(await settle(actor, ws)).toMatchObject({ end: 'settled', taken: [] });
    world.progress.pace.snapshot = 1;
    const made = countOf('CreateSnapshot');
    const { projects } = await retry();
    expect(projects[0]?.project).toMatchObject({ state: { kind: 'ready' }, generation: 2 });
    expect(countOf('CreateSnapshot')).toBe(made + 1);
    expect(world.readImage(projects[0]?.project?.image ?? '')).toContain('work');
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(76, 'the image fails: the save before stays current, the snapshots are used again', async () => {
    const id = await secondSession();
    const before = (await actor.store.get(ws))?.saves;
    world.progress.pace.image = Infinity;
    await endOutside(id);
    await settle(actor, ws);
    const image = ofProject('images').at(-1);
    world.progress.finish(image?.id ?? '', 'no room');
    const { project } = await settle(actor, ws);
    expect(project?.state).toMatchObject({
      kind: 'failed',
      reason: `The image ${image?.id} is failed: no room`,
    });
    expect(project?.saves).toEqual(before);
    const made = countOf('CreateSnapshot');
    world.progress.pace.image = 1;
    await retry();
    expect(await world.row('ws')).toMatchObject({ Status: 'READY', Generation: 2 });
    expect(countOf('CreateSnapshot')).toBe(made);
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(77, 'EC2 refuses the image: nothing is deleted, and it works once it may', async () => {
    const id = await secondSession();
    await endOutside(id);
    const deleted = world.changes().filter((name) => /Delete|Deregister/.test(name)).length;
    world.fault({ on: 'ec2:RegisterImage', fault: { kind: 'refuse', code: 'AMIQuotaExceeded' } });
    const { project } = await settle(actor, ws);
    expect(project?.state).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('AMIQuotaExceeded'),
    });
    expect(world.changes().filter((name) => /Delete|Deregister/.test(name))).toHaveLength(deleted);
    await retry();
    expect(await world.row('ws')).toMatchObject({ Status: 'READY', Generation: 2 });
  });

  test('the user is told why, tries again, or gives the session up', async () => {
    await secondSession();
    world.fault({
      on: 'ec2:CreateImage',
      times: 2,
      fault: { kind: 'refuse', code: 'UnauthorizedOperation', message: 'You are not allowed.' },
    });
    await expect(saveAndEnd(actor, ws)).rejects.toMatchObject({
      code: 'aws/save-failed',
      message: expect.stringContaining('You are not allowed. (UnauthorizedOperation)'),
      hint: expect.stringContaining('devbox terminate ws discard=true'),
    });
    await expect(saveAndEnd(actor, ws)).rejects.toMatchObject({ code: 'aws/save-failed' });
    const { project } = await saveAndEnd(actor, ws);
    expect(project.saves.map(({ generation }) => generation)).toEqual([1, 2]);
    const id = boxOf(await launch(world, actor, 'ws'));
    world.write(id, 'in vain');
    world.fault({ on: 'ec2:CreateImage', fault: { kind: 'refuse', code: 'UnauthorizedOperation' } });
    await expect(saveAndEnd(actor, ws)).rejects.toMatchObject({ code: 'aws/save-failed' });
    const given = await discardRun(actor, ws);
    expect(given.project.saves.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(78, 'somebody has an image of the next name: another name is used', async () => {
    const running = await launch(world, actor, 'ws');
    world.addImage({ name: `devbox-ws-g1-${running.runId}`, owner: 'self' });
    const { save } = await saveAndEnd(actor, ws);
    expect(world.image(save?.image ?? '')?.name).toBe(`devbox-ws-g1-${running.runId}.1`);
  });

  scenario(
    79,
    'an old save that cannot be deleted: the project is ready, reconcile tries again',
    async () => {
      for (let round = 0; round < 2; round++) {
        await launch(world, actor, 'ws');
        await saveAndEnd(actor, ws);
      }
      await launch(world, actor, 'ws');
      world.fault({
        on: 'ec2:DeregisterImage',
        times: 2,
        fault: { kind: 'refuse', code: 'UnauthorizedOperation' },
      });
      const ended = await saveAndEnd(actor, ws);
      expect(ended.project.state.kind).toBe('ready');
      const { projects } = await reconcile(actor, { attempts: 6, longest: 40 });
      expect(projects[0]?.problems).toMatchObject([{ code: 'aws/UnauthorizedOperation' }]);
      await retry();
      expect(await world.leftovers()).toEqual([]);
      expect((await actor.store.get(ws))?.saves.map(({ generation }) => generation)).toEqual([2, 3]);
    },
  );

  scenario(
    80,
    'the table does not answer at any point of a save: repeating finishes it',
    async () => {
      for (let call = 2; ; call += 3) {
        await launch(world, actor, 'ws');
        world.fault({ on: 'dynamodb:*', first: call, times: 8, fault: { kind: 'throttle' } });
        const first = await saveAndEnd(actor, ws).then(
          () => 'saved',
          () => 'failed',
        );
        const isMet = world.faults.unmet().length === 0;
        world.faults.clear();
        if (first === 'failed') await retry();
        const project = await actor.store.get(ws);
        if (project?.state.kind !== 'ready') await saveAndEnd(actor, ws);
        expect(await world.row('ws')).toMatchObject({ Status: 'READY' });
        if (!isMet) break;
      }
      await retry();
      expect(await world.leftovers()).toEqual([]);
    },
    180_000,
  );

  test('a table that does not answer is a card, and reconcile looks after the others', async () => {
    await launch(world, actor, 'ws');
    world.fault({ on: 'dynamodb:*', times: Infinity, fault: { kind: 'throttle' } });
    for (const act of [
      () => saveAndEnd(actor, ws),
      () => discardRun(actor, ws),
      () => reconcile(actor, { attempts: 1, longest: 0 }),
      () =>
        reconcile(actor, { attempts: 1, longest: 0, only: ws }).then(({ projects }) => {
          throw projects[0]?.problems[0];
        }),
      () => removeProject(actor, ws, { keepImages: true, abandon: false }),
      () => askRestore(actor, ws, 1),
    ])
      await expect(act()).rejects.toMatchObject({
        name: 'DevboxError',
        code: expect.stringMatching(/^aws\//),
      });
    world.faults.clear();
  });

  scenario(81, 'a box without disks is an error, not silence', async () => {
    const id = boxOf(await launch(world, actor, 'ws'));
    for (const volume of [...world.cloud.volumes.keys()]) world.cloud.volumes.delete(volume);
    await endOutside(id);
    expect((await settle(actor, ws)).project?.state).toMatchObject({ kind: 'lost' });
  });

  test('a disk that EC2 would delete with its box is kept as soon as anybody looks', async () => {
    const running = await launch(world, actor, 'ws', {
      extra: { BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { DeleteOnTermination: true } }] },
    });
    const id = boxOf(running);
    world.write(id, 'work');
    await endOutside(id);
    const { project } = await settle(actor, ws);
    expect(world.readImage(project?.image ?? '')).toContain('work');
  });

  test('what EC2 does not show at once is made once', async () => {
    world.progress.pace.appear = 2;
    const id = await secondSession();
    await endOutside(id);
    const { project } = await retry().then(({ projects }) => ({ project: projects[0]?.project }));
    expect(project).toMatchObject({ state: { kind: 'ready' }, generation: 2 });
    expect(await world.leftovers()).toEqual([]);
  });
});
