import { expect } from '@jest/globals';
import { firstLaunch, projectUsers } from '../../support/aws/project-user.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import type { World } from '../../support/aws/strict/world.ts';

const begin = projectUsers();

const booted = (world: World): unknown[] =>
  world.calls.of('ec2:RunInstances').map(({ params }) => Object(params)['ImageId']);
const box = (world: World, project = 'ws'): string => world.machines(project)[0]?.id ?? '';
const newest = async (world: World, project = 'ws'): Promise<string> =>
  String((await world.row(project))?.['AMI']);

scenario(55, 'the next launch boots what was saved, and the disk has what was written', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  world.write(box(world), 'first session');
  expect(await devbox(['terminate', 'ws'])).toMatchObject({ code: 0 });
  const saved = await newest(world);
  expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
  expect(booted(world)).toEqual([world.images.ubuntu, saved]);
  expect(world.read(box(world))).toContain('first session');
});

scenario(56, 'a base image that a project has outgrown is not used, and that is said', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  await devbox(['terminate', 'ws']);
  const saved = await newest(world);
  const { code, stderr } = await devbox(['launch', 'ws', `base_ami=${world.images.debian}`]);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/debian|ami-\w+ is not used/),
  });
  expect(booted(world).at(-1)).toBe(saved);
});

scenario(57, 'BaseAmi in the row of a project with a save: the save is booted', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  await devbox(['terminate', 'ws']);
  const saved = await newest(world);
  await world.putRow({ ...(await world.row('ws')), BaseAmi: world.images.debian });
  expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
  expect(booted(world).at(-1)).toBe(saved);
});

scenario(58, 'through the bin: an earlier generation is booted once, the newer image stays', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  await devbox(['terminate', 'ws']);
  const first = await newest(world);
  await devbox(['launch', 'ws']);
  await devbox(['terminate', 'ws']);
  const second = await newest(world);
  expect(await devbox(['restore', 'ws', 'generation=1'])).toMatchObject({ code: 0 });
  await devbox(['launch', 'ws']);
  expect(booted(world).at(-1)).toBe(first);
  expect(world.image(second)).toMatchObject({ state: 'available' });
  await devbox(['terminate', 'ws', 'discard=true', 'force=true']);
  await devbox(['launch', 'ws']);
  expect(booted(world).at(-1)).toBe(second);
});

scenario(61, 'the saved image was deregistered by hand: the one before is named as the way out', async () => {
  const { world, launch, devbox } = await begin();
  await launch();
  await devbox(['terminate', 'ws']);
  const first = await newest(world);
  await devbox(['launch', 'ws']);
  await devbox(['terminate', 'ws']);
  const second = world.image(await newest(world));
  if (second) second.state = 'deregistered';
  const before = await world.row('ws');
  const { code, stderr } = await devbox(['launch', 'ws']);
  expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining(first) });
  expect(stderr).toContain('devbox restore ws generation=1');
  expect(await world.row('ws')).toEqual(before);
  expect(await devbox(['restore', 'ws', 'generation=1'])).toMatchObject({ code: 0 });
  expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
  expect(booted(world).at(-1)).toBe(first);
  // What the account lacks by now is no fault of devbox.
  world.invariants.broken.length = 0;
});

scenario(
  62,
  'type and key are remembered; where a key has to be named and none is stored, that is an error',
  async () => {
    const { world, launch, devbox } = await begin();
    await launch();
    await devbox(['terminate', 'ws']);
    expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
    expect(world.calls.of('ec2:RunInstances').at(-1)?.params).toMatchObject({
      InstanceType: 't3.micro',
      KeyName: world.deployment.keyPair,
    });
    await devbox(['terminate', 'ws']);
    await world.putRow({ ...(await world.row('ws')), LastKeyPair: null });
    const keyless = await devbox(['launch', 'ws', 'ssh.key=named']);
    expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining('ssh_key_name') });
    // Otherwise devbox makes one for this box, which is not remembered.
    expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
    expect(world.calls.of('ec2:RunInstances').at(-1)?.params).toMatchObject({
      KeyName: expect.stringMatching(/^devbox-dbx-/),
    });
  },
);

scenario(
  84,
  'two projects, worked in, saved and launched again; one begins with a save of the other',
  async () => {
    const { world, launch, devbox } = await begin();
    await launch();
    world.write(box(world), 'work of ws');
    await devbox(['terminate', 'ws']);
    const shared = await newest(world);
    const words = firstLaunch(world).filter((word) => !word.startsWith('base_ami'));
    expect(await devbox(['launch', 'other', ...words, `base_ami=${shared}`])).toMatchObject({ code: 0 });
    expect(world.read(box(world, 'other'))).toContain('work of ws');
    for (const session of ['one', 'two', 'three']) {
      world.write(box(world, 'other'), `session ${session}`);
      expect(await devbox(['terminate', 'other'])).toMatchObject({ code: 0 });
      expect(await devbox(['launch', 'other'])).toMatchObject({ code: 0 });
    }
    expect(world.read(box(world, 'other'))).toEqual(
      expect.arrayContaining(['work of ws', 'session one', 'session two', 'session three']),
    );
    expect(await devbox(['terminate', 'other'])).toMatchObject({ code: 0 });
    expect(await devbox(['delete-project', 'other', 'force=true'])).toMatchObject({ code: 0 });
    expect(world.image(shared)).toMatchObject({ state: 'available' });
    expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
    expect(world.read(box(world))).toContain('work of ws');
  },
  300_000,
);
