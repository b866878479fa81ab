import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import { firstLaunch, projectUsers } from '../../support/aws/project-user.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import type { World } from '../../support/aws/strict/world.ts';

const begin = projectUsers();

const box = (world: World, project = 'ws'): string => world.machines(project)[0]?.id ?? '';

/** Somebody's own machine, with tags. */
async function foreign(world: World, tags: Readonly<Record<string, string>>): Promise<string> {
  const { Instances: made } = await world.somebody().ec2.send(
    new RunInstancesCommand({
      ImageId: world.images.ubuntu,
      InstanceType: 't3.micro',
      SubnetId: world.deployment.subnetIds[0],
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [
        { ResourceType: 'instance', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  return made?.[0]?.InstanceId ?? '';
}

scenario(48, 'ended by the id of its box, a project is saved as by its name', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  world.write(box(world), 'work');
  expect(await devbox(['terminate', box(world)])).toMatchObject({ code: 0 });
  const row = await world.row('ws');
  expect(row).toMatchObject({ Status: 'READY' });
  expect(world.readImage(String(row?.['AMI']))).toContain('work');
});

scenario(48, 'what is left of a lease goes with the box', async () => {
  const { launch, devbox } = await begin();
  await launch();
  expect((await devbox(['lease', 'list', '--json'])).stdout).toContain('"name": "ws"');
  await devbox(['down', 'ws']);
  expect((await devbox(['lease', 'list', '--json'])).stdout).not.toContain('"name": "ws"');
});

scenario(49, 'a machine with such a tag that devbox did not make is left alone', async () => {
  const { world, devbox } = await begin();
  const theirs = await foreign(world, { Project: 'ws' });
  for (const identifier of [theirs, 'ws']) {
    const { code } = await devbox(['terminate', identifier, 'force=true']);
    expect({ identifier, code }).toEqual({ identifier, code: 4 });
  }
  expect(world.calls.of('ec2:TerminateInstances')).toEqual([]);
});

scenario(50, 'through the bin: a stopped box is found, saved and ended', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  expect(await devbox(['stop', 'ws'])).toMatchObject({ code: 0 });
  expect((await devbox(['status'])).stdout).toMatch(/stop/);
  expect(await devbox(['terminate', 'ws'])).toMatchObject({ code: 0 });
  expect(await world.row('ws')).toMatchObject({ Status: 'READY' });
});

scenario(51, 'two live boxes of a project: both ids are told, and nothing is done', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  const second = await foreign(world, {
    Project: 'ws',
    ManagedBy: 'devbox-cli',
    'devbox:deployment': 'devbox',
    'devbox:run': 'r000000000000',
  });
  const { code, stderr } = await devbox(['terminate', 'ws']);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(second) });
  expect(stderr).toContain(world.machines('ws').find(({ id }) => id !== second)?.id);
  expect(world.calls.of('ec2:TerminateInstances')).toEqual([]);
  world.invariants.broken.length = 0;
});

scenario(52, 'what there is not is not found', async () => {
  const { devbox } = await begin();
  for (const identifier of ['nobody', 'i-0123456789abcdef0', 'i-zz']) {
    expect({ identifier, code: (await devbox(['terminate', identifier])).code }).toEqual({
      identifier,
      code: 4,
    });
  }
});

scenario(
  54,
  'through the bin: given up on purpose, nothing new is saved and the save before is kept',
  async () => {
    const { world, launch, devbox } = await begin();
    await launch();
    await devbox(['terminate', 'ws']);
    const saved = (await world.row('ws'))?.['AMI'];
    await devbox(['launch', 'ws']);
    // Without a terminal nobody can be asked; the whole name with the setting says it.
    expect(await devbox(['terminate', 'ws', 'discard=true', 'force=true'])).toMatchObject({ code: 0 });
    expect(world.calls.of('ec2:CreateImage')).toHaveLength(1);
    expect(await world.row('ws')).toMatchObject({ Status: 'READY', AMI: saved });
  },
);

scenario(75, 'through the bin: a save that fails is told, and terminate tries it again', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  world.write(box(world), 'work');
  world.fault({ on: 'ec2:CreateImage', fault: { kind: 'refuse', code: 'ResourceLimitExceeded' } });
  const failed = await devbox(['terminate', 'ws']);
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('ResourceLimitExceeded') });
  expect((await devbox(['status', 'ws'])).stdout).toMatch(/failed[\s\S]*Go on: devbox terminate ws/);
  expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 1 });
  expect(await devbox(['terminate', 'ws'])).toMatchObject({ code: 0 });
  const row = await world.row('ws');
  expect(world.readImage(String(row?.['AMI']))).toContain('work');
});

scenario(42, 'the end of a lease saves, too', async () => {
  const { world, launch, devbox } = await begin();
  await launch('ttl=1s');
  world.write(box(world), 'work');
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(await devbox(['reap'])).toMatchObject({ code: 0 });
  const row = await world.row('ws');
  expect(row).toMatchObject({ Status: 'READY' });
  expect(world.readImage(String(row?.['AMI']))).toContain('work');
  expect((await devbox(['launch', 'ws', ...firstLaunch(world)])).code).toBe(0);
});
