import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect } from '@jest/globals';
import { handleEvent } from '../../../src/lifecycle/handlers/handle.ts';
import { projectName } from '../../../src/lifecycle/names.ts';
import { reconcile } from '../../../src/lifecycle/reconcile.ts';
import { saveAndEnd } from '../../../src/lifecycle/save.ts';
import {
  type Actor,
  actorIn,
  boxOf,
  deliver,
  deliverAll,
  launch,
  settle,
  twoDisks,
} from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { eachInOwnWorld } from '../../support/aws/own-world.ts';
import type { AwsEvent, World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const ws = projectName('ws');

(whyNoMoto() ? describe.skip : describe)('events about the boxes of a project', () => {
  let world: World;
  let actor: Actor;
  eachInOwnWorld((made) => {
    world = made;
    actor = actorIn(made);
  });

  /** Nothing arrives by being looked at. */
  const holdStill = (): void => {
    Object.assign(world.progress.pace, {
      stop: Infinity,
      end: Infinity,
      snapshot: Infinity,
      image: Infinity,
    });
  };
  const status = async () => (await world.row('ws'))?.['Status'];
  const terminate = (id: string) =>
    world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  const last = (type: string): AwsEvent => {
    const event = world.events(type).at(-1);
    if (event === undefined) throw new Error(`no ${type}`);
    return event;
  };
  const ofProject = (kind: 'snapshots' | 'images') =>
    [...world.cloud[kind].values()].filter(({ tags }) => tags.has('Project'));
  const box = 'EC2 Instance State-change Notification';
  const snapshot = 'EBS Snapshot Notification';
  const image = 'EC2 AMI State Change';

  /** Launches, works, ends the box in the console and lets it go as far as its snapshots. */
  const toSnapshots = async (extra: object = {}): Promise<void> => {
    const id = boxOf(await launch(world, actor, 'ws', { extra }));
    world.write(id, 'work');
    holdStill();
    await terminate(id);
    await deliver(actor, last(box));
    world.progress.finish(id);
    await deliver(actor, last(box));
    expect(await status()).toBe('SNAPSHOTTING');
  };

  scenario(63, 'a snapshot event again while the image is made changes nothing', async () => {
    await toSnapshots();
    const [taken] = ofProject('snapshots');
    world.progress.finish(taken?.id ?? '');
    const event = last(snapshot);
    await deliver(actor, event);
    expect(await status()).toBe('IMAGING');
    const before = world.changes().length;
    await deliver(actor, event);
    await deliver(actor, event);
    expect(world.changes()).toHaveLength(before);
    world.arrive();
    await deliver(actor, last(image));
    expect(await status()).toBe('READY');
    expect(ofProject('images')).toHaveLength(1);
    await settle(actor, ws);
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(64, 'two disks that are done at the same time make one image', async () => {
    await toSnapshots(twoDisks);
    const taken = ofProject('snapshots');
    expect(taken).toHaveLength(2);
    for (const { id } of taken) world.progress.finish(id);
    const events = world.events(snapshot).slice(-2);
    const other = actorIn(world, { accessKey: 'AKIAOTHER' });
    await Promise.all([deliver(actor, events[0] ?? last(snapshot)), deliver(other, last(snapshot))]);
    expect(world.changes().filter((name) => name === 'RegisterImage')).toHaveLength(1);
    await deliverAll(world, actor);
    expect(await status()).toBe('READY');
    expect(ofProject('images')).toHaveLength(1);
  });

  scenario(
    65,
    'a handler that fails after the image was registered adopts it when it is tried again',
    async () => {
      await toSnapshots();
      world.progress.finish(ofProject('snapshots')[0]?.id ?? '');
      world.fault({ on: 'ec2:RegisterImage', fault: { kind: 'die-after' } });
      await expect(deliver(actor, last(snapshot))).rejects.toThrow();
      world.faults.revive();
      await deliver(actor, last(snapshot));
      expect(await status()).toBe('IMAGING');
      await deliverAll(world, actor);
      expect(await status()).toBe('READY');
      expect(ofProject('images')).toHaveLength(1);
    },
  );

  scenario(66, 'snapshots whose events are lost, or come early, are found all the same', async () => {
    await toSnapshots(twoDisks);
    const [first] = ofProject('snapshots');
    world.progress.finish(first?.id ?? '');
    await deliver(actor, last(snapshot));
    expect(await status()).toBe('SNAPSHOTTING');
    await world.lag(5);
    world.arrive();
    await settle(actor, ws);
    await world.lag(null);
    Object.assign(world.progress.pace, { image: 1 });
    await settle(actor, ws);
    expect(await status()).toBe('READY');
  });

  scenario(67, 'an image that is available before the row knows of it is found', async () => {
    await toSnapshots();
    world.progress.finish(ofProject('snapshots')[0]?.id ?? '');
    world.fault({ on: 'ec2:RegisterImage', fault: { kind: 'die-after' } });
    await expect(deliver(actor, last(snapshot))).rejects.toThrow();
    world.faults.revive();
    world.arrive();
    await deliver(actor, last(image));
    expect(await status()).toBe('READY');
    await settle(actor, ws);
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(68, 'the end of a box told again, at every later point, changes nothing', async () => {
    await toSnapshots();
    const ended = world.events(box).filter(({ detail }) => detail['state'] === 'shutting-down');
    const again = async (): Promise<void> => {
      const before = world.changes();
      for (const event of ended) await deliver(actor, event);
      expect(world.changes()).toEqual(before);
    };
    await again();
    world.progress.finish(ofProject('snapshots')[0]?.id ?? '');
    await deliver(actor, last(snapshot));
    expect(await status()).toBe('IMAGING');
    await again();
    await deliverAll(world, actor);
    await settle(actor, ws);
    expect(await status()).toBe('READY');
    await again();
    Object.assign(world.progress.pace, { start: 1 });
    await launch(world, actor, 'ws');
    await again();
    expect(ofProject('snapshots')).toHaveLength(1);
    expect(await status()).toBe('RUNNING');
  });

  scenario(70, 'an image that becomes available again leaves a running box alone', async () => {
    await launch(world, actor, 'ws');
    const { save } = await saveAndEnd(actor, ws);
    await launch(world, actor, 'ws');
    const event = { ...last(image), detail: { ImageId: save?.image, State: 'available' } };
    const base = { ...last(image), detail: { ImageId: world.images.ubuntu, State: 'available' } };
    expect(await deliver(actor, event)).toMatchObject([{ kind: 'handled', did: [] }]);
    expect(await deliver(actor, base)).toMatchObject([{ kind: 'ignored' }]);
    expect(await status()).toBe('RUNNING');
  });

  scenario(71, 'without any event, reconcile saves what was ended outside', async () => {
    const id = boxOf(await launch(world, actor, 'ws'));
    world.write(id, 'work');
    await terminate(id);
    const { projects } = await reconcile(actor, { attempts: 6, longest: 40 });
    expect(projects).toMatchObject([{ name: 'ws', before: 'RUNNING', problems: [] }]);
    expect(await status()).toBe('READY');
    const again = await reconcile(actor, { attempts: 6, longest: 0 });
    expect(again.projects).toMatchObject([{ did: [], waitsFor: null, problems: [] }]);
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(72, 'disks that are gone are an error that says so; the save before can be launched', async () => {
    await launch(world, actor, 'ws');
    const { save } = await saveAndEnd(actor, ws);
    const id = boxOf(await launch(world, actor, 'ws'));
    await terminate(id);
    world.arrive();
    for (const volume of [...world.cloud.volumes.keys()]) world.cloud.volumes.delete(volume);
    const { project } = await settle(actor, ws);
    expect(project?.state).toMatchObject({ kind: 'lost', reason: expect.stringContaining('were not saved') });
    expect(await status()).toBe('ERROR');
    expect(project?.image).toBe(save?.image);
    expect(await launch(world, actor, 'ws')).toMatchObject({ state: { kind: 'running' } });
  });

  scenario(74, 'malformed and foreign events are ignored, with the reason', async () => {
    await launch(world, actor, 'ws');
    const before = world.changes().length;
    const odd: unknown[] = [
      null,
      'text',
      {},
      { 'detail-type': box, detail: { state: 'shutting-down' } },
      { 'detail-type': box, detail: { 'instance-id': 'rm -rf', state: 'shutting-down' } },
      { 'detail-type': image, detail: { ImageId: 'ami-0aaa', state: 'available' } },
      {
        'detail-type': snapshot,
        detail: { event: 'copySnapshot', result: 'succeeded', snapshot_id: 'x/snap-1' },
      },
      {
        'detail-type': snapshot,
        detail: { event: 'createSnapshot', result: 'succeeded', snapshot_id: 'nothing' },
      },
      {
        'detail-type': snapshot,
        detail: { event: 'createSnapshot', result: 'succeeded', snapshot_id: 'a/snap-0bad' },
      },
      { 'detail-type': box, detail: { 'instance-id': 'i-0123456789abcdef0', state: 'terminated' } },
    ];
    for (const event of odd)
      for (const name of ['create-snapshots', 'create-image', 'mark-ready', 'delete-volume'] as const)
        expect(await handleEvent(actor, name, event)).toEqual({
          kind: 'ignored',
          why: expect.stringMatching(/\S/),
        });
    expect(world.changes()).toHaveLength(before);
  });

  scenario(73, 'every order of the events of a run with two disks, each twice, ends the same', async () => {
    await toSnapshots(twoDisks);
    await deliverAll(world, actor);
    await settle(actor, ws);
    const events = world.events();
    const before = { row: await world.row('ws'), changes: world.changes().length };
    let seed = 7;
    const random = (): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const shuffled = [...events, ...events]
      .map((event) => ({ event, key: random() }))
      .sort((a, b) => a.key - b.key);
    for (const { event } of shuffled) await deliver(actor, event);
    expect(world.changes()).toHaveLength(before.changes);
    expect(await world.row('ws')).toEqual(before.row);
    expect(await status()).toBe('READY');
  });
});
