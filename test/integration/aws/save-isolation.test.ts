import { RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect } from '@jest/globals';
import { projectName } from '../../../src/lifecycle/names.ts';
import { reconcile } from '../../../src/lifecycle/reconcile.ts';
import { removeProject } from '../../../src/lifecycle/remove.ts';
import { saveAndEnd } from '../../../src/lifecycle/save.ts';
import { type Actor, actorIn, boxOf, deliver, launch, settle } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { eachInOwnWorld } from '../../support/aws/own-world.ts';
import type { World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const ws = projectName('ws');
const other = projectName('other');

(whyNoMoto() ? describe.skip : describe)('what is not the project own', () => {
  let world: World;
  let actor: Actor;
  eachInOwnWorld((made) => {
    world = made;
    actor = actorIn(made);
  });
  const all = () => reconcile(actor, { attempts: 6, longest: 40 });

  scenario(
    84,
    'a project that begins with the save of another never takes it away',
    async () => {
      await launch(world, actor, 'ws');
      const { save } = await saveAndEnd(actor, ws);
      for (let round = 0; round < 2; round++) {
        await launch(world, actor, 'other', { base: save?.image ?? '' });
        await saveAndEnd(actor, other);
      }
      await removeProject(actor, other, { keepImages: false, abandon: false });
      expect(world.image(save?.image ?? '')?.state).toBe('available');
      for (const id of save?.snapshots ?? []) expect(world.cloud.snapshots.has(id)).toBe(true);
      // Nor does the first give its save up while another names it.
      await launch(world, actor, 'other', { base: save?.image ?? '' });
      for (let round = 0; round < 2; round++) {
        await launch(world, actor, 'ws');
        await saveAndEnd(actor, ws);
      }
      expect(world.image(save?.image ?? '')?.state).toBe('available');
      const { projects } = await all();
      expect(projects.find(({ name }) => name === ws)?.problems).toMatchObject([
        { code: 'aws/image-needed' },
      ]);
      await saveAndEnd(actor, other);
      await removeProject(actor, other, { keepImages: false, abandon: false });
      await all();
      expect(world.image(save?.image ?? '')?.state).toBe('deregistered');
      expect(await world.leftovers()).toEqual([]);
    },
    120_000,
  );

  scenario(85, "somebody else's machine with a Project tag ends: nothing happens", async () => {
    await launch(world, actor, 'ws');
    await saveAndEnd(actor, ws);
    const { ec2 } = world.somebody();
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: world.deployment.templateIds[0] },
        ImageId: world.images.ubuntu,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Project', Value: 'ws' }] }],
      }),
    );
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [Instances?.[0]?.InstanceId ?? ''] }));
    const before = world.changes();
    world.arrive();
    for (const event of world.events()) await deliver(actor, event);
    await all();
    expect(world.changes()).toEqual(before);
  });

  scenario(86, 'two deployments in one account leave each other alone', async () => {
    const second = actorIn(world, { deployment: await world.deploy({ prefix: 'second' }) });
    const mine = boxOf(await launch(world, actor, 'ws'));
    const theirs = boxOf(await launch(world, second, 'ws'));
    world.write(mine, 'mine');
    world.write(theirs, 'theirs');
    const { ec2 } = world.somebody();
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [mine, theirs] }));
    for (const event of world.events()) await deliver(actor, event);
    const { project } = await settle(actor, ws);
    expect(world.readImage(project?.image ?? '')).toContain('mine');
    expect(await second.store.get(ws)).toMatchObject({ state: { kind: 'running' } });
    const saved = (await settle(second, ws)).project;
    expect(world.readImage(saved?.image ?? '')).toContain('theirs');
    await removeProject(actor, ws, { keepImages: false, abandon: false });
    expect(world.image(saved?.image ?? '')?.state).toBe('available');
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(87, 'rows that an abandoned run of before left are not used, and go', async () => {
    await launch(world, actor, 'ws');
    await world.putRow({
      project: 'ws',
      volumeId: 'vol-0123456789abcdef0',
      instanceId: 'i-0123456789abcdef0',
      deviceName: '/dev/sda1',
      snapshotId: 'snap-0123456789abcdef0',
      State: 'COMPLETED',
    });
    const { save } = await saveAndEnd(actor, ws);
    expect(world.image(save?.image ?? '')?.mappings).toHaveLength(1);
    await all();
    expect(await world.metaRows()).toEqual([]);
  });

  scenario(88, 'a row that was deleted meanwhile does not come back in parts', async () => {
    const id = boxOf(await launch(world, actor, 'ws'));
    await world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await world.deleteRow('ws');
    world.arrive();
    for (const event of world.events()) await deliver(actor, event);
    await all();
    expect(await world.rows()).toEqual([]);
  });

  scenario(89, 'other rows before ours, more than a page of them, hide nothing', async () => {
    await launch(world, actor, 'ws');
    await saveAndEnd(actor, ws);
    const filler = 'x'.repeat(300_000);
    for (let n = 0; n < 8; n++)
      await world.putRow({ project: `filler-${n}`, Status: 'READY', SchemaVersion: 2, filler });
    const { projects } = await all();
    expect(projects.map(({ name }) => String(name))).toEqual([
      ...Array.from({ length: 8 }, (_, n) => `filler-${n}`),
      'ws',
    ]);
  });

  scenario(90, 'more of everything than a page holds', async () => {
    world.cloud.pageSize = 5;
    for (let n = 0; n < 7; n++) {
      world.addImage({ name: `ours-${n}`, owner: 'self', tags: { Project: 'ws' } });
    }
    const id = boxOf(await launch(world, actor, 'ws'));
    world.write(id, 'work');
    await world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await all();
    const project = await actor.store.get(ws);
    expect(world.readImage(project?.image ?? '')).toContain('work');
    expect(await world.leftovers()).toEqual([]);
  });
});
