import { DescribeKeyPairsCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import { firstLaunch, projectUsers } from '../../support/aws/project-user.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import type { World } from '../../support/aws/strict/world.ts';

const begin = projectUsers();

const launches = (world: World): number => world.calls.of('ec2:RunInstances').length;
const boxes = (world: World): string[] => world.machines('ws').map(({ id }) => id);

/** A launch during which devbox is killed, where `fault` says. */
async function killedAt(
  { world, user }: Awaited<ReturnType<typeof begin>>,
  fault: Omit<Parameters<World['fault']>[0], 'fault'>,
  when: 'kill-before' | 'kill-after',
): Promise<void> {
  let kill: (() => void) | undefined;
  world.fault({ ...fault, fault: { kind: when, kill: () => kill?.() } });
  const { code } = await user.devbox(['launch', 'ws', ...firstLaunch(world)], {
    started: (send) => {
      kill = () => send('SIGKILL');
    },
  });
  expect(code).toBeNull();
}

scenario(33, 'killed right after RunInstances: the same box is taken over', async () => {
  const test = await begin();
  const { world, launch } = test;
  await killedAt(test, { on: 'ec2:RunInstances' }, 'kill-after');
  const [made] = boxes(world);
  expect(await world.row('ws')).toMatchObject({ Status: 'LAUNCHING' });
  expect(await launch()).toMatchObject({ code: 0 });
  expect(boxes(world)).toEqual([made]);
  expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING', InstanceId: made });
});

scenario(34, 'killed between the row and RunInstances: a repeat launches', async () => {
  const test = await begin();
  const { world, launch } = test;
  await killedAt(test, { on: 'ec2:RunInstances' }, 'kill-before');
  expect(await world.row('ws')).toMatchObject({ Status: 'LAUNCHING' });
  expect(await launch()).toMatchObject({ code: 0 });
  expect(boxes(world)).toHaveLength(1);
  expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING' });
});

scenario(34, 'a launch that may still go on is not taken from whoever began it', async () => {
  const test = await begin();
  const { world, launch } = test;
  await killedAt(test, { on: 'ec2:RunInstances' }, 'kill-before');
  const { code, stderr } = await launch('api.appear_within=60.0');
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('launch of it is in progress'),
  });
  expect(launches(world)).toBe(1);
});

scenario(35, 'a box that takes too long is known, and status says how to go on', async () => {
  const { world, launch, devbox } = await begin();
  world.progress.pace.start = Number.POSITIVE_INFINITY;
  const { code, stderr } = await launch('wait.timeout=0.2');
  const [box = ''] = boxes(world);
  expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining(box) });
  expect(await world.row('ws')).toMatchObject({ Status: 'LAUNCHING', InstanceId: box });
  const status = (await devbox(['status', 'ws'])).stdout;
  expect(status).toMatch(/launching[\s\S]*Go on: devbox reconcile api=aws/);
  world.arrive();
  expect(await devbox(['reconcile'])).toMatchObject({ code: 0 });
  expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING', InstanceId: box });
});

scenario(
  36,
  'a box that dies before it runs: the project is as it was, and nothing is saved of it',
  async () => {
    const { world, launch, devbox } = await begin();
    await launch();
    await devbox(['terminate', 'ws']);
    const saved = (await world.row('ws'))?.['AMI'];
    world.progress.pace.start = Number.POSITIVE_INFINITY;
    const waiting = devbox(['launch', 'ws', 'wait.timeout=20.0']);
    const dead = await untilThere(() => boxes(world)[0]);
    await world.somebody().ec2.send(new TerminateInstancesCommand({ InstanceIds: [dead] }));
    world.progress.pace.start = 1;
    const { code, stderr } = await waiting;
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('was not launched') });
    expect(await world.row('ws')).toMatchObject({ Status: 'READY', AMI: saved });
    expect(world.calls.of('ec2:CreateImage')).toHaveLength(1);
    expect((await devbox(['launch', 'ws'])).code).toBe(0);
  },
);

