import { AttachVolumeCommand, CreateVolumeCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect } from '@jest/globals';
import { emptyDnsEntry } from '../../../src/dns/entry.ts';
import { storedLabel } from '../../../src/dns/label.ts';
import type { DnsPort } from '../../../src/dns/port.ts';
import { handleNames } from '../../../src/lifecycle/handlers/handle.ts';
import { projectName } from '../../../src/lifecycle/names.ts';
import { runOf } from '../../../src/lifecycle/project.ts';
import { reconcile } from '../../../src/lifecycle/reconcile.ts';
import { saveAndEnd } from '../../../src/lifecycle/save.ts';
import { openDnsIn } from '../../support/aws/dns-user.ts';
import { type Actor, actorIn, boxOf, deliver, launch, settle } from '../../support/aws/lifecycle.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { eachInOwnWorld } from '../../support/aws/own-world.ts';
import type { Image, World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';

const ws = projectName('ws');

(whyNoMoto() ? describe.skip : describe)('what is saved is whole', () => {
  let world: World;
  let actor: Actor;
  eachInOwnWorld(
    (made) => {
      world = made;
      actor = actorIn(made);
    },
    { dns: { provider: 'route53', zone: 'example.com' } },
  );

  const endOutside = (id: string) =>
    world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  const savedImage = async (): Promise<Image> => {
    const project = await actor.store.get(ws);
    expect(project?.state.kind).toBe('ready');
    const image = world.image(project?.image ?? '');
    if (image === undefined) throw new Error('no image');
    return image;
  };

  for (const how of ['by devbox', 'from its disks'] as const)
    scenario(44, `machine and disks are as before, saved ${how}`, async () => {
      const base = world.addImage({
        name: 'special',
        owner: 'self',
        machine: { rootDeviceName: '/dev/xvda', bootMode: 'uefi-preferred', enaSupport: true },
        mappings: [
          { deviceName: '/dev/xvda', size: 20, type: 'gp3', deleteOnTermination: true, encrypted: true },
          { deviceName: '/dev/sdb', size: 50, type: 'io2', iops: 4000, deleteOnTermination: true },
        ],
      });
      const extra = {
        BlockDeviceMappings: [
          { DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false, Iops: 5000, Throughput: 250 } },
          { DeviceName: '/dev/sdb', Ebs: { DeleteOnTermination: false } },
        ],
      };
      const id = boxOf(await launch(world, actor, 'ws', { base: base.id, extra }));
      const disks = world.cloud
        .volumesOf(id)
        .map(({ attachment, size, type, iops, throughput, encrypted }) => ({
          device: attachment?.device,
          size,
          type,
          iops,
          throughput,
          encrypted,
        }));
      if (how === 'by devbox') await saveAndEnd(actor, ws);
      else {
        await endOutside(id);
        await settle(actor, ws);
      }
      const image = await savedImage();
      expect(image.machine).toEqual(base.machine);
      const again = boxOf(await launch(world, actor, 'ws'));
      expect(
        world.cloud.volumesOf(again).map(({ attachment, size, type, iops, throughput, encrypted }) => ({
          device: attachment?.device,
          size,
          type,
          iops,
          throughput,
          encrypted,
        })),
      ).toEqual(disks);
    });

  scenario(45, 'what the row knew is still in it, also what devbox does not know', async () => {
    await launch(world, actor, 'ws');
    const known = { Username: 'ubuntu', CNAMEDomain: 'ws', Extra: { deep: ['kept'] } };
    await world.putRow({ ...(await world.row('ws')), ...known });
    await saveAndEnd(actor, ws);
    expect(await world.row('ws')).toMatchObject({
      ...known,
      Status: 'READY',
      LastInstanceType: 't3.micro',
      LastKeyPair: 'default',
    });
  });

  scenario(47, 'no disk of the run is left, also none that was attached by hand', async () => {
    const id = boxOf(await launch(world, actor, 'ws'));
    const { ec2 } = world.somebody();
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: world.deployment.zones[0], Size: 3, VolumeType: 'gp3' }),
    );
    await ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId, Device: '/dev/sdf' }));
    await reconcile(actor, { attempts: 6, longest: 40 });
    await endOutside(id);
    await reconcile(actor, { attempts: 6, longest: 40 });
    expect((await savedImage()).mappings).toHaveLength(2);
    expect([...world.cloud.volumes.values()]).toEqual([]);
    expect(await world.leftovers()).toEqual([]);
  });

  scenario(60, 'a save that no box has booted does not replace the one before it', async () => {
    const one = actorIn(world, { keepImages: 1 });
    for (let round = 0; round < 2; round++) {
      await launch(world, one, 'ws');
      await saveAndEnd(one, ws);
    }
    expect((await settle(one, ws)).project?.saves.map(({ generation }) => generation)).toEqual([1, 2]);
  });

  scenario(121, 'five sessions: all that was written is there, and nothing else is left', async () => {
    const written: string[] = [];
    for (const words of ['one', 'two', 'three', 'four', 'five']) {
      const box = boxOf(await launch(world, actor, 'ws'));
      expect(world.read(box).slice(1)).toEqual(written);
      world.write(box, words);
      written.push(words);
      await saveAndEnd(actor, ws);
      expect(await world.leftovers()).toEqual([]);
    }
    expect(world.read(boxOf(await launch(world, actor, 'ws'))).slice(1)).toEqual(written);
  });

  describe('and its name', () => {
    let dns: DnsPort;
    const name = 'ws.example.com';
    beforeEach(async () => {
      dns = await openDnsIn(world, { accessKey: 'AKIANAMES' });
      actor = actorIn(world, { dns });
    });

    /** Launches with a name, as the provider does. */
    const named = async (): Promise<string> => {
      const project = await launch(world, actor, 'ws');
      const label = storedLabel('ws');
      const run = runOf(project);
      if (label === null || run === null) throw new Error('no run');
      expect(await dns.check({ label, entry: emptyDnsEntry })).toMatchObject({ kind: 'usable' });
      await dns.reserve({ project: 'ws', runId: run.id, label });
      await settle(actor, ws);
      expect(world.resolve(name)).toHaveLength(1);
      return boxOf(project);
    };

    scenario(93, 'goes with the box, and comes again with the next', async () => {
      await named();
      await saveAndEnd(actor, ws);
      expect(world.resolve(name)).toEqual([]);
      expect(await world.row('ws')).toMatchObject({ CNAMEDomain: 'ws' });
    });

    scenario(94, 'goes though the save is handled first', async () => {
      const id = await named();
      await endOutside(id);
      world.progress.finish(id);
      for (const event of world.events()) await deliver(actor, event);
      const event = world.events().find(({ detail }) => detail['state'] === 'shutting-down');
      expect(await handleNames(actor, event)).toMatchObject({
        kind: 'handled',
        did: [`${name}: removed`],
      });
      expect(world.resolve(name)).toEqual([]);
    });

    scenario(69, 'of the next run is left alone by a late end of the one before', async () => {
      const first = await named();
      await endOutside(first);
      await settle(actor, ws);
      await named();
      const before = { target: world.resolve(name), changes: world.changes() };
      for (const event of world.events()) {
        await deliver(actor, event);
        await handleNames(actor, event);
      }
      expect(world.resolve(name)).toEqual(before.target);
      expect(world.changes()).toEqual(before.changes);
      expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING' });
    });

    scenario(101, 'that cannot be removed holds nothing up, and goes later', async () => {
      await named();
      world.fault({ on: 'route53:*', times: 12, fault: { kind: 'throttle' } });
      const { rest } = await saveAndEnd(actor, ws);
      expect(rest.join()).toMatch(/\S/);
      expect(await world.row('ws')).toMatchObject({ Status: 'READY' });
      world.faults.clear();
      await reconcile(actor, { attempts: 6, longest: 40 });
      expect(world.resolve(name)).toEqual([]);
      expect(await world.leftovers()).toEqual([]);
    });
  });
});
