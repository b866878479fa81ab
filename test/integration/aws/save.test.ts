import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from '@jest/globals';
import { projectName } from '../../../src/lifecycle/names.ts';
import { askRestore, removeProject } from '../../../src/lifecycle/remove.ts';
import { discardRun, saveAndEnd, saveNow } from '../../../src/lifecycle/save.ts';
import { type Actor, actorIn, boxOf, launch, settle } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { eachInOwnWorld } from '../../support/aws/own-world.ts';
import type { World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const ws = projectName('ws');

(whyNoMoto() ? describe.skip : describe)('the disk of a project', () => {
  let world: World;
  let actor: Actor;
  eachInOwnWorld((made) => {
    world = made;
    actor = actorIn(made);
  });

  const ownImages = () =>
    [...world.cloud.images.values()].filter(
      ({ tags, state }) => tags.has('Project') && state !== 'deregistered',
    );
  const tagsOf = (id: string) => Object.fromEntries(world.tags(id));

  scenario(42, 'stop, image, available, recorded, terminated; unknown attributes stay (45)', async () => {
    const running = await launch(world, actor, 'ws');
    await world.putRow({
      ...(await world.row('ws')),
      Username: 'ubuntu',
      CNAMEDomain: 'ws',
      Extra: { kept: true },
    });
    world.write(boxOf(running), 'work');
    const { project, save, rest } = await saveAndEnd(actor, ws);
    expect(project).toMatchObject({ state: { kind: 'ready' }, generation: 1, trash: [] });
    expect(rest).toEqual([]);
    expect(world.readImage(save?.image ?? '')).toContain('work');
    const order = world.changes().filter((name) => !['CreateTags', 'UpdateItem'].includes(name));
    expect(order).toEqual([
      'RunInstances',
      'StopInstances',
      'CreateImage',
      'TerminateInstances',
      'DeleteVolume',
    ]);
    const named = world.calls.all();
    const recorded = named.findIndex(({ params }) => JSON.stringify(params).includes('"TERMINATING"'));
    expect(recorded).toBeGreaterThan(named.findIndex(({ name }) => name === 'ec2:CreateImage'));
    expect(recorded).toBeLessThan(named.findIndex(({ name }) => name === 'ec2:TerminateInstances'));
    expect([...world.cloud.volumes.values()]).toEqual([]);
    expect(await world.row('ws')).toMatchObject({
      Status: 'READY',
      AMI: save?.image,
      Username: 'ubuntu',
      CNAMEDomain: 'ws',
      LastInstanceType: 't3.micro',
      LastKeyPair: 'default',
      Extra: { kept: true },
    });
    expect(await world.row('ws')).not.toHaveProperty('RunId');
  });

  scenario(43, 'image and snapshots carry all marks from their creation, the name is unique', async () => {
    const running = await launch(world, actor, 'ws');
    const { save } = await saveAndEnd(actor, ws);
    const marks = {
      Project: 'ws',
      ManagedBy: 'devbox-cli',
      'devbox:deployment': 'devbox',
      'devbox:run': running.runId,
      'devbox:generation': '1',
    };
    expect(tagsOf(save?.image ?? '')).toMatchObject(marks);
    for (const id of save?.snapshots ?? []) expect(tagsOf(id)).toMatchObject(marks);
    expect(save?.snapshots).toHaveLength(1);
    expect(world.image(save?.image ?? '')?.name).toBe(`devbox-ws-g1-${running.runId}`);
  });

  scenario(46, 'a disk attached by hand is saved and goes with the others (47)', async () => {
    const running = await launch(world, actor, 'ws');
    const box = boxOf(running);
    const { ec2 } = world.clients();
    for (const [device, tags] of [
      ['/dev/sdf', undefined],
      ['/dev/sdg', [{ Key: 'ManagedBy', Value: 'terraform' }]],
    ] as const) {
      const { VolumeId } = await ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone: world.deployment.zones[0],
          Size: 3,
          VolumeType: 'gp3',
          ...(tags === undefined ? {} : { TagSpecifications: [{ ResourceType: 'volume', Tags: [...tags] }] }),
        }),
      );
      await ec2.send(new AttachVolumeCommand({ InstanceId: box, VolumeId, Device: device }));
      world.write(box, `on ${device}`, device);
    }
    const { save } = await saveAndEnd(actor, ws);
    const image = world.image(save?.image ?? '');
    expect(image?.mappings.map(({ deviceName }) => deviceName).sort()).toEqual([
      '/dev/sda1',
      '/dev/sdf',
      '/dev/sdg',
    ]);
    expect(image?.machine.rootDeviceName).toBe('/dev/sda1');
    // Somebody else's mark is on the last one: it is in the image, and stays.
    expect([...world.cloud.volumes.values()].map(({ tags }) => tags.get('ManagedBy'))).toEqual(['terraform']);
  });

  scenario(50, 'a box that was stopped is saved', async () => {
    const box = boxOf(await launch(world, actor, 'ws'));
    world.write(box, 'before the stop');
    await world.clients().ec2.send(new StopInstancesCommand({ InstanceIds: [box] }));
    const { save } = await saveAndEnd(actor, ws);
    expect(world.readImage(save?.image ?? '')).toContain('before the stop');
    expect(world.changes().filter((name) => name === 'StopInstances')).toHaveLength(1);
  });

  test('a box that is started again while it is saved is not ended', async () => {
    const box = boxOf(await launch(world, actor, 'ws'));
    world.write(box, 'early');
    world.progress.pace.image = Number.POSITIVE_INFINITY;
    await expect(saveAndEnd(actor, ws)).rejects.toMatchObject({ code: 'aws/still-saving' });
    await world.somebody().ec2.send(new StartInstancesCommand({ InstanceIds: [box] }));
    world.progress.finish(box);
    world.write(box, 'late');
    world.progress.pace.image = 1;
    world.arrive();
    await expect(saveAndEnd(actor, ws)).rejects.toMatchObject({ code: 'aws/started-again' });
    expect(world.cloud.instance(box).state).toBe('running');
    const { save } = await saveAndEnd(actor, ws);
    expect(save?.generation).toBe(2);
    expect(world.readImage(save?.image ?? '')).toEqual(expect.arrayContaining(['early', 'late']));
  });

  test('a launch that nobody waits for any more is ended too, saved or not', async () => {
    world.fault({ on: 'dynamodb:UpdateItem', first: 3, fault: { kind: 'die-before' } });
    await expect(launch(world, actor, 'ws')).rejects.toThrow();
    world.faults.revive();
    expect(await actor.store.get(ws)).toMatchObject({ state: { kind: 'launching' } });
    const { project } = await discardRun(actor, ws);
    expect(project.state.kind).toBe('ready');
    expect(world.machines('ws')).toEqual([]);
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(53, 'terminated in the console: saved from its disks, with all that its image was', async () => {
    const box = boxOf(await launch(world, actor, 'ws'));
    world.write(box, 'work');
    await world.clients().ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));
    const { project } = await settle(actor, ws);
    expect(project).toMatchObject({ state: { kind: 'ready' }, generation: 1, trash: [] });
    const image = world.image(project?.image ?? '');
    expect(world.readImage(image?.id ?? '')).toContain('work');
    expect(image?.machine).toEqual(world.image(world.images.ubuntu)?.machine);
    expect([...world.cloud.volumes.values()]).toEqual([]);
    const relaunched = await launch(world, actor, 'ws');
    expect(world.read(boxOf(relaunched))).toContain('work');
  });

  scenario(54, 'discarded: no new image, the save before stays', async () => {
    await launch(world, actor, 'ws');
    const { save } = await saveAndEnd(actor, ws);
    const box = boxOf(await launch(world, actor, 'ws'));
    world.write(box, 'not wanted');
    const { project } = await discardRun(actor, ws);
    expect(project).toMatchObject({ state: { kind: 'ready' }, image: save?.image, trash: [] });
    expect(project.saves).toHaveLength(1);
    expect(world.changes().filter((name) => name === 'CreateImage')).toHaveLength(1);
    expect([...world.cloud.volumes.values()]).toEqual([]);
    expect(world.read(boxOf(await launch(world, actor, 'ws')))).not.toContain('not wanted');
  });

  test('a running box is saved and runs on', async () => {
    const box = boxOf(await launch(world, actor, 'ws'));
    world.write(box, 'early');
    const { project, save } = await saveNow(actor, ws);
    expect(project).toMatchObject({ state: { kind: 'running' }, generation: 1 });
    expect(world.cloud.instance(box).state).toBe('running');
    expect(world.readImage(save?.image ?? '')).toContain('early');
    world.write(box, 'late');
    const later = await saveAndEnd(actor, ws);
    expect(later.project.saves.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(world.readImage(later.save?.image ?? '')).toEqual(expect.arrayContaining(['early', 'late']));
  });

  test('a box that ends while it is saved running is saved from its disks', async () => {
    const box = boxOf(await launch(world, actor, 'ws'));
    world.write(box, 'work');
    world.fault({ on: 'ec2:CreateImage', fault: { kind: 'drop-before' } });
    world.fault({ on: 'ec2:DescribeImages', first: 4, times: 40, fault: { kind: 'die-before' } });
    await expect(saveNow(actor, ws)).rejects.toThrow();
    world.faults.clear();
    await world.clients().ec2.send(new TerminateInstancesCommand({ InstanceIds: [box] }));
    const { project } = await settle(actor, ws);
    expect(project).toMatchObject({ state: { kind: 'ready' }, trash: [] });
    expect(world.readImage(project?.image ?? '')).toContain('work');
  });

  scenario(58, 'an earlier save is booted once, and newer ones stay', async () => {
    for (const words of ['one', 'two']) {
      world.write(boxOf(await launch(world, actor, 'ws')), words);
      await saveAndEnd(actor, ws);
    }
    await askRestore(actor, ws, 1);
    const box = boxOf(await launch(world, actor, 'ws'));
    expect(world.read(box)).toEqual(expect.arrayContaining(['one']));
    expect(world.read(box)).not.toContain('two');
    const { project } = await discardRun(actor, ws);
    expect(project.saves.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(project.restoreImage).toBeNull();
    expect(world.read(boxOf(await launch(world, actor, 'ws')))).toContain('two');
    await expect(askRestore(actor, ws, 7)).rejects.toMatchObject({ kind: 'not-found' });
  });

  scenario(
    59,
    'five saves: as many stay as are kept, none leaks; the one before an untried one stays (60)',
    async () => {
      const one = actorIn(world, { keepImages: 1 });
      for (const words of ['1', '2', '3', '4', '5']) {
        world.write(boxOf(await launch(world, one, 'ws')), words);
        await saveAndEnd(one, ws);
      }
      const { project } = await settle(one, ws);
      expect(project?.saves.map(({ generation }) => generation)).toEqual([4, 5]);
      const own = ownImages();
      expect(own.map(({ id }) => id).sort()).toEqual(project?.saves.map(({ image }) => image).sort());
      const snapshots = [...world.cloud.snapshots.values()].filter(({ tags }) => tags.has('Project'));
      expect(snapshots).toHaveLength(2);
      expect(new Set(own.map(({ name }) => name)).size).toBe(2);
      await launch(world, one, 'ws');
      expect((await settle(one, ws)).project?.saves.map(({ generation }) => generation)).toEqual([5]);
    },
    120_000,
  );

  scenario(105, 'a deleted project leaves nothing of its own, and everything of others', async () => {
    const other = projectName('other');
    await launch(world, actor, 'other');
    await saveAndEnd(actor, other);
    for (let round = 0; round < 2; round++) {
      await launch(world, actor, 'ws');
      await saveAndEnd(actor, ws);
    }
    expect(await removeProject(actor, ws, { keepImages: false, abandon: false })).toEqual([]);
    expect(await world.row('ws')).toBeUndefined();
    const left = [...ownImages(), ...world.cloud.snapshots.values()].map(({ tags }) => tags.get('Project'));
    expect(left).not.toContain('ws');
    expect(left.filter((name) => name === 'other')).toHaveLength(2);
  });

  scenario(108, 'what cannot be deleted keeps the row, and a repeat finishes', async () => {
    await launch(world, actor, 'ws');
    await saveAndEnd(actor, ws);
    world.fault({ on: 'ec2:DeleteSnapshot', fault: { kind: 'refuse', code: 'UnauthorizedOperation' } });
    await expect(removeProject(actor, ws, { keepImages: false, abandon: false })).rejects.toMatchObject({
      code: 'aws/not-removed',
      details: expect.arrayContaining([
        { label: 'Still there', value: expect.stringMatching(/^snapshot snap-/) },
      ]),
    });
    expect(await world.row('ws')).toMatchObject({ Status: 'DELETING' });
    await removeProject(actor, ws, { keepImages: false, abandon: false });
    expect(await world.row('ws')).toBeUndefined();
  });

  scenario(111, 'kept images are named, and the next project of that name is saved as usual', async () => {
    await launch(world, actor, 'ws');
    const { save } = await saveAndEnd(actor, ws);
    expect(await removeProject(actor, ws, { keepImages: true, abandon: false })).toEqual([save?.image]);
    await launch(world, actor, 'ws');
    const again = await saveAndEnd(actor, ws);
    expect(again.project.saves).toHaveLength(1);
    expect(world.image(save?.image ?? '')?.state).toBe('available');
    await removeProject(actor, ws, { keepImages: false, abandon: false });
    expect(world.image(save?.image ?? '')?.state).toBe('available');
  });

  scenario(109, 'a project in use is not deleted', async () => {
    await launch(world, actor, 'ws');
    await expect(removeProject(actor, ws, { keepImages: false, abandon: true })).rejects.toMatchObject({
      code: 'aws/project-in-use',
      hint: expect.stringContaining('devbox terminate ws'),
    });
  });

  scenario(36, 'a box that dies before it runs is never saved', async () => {
    await launch(world, actor, 'ws');
    const { save } = await saveAndEnd(actor, ws);
    world.progress.pace.start = Number.POSITIVE_INFINITY;
    const ended = launch(world, actor, 'ws');
    const dying = async (): Promise<void> => {
      const box = world.machines('ws').find(({ state }) => state === 'pending');
      if (box === undefined) return new Promise((done) => setTimeout(done, 5)).then(dying);
      await world.clients().ec2.send(new TerminateInstancesCommand({ InstanceIds: [box.id] }));
    };
    await dying();
    expect(await ended).toMatchObject({ state: { kind: 'ready' }, image: save?.image });
    await settle(actor, ws);
    expect([...world.cloud.volumes.values()]).toEqual([]);
    expect(world.changes()).not.toContain('RegisterImage');
  });

  test('a box that carries the marks and is of no launch is ended, unless it has run', async () => {
    await launch(world, actor, 'ws');
    await saveAndEnd(actor, ws);
    const { ec2 } = world.clients();
    const Tags = Object.entries({
      Project: 'ws',
      ManagedBy: 'devbox-cli',
      'devbox:deployment': 'devbox',
      'devbox:run': 'rforgotten',
    }).map(([Key, Value]) => ({ Key, Value }));
    await ec2.send(
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: world.deployment.templateIds[0] },
        ImageId: world.images.ubuntu,
        InstanceType: 't3.micro',
        KeyName: world.deployment.keyPair,
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [
          { ResourceType: 'instance', Tags },
          { ResourceType: 'volume', Tags },
        ],
      }),
    );
    await settle(actor, ws);
    await settle(actor, ws);
    expect(world.machines('ws')).toEqual([]);
    expect([...world.cloud.volumes.values()]).toEqual([]);
  });
});