scenario(37, 'two launches of one project at once: one box, and the other is told', async () => {
  const { world, devbox, another } = await begin();
  await devbox(['new', 'ws', `base_ami=${world.images.ubuntu}`, 'instance_type=t3.micro']);
  const [one, two] = await Promise.all([devbox(['launch', 'ws']), another().devbox(['launch', 'ws'])]);
  expect(boxes(world)).toHaveLength(1);
  expect(launches(world)).toBe(1);
  expect([one.code, two.code]).toContain(0);
});

scenario(37, 'the second one during RunInstances of the first gets "in progress"', async () => {
  const { world, devbox, another } = await begin();
  await devbox(['new', 'ws', `base_ami=${world.images.ubuntu}`, 'instance_type=t3.micro']);
  world.fault({ on: 'ec2:RunInstances', fault: { kind: 'delay', milliseconds: 6000 } });
  const first = devbox(['launch', 'ws']);
  await untilThere(async () => ((await world.row('ws'))?.['Status'] === 'LAUNCHING' ? 'yes' : undefined));
  const second = await another().devbox(['launch', 'ws', 'api.appear_within=60.0']);
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('launch of it is in progress') });
  expect(await first).toMatchObject({ code: 0 });
  expect(boxes(world)).toHaveLength(1);
});

scenario(38, 'two first launches at once: one row and one box', async () => {
  const { world, devbox, another } = await begin();
  const words = ['launch', 'ws', ...firstLaunch(world)];
  const all = await Promise.all([devbox(words), another().devbox(words)]);
  expect(all.map(({ code }) => code)).toContain(0);
  expect(boxes(world)).toHaveLength(1);
  expect((await world.rows()).map(({ project }) => project)).toEqual(['ws']);
});

scenario(39, 'what was read as ready and runs by now is not launched again', async () => {
  const { world, devbox, another } = await begin();
  await devbox(['new', 'ws', `base_ami=${world.images.ubuntu}`, 'instance_type=t3.micro']);
  world.fault({ on: 'ec2:DescribeLaunchTemplateVersions', fault: { kind: 'delay', milliseconds: 15_000 } });
  const late = devbox(['launch', 'ws']);
  await untilThere(() => world.calls.of('ec2:DescribeLaunchTemplateVersions')[0]?.name);
  expect(await another().devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
  expect(await late).toMatchObject({ code: 1, stderr: expect.stringContaining('its box runs') });
  expect(launches(world)).toBe(1);
});

scenario(40, 'a project that is being launched is not deleted', async () => {
  const test = await begin();
  const { world, devbox } = test;
  await killedAt(test, { on: 'ec2:RunInstances' }, 'kill-before');
  const { code, stderr } = await devbox(['delete-project', 'ws', 'force=true', 'api.appear_within=60.0']);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/being launched/) });
  expect(await world.row('ws')).toMatchObject({ Status: 'LAUNCHING' });
});

scenario(41, 'Ctrl-C while the box starts: both record and message name it', async () => {
  const { world, user } = await begin();
  world.progress.pace.start = Number.POSITIVE_INFINITY;
  const { code, stderr } = await user.devbox(['launch', 'ws', ...firstLaunch(world)], {
    signalAt: { text: 'is starting', signal: 'SIGINT' },
  });
  const [box = ''] = boxes(world);
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining(box) });
  expect(await world.row('ws')).toMatchObject({ InstanceId: box });
});

scenario(41, 'Ctrl-C before EC2 is asked: no row, no box and no key of devbox’s is left', async () => {
  const { world, user } = await begin();
  // So that the row is claimed when the signal has come.
  world.fault({
    on: 'dynamodb:UpdateItem',
    having: /LAUNCHING/,
    fault: { kind: 'delay', milliseconds: 1500 },
  });
  const words = ['launch', 'ws', 'instance_type=t3.micro', `base_ami=${world.images.ubuntu}`];
  const { code, stderr } = await user.devbox(words, { signalAt: { text: 'Launching ws', signal: 'SIGINT' } });
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('Interrupted') });
  world.faults.clear();
  expect([boxes(world), await world.row('ws')]).toEqual([[], undefined]);
  const { KeyPairs = [] } = await world.clients().ec2.send(new DescribeKeyPairsCommand({}));
  expect(KeyPairs.map(({ KeyName }) => KeyName)).toEqual([world.deployment.keyPair]);
});

/** Looks until there is something. */
async function untilThere(look: () => string | undefined | Promise<string | undefined>): Promise<string> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
