import { expect } from '@jest/globals';
import { firstLaunch, projectUsers } from '../../support/aws/project-user.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import type { World } from '../../support/aws/strict/world.ts';

const begin = projectUsers();

const launches = (world: World) => world.calls.of('ec2:RunInstances').map(({ params }) => Object(params));
const templates = (world: World) =>
  launches(world).map(({ LaunchTemplate: template }) => Object(template)['LaunchTemplateId']);

scenario(26, 'no room in the first zone: the second one has it, and the row says so', async () => {
  const { world, launch } = await begin();
  const [first = '', second] = world.deployment.zones;
  world.cloud.limits.push({ zone: first, code: 'InsufficientInstanceCapacity' });
  const { code, stderr } = await launch();
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`No t3.micro in ${first}`),
  });
  expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING', Zone: second });
});

scenario(26, 'no zone has room for the first type: the next type is taken, and remembered', async () => {
  const { world, launch, devbox } = await begin();
  world.cloud.limits.push({ type: 't3.micro', code: 'InsufficientInstanceCapacity' });
  expect(await launch('fallback_types=[t3.small]')).toMatchObject({ code: 0 });
  expect(launches(world).map(({ InstanceType: type }) => type)).toEqual([
    't3.micro',
    't3.micro',
    't3.micro',
    't3.small',
  ]);
  expect(await world.row('ws')).toMatchObject({ LastInstanceType: 't3.small' });
  expect((await devbox(['status', 'ws'])).stdout).toContain('t3.small');
});

scenario(27, 'a zone without the type is passed over', async () => {
  const { world, launch } = await begin();
  const [first = '', second] = world.deployment.zones;
  world.cloud.limits.push({ zone: first, code: 'Unsupported' });
  expect(await launch()).toMatchObject({ code: 0 });
  expect(await world.row('ws')).toMatchObject({ Zone: second });
});

const finalRefusals: readonly (readonly [code: string, exit: number])[] = [
  ['UnauthorizedOperation', 3],
  ['VcpuLimitExceeded', 1],
  ['InvalidKeyPair.NotFound', 4],
  ['InvalidAMIID.NotFound', 4],
];
for (const [refusal, exit] of finalRefusals) {
  scenario(28, `${refusal} is no matter of zones: one attempt, no row`, async () => {
    const { world, launch } = await begin();
    world.fault({ on: 'ec2:RunInstances', fault: { kind: 'refuse', code: refusal } });
    const { code, stderr } = await launch();
    expect({ code, stderr }).toMatchObject({ code: exit, stderr: expect.stringContaining(refusal) });
    expect(launches(world)).toHaveLength(1);
    expect(await world.row('ws')).toBeUndefined();
  });
}

scenario(29, 'no room anywhere: each zone’s reason is told, and the row is as it was', async () => {
  const { world, launch, devbox } = await begin();
  await devbox(['new', 'ws', `base_ami=${world.images.ubuntu}`]);
  const before = await world.row('ws');
  world.cloud.limits.push({ code: 'InsufficientInstanceCapacity' });
  const { code, stderr } = await launch('max_retries=1', 'initial_backoff=0.01');
  expect(code).toBe(5);
  for (const zone of world.deployment.zones) {
    expect(stderr).toMatch(new RegExp(`${zone}: +InsufficientInstanceCapacity`));
  }
  expect(launches(world)).toHaveLength(6);
  const after = await world.row('ws');
  expect(after).toMatchObject({ Status: before?.['Status'], BaseAmi: before?.['BaseAmi'] });
  expect(after).not.toHaveProperty('RunId');
});

scenario(30, 'a launch whose answers are lost is found by its mark, and is the only one', async () => {
  const { world, launch } = await begin();
  world.fault({ on: 'ec2:RunInstances', times: 3, fault: { kind: 'drop-after' } });
  expect(await launch()).toMatchObject({ code: 0 });
  expect(world.machines('ws')).toHaveLength(1);
  expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING', InstanceId: world.machines('ws')[0]?.id });
});

scenario(
  30,
  'a launch of which nobody knows anything is said to be so, and a repeat uses what there is',
  async () => {
    const { world, launch } = await begin();
    world.fault({ on: 'ec2:RunInstances', times: 3, fault: { kind: 'drop-after' } });
    world.fault({
      on: 'ec2:DescribeInstances',
      having: /tag:devbox:run/,
      times: 9,
      fault: { kind: 'refuse', code: 'InternalError', status: 500 },
    });
    const { code, stderr } = await launch();
    expect({ code, stderr }).toMatchObject({ code: 7, stderr: expect.stringMatching(/not known/i) });
    world.faults.clear();
    expect(await launch()).toMatchObject({ code: 0 });
    expect(world.machines('ws')).toHaveLength(1);
    expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING' });
  },
);

scenario(31, 'one request sent again is one box; another place has another token', async () => {
  const { world, launch } = await begin();
  const [first = ''] = world.deployment.zones;
  world.cloud.limits.push({ zone: first, code: 'InsufficientInstanceCapacity' });
  world.fault({ on: 'ec2:RunInstances', first: 2, fault: { kind: 'drop-after' } });
  expect(await launch()).toMatchObject({ code: 0 });
  const tokens = launches(world).map(({ ClientToken: token }) => token);
  const [one, two] = world.deployment.templateIds;
  expect(templates(world)).toEqual([one, two, two]);
  expect(tokens[0]).not.toBe(tokens[1]);
  expect(tokens[1]).toBe(tokens[2]);
  expect(world.machines('ws')).toHaveLength(1);
});

scenario(
  32,
  'templates that cannot be described: the launch works, and no made-up zone is stored',
  async () => {
    const { world, launch, devbox } = await begin();
    world.fault({
      on: 'ec2:DescribeLaunchTemplateVersions',
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'refuse', code: 'UnauthorizedOperation' },
    });
    expect(await launch()).toMatchObject({ code: 0 });
    expect(await world.row('ws')).toMatchObject({ Zone: world.deployment.zones[0] });
    expect((await devbox(['launch', 'other', ...firstLaunch(world)])).code).toBe(0);
  },
);
