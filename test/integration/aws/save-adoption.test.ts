import { CreateSnapshotCommand, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect } from '@jest/globals';
import { projectName } from '../../../src/lifecycle/names.ts';
import { reconcile } from '../../../src/lifecycle/reconcile.ts';
import { saveAndEnd } from '../../../src/lifecycle/save.ts';
import { type Actor, actorIn, boxOf, launch } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { eachInOwnWorld } from '../../support/aws/own-world.ts';
import type { World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const ws = projectName('ws');

(whyNoMoto() ? describe.skip : describe)('rows of the first deployments', () => {
  let world: World;
  let actor: Actor;
  eachInOwnWorld(
    (made) => {
      world = made;
      actor = actorIn(made);
    },
    { legacy: true },
  );

  const all = (longest = 40) => reconcile(actor, { attempts: 6, longest });
  /** An image as the functions of before registered it. */
  const oldSave = (words: string): string =>
    world.addImage({
      name: 'ws-ami',
      owner: 'self',
      tags: { Project: 'ws', ManagedBy: 'devbox-lambda' },
      mappings: [{ deviceName: '/dev/sda1', size: 8, type: 'gp3', deleteOnTermination: true, disk: [words] }],
    }).id;
  /** What a launch of before wrote: everything that it read of the instance is missing. */
  const oldRow = (row: object) =>
    world.putRow({
      project: 'ws',
      LastInstanceType: 't3.micro',
      LastKeyPair: 'default',
      Username: 'ubuntu',
      VolumeCount: 0,
      VirtualizationType: null,
      Architecture: null,
      RootDeviceName: null,
      Extra: 'stays',
      ...row,
    });
  /** A machine as a launch of before started it: its disks go with it. */
  const oldBox = async (image: string): Promise<string> => {
    const Tags = [
      { Key: 'Project', Value: 'ws' },
      { Key: 'ManagedBy', Value: 'devbox-cli' },
    ];
    const { Instances } = await world.somebody().ec2.send(
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: world.deployment.templateIds[0] },
        ImageId: image,
        InstanceType: 't3.micro',
        KeyName: 'default',
        MinCount: 1,
        MaxCount: 1,
        BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { DeleteOnTermination: true } }],
        TagSpecifications: [
          { ResourceType: 'instance', Tags },
          { ResourceType: 'volume', Tags },
        ],
      }),
    );
    const id = Instances?.[0]?.InstanceId ?? '';
    world.progress.finish(id);
    return id;
  };
  /** Snapshots of the disks of a machine, as the functions of before made and noted them. */
  const oldSnapshots = async (box: string): Promise<string[]> => {
    const ids: string[] = [];
    for (const { id, attachment } of world.cloud.volumesOf(box)) {
      const { SnapshotId } = await world.somebody().ec2.send(
        new CreateSnapshotCommand({
          VolumeId: id,
          Description: `ws-${id}`,
          TagSpecifications: [
            {
              ResourceType: 'snapshot',
              Tags: [
                { Key: 'Project', Value: 'ws' },
                { Key: 'VolumeID', Value: id },
              ],
            },
          ],
        }),
      );
      await world.putRow({
        project: 'ws',
        volumeId: id,
        instanceId: box,
        deviceName: attachment?.device,
        snapshotId: SnapshotId,
        State: 'PENDING',
      });
      ids.push(SnapshotId ?? '');
    }
    return ids;
  };
  const expectStays = async () =>
    expect(await world.row('ws')).toMatchObject({ Extra: 'stays', Username: 'ubuntu' });

  scenario(120, 'READY: launched from its save, which is kept as the one before', async () => {
    const image = oldSave('work of before');
    await oldRow({ Status: 'READY', AMI: image });
    await all();
    expect(Object.fromEntries(world.tags(image))).toMatchObject({ 'devbox:deployment': 'devbox' });
    const box = boxOf(await launch(world, actor, 'ws'));
    expect(world.read(box)).toContain('work of before');
    const { project } = await saveAndEnd(actor, ws);
    expect(project.saves.map(({ generation }) => generation)).toEqual([1, 2]);
    await launch(world, actor, 'ws');
    await saveAndEnd(actor, ws);
    expect(world.image(image)?.state).toBe('deregistered');
    await expectStays();
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(
    120,
    'READY with an image that nobody saved: it is what the project begins with, and is never deleted',
    async () => {
      const golden = world.addImage({ name: 'golden', owner: 'self' }).id;
      await oldRow({ Status: 'READY', AMI: golden });
      for (let round = 0; round < 3; round++) {
        await launch(world, actor, 'ws');
        await saveAndEnd(actor, ws);
      }
      expect(world.image(golden)?.state).toBe('available');
      expect((await actor.store.get(ws))?.saves.map(({ generation }) => generation)).toEqual([2, 3]);
    },
  );

  scenario(120, 'RUNNING: saved like any other, its disks no longer go with it', async () => {
    const image = oldSave('before');
    const box = await oldBox(image);
    await oldRow({ Status: 'RUNNING', AMI: image, InstanceId: box });
    world.write(box, 'now');
    const { project, save } = await saveAndEnd(actor, ws);
    expect(project).toMatchObject({ state: { kind: 'ready' } });
    expect(project.saves.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(world.readImage(save?.image ?? '')).toEqual(expect.arrayContaining(['before', 'now']));
    expect(world.image(image)?.state).toBe('available');
    await expectStays();
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(
    120,
    'RUNNING, looked at by reconcile and then ended in the console: nothing is lost',
    async () => {
      const box = await oldBox(world.images.ubuntu);
      await oldRow({ Status: 'RUNNING', AMI: world.images.ubuntu, InstanceId: box });
      await all();
      expect(world.cloud.volumesOf(box).map(({ attachment }) => attachment?.deleteOnTermination)).toEqual([
        false,
      ]);
      world.write(box, 'now');
      await world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));
      await all();
      const project = await actor.store.get(ws);
      expect(project?.state.kind).toBe('ready');
      expect(world.readImage(project?.image ?? '')).toContain('now');
    },
  );

  scenario(120, 'RUNNING whose machine and disks are gone: the save before can be launched', async () => {
    const image = oldSave('before');
    const box = await oldBox(image);
    await oldRow({ Status: 'RUNNING', AMI: image, InstanceId: box });
    await world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));
    world.arrive();
    await all();
    expect(await actor.store.get(ws)).toMatchObject({ state: { kind: 'lost' }, image });
    expect(world.read(boxOf(await launch(world, actor, 'ws')))).toContain('before');
  });

  scenario(120, 'SNAPSHOTTING with its snapshots made: finished', async () => {
    const image = oldSave('before');
    const box = await oldBox(image);
    world.write(box, 'now');
    await oldSnapshots(box);
    // A disk of an older run that was never tidied up.
    await world.putRow({
      project: 'ws',
      volumeId: 'vol-0123456789abcdef0',
      instanceId: 'i-0123456789abcdef0',
      deviceName: '/dev/sdz',
      snapshotId: 'snap-0123456789abcdef0',
      State: 'COMPLETED',
    });
    await world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));
    world.arrive();
    await oldRow({ Status: 'SNAPSHOTTING', AMI: image, VolumeCount: 1, RootDeviceName: '/dev/sda1' });
    await all();
    const project = await actor.store.get(ws);
    expect(project).toMatchObject({ state: { kind: 'ready' }, generation: 2 });
    expect(world.readImage(project?.image ?? '')).toEqual(expect.arrayContaining(['before', 'now']));
    expect(world.image(project?.image ?? '')?.mappings).toHaveLength(1);
    expect(world.image(image)?.state).toBe('available');
    expect(await world.metaRows()).toEqual([]);
    await expectStays();
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(
    120,
    'SNAPSHOTTING with nothing left: an error that names the save before as the way on',
    async () => {
      const image = oldSave('before');
      await oldRow({ Status: 'SNAPSHOTTING', AMI: image, VolumeCount: 1 });
      await all();
      expect(await actor.store.get(ws)).toMatchObject({ state: { kind: 'lost' } });
      expect(world.read(boxOf(await launch(world, actor, 'ws')))).toContain('before');
    },
  );

  scenario(120, 'IMAGING whose image is available becomes READY', async () => {
    const image = oldSave('saved');
    await oldRow({ Status: 'IMAGING', AMI: image, VolumeCount: 1 });
    await world.putRow({ project: 'ws', volumeId: 'vol-0123456789abcdef0', State: 'COMPLETED' });
    await all();
    expect(await world.row('ws')).toMatchObject({ Status: 'READY', AMI: image });
    expect(await world.metaRows()).toEqual([]);
    expect(world.read(boxOf(await launch(world, actor, 'ws')))).toContain('saved');
  });

  scenario(120, 'ERROR and LAUNCHING: the save that there is can be launched', async () => {
    const image = oldSave('saved');
    for (const status of ['ERROR', 'LAUNCHING']) {
      await oldRow({ Status: status, AMI: image, VolumeCount: 1 });
      await all();
      const box = boxOf(await launch(world, actor, 'ws'));
      expect(world.read(box)).toContain('saved');
      await world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));
      world.arrive();
      await all();
    }
  });
});
