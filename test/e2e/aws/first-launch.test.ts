import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import { firstLaunch, projectUsers } from '../../support/aws/project-user.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import type { World } from '../../support/aws/strict/world.ts';

const begin = projectUsers();

const params = (world: World, n = 0): Record<string, unknown> => ({
  ...Object(world.calls.of('ec2:RunInstances')[n]?.params),
});
const launches = (world: World): number => world.calls.of('ec2:RunInstances').length;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const disks = (world: World, n = 0) =>
  Object.fromEntries(
    list(params(world, n)['BlockDeviceMapping']).map((one) => [
      Object(one)['DeviceName'],
      Object(one)['Ebs'],
    ]),
  );

scenario(13, 'one box, and a row that says all of it', async () => {
  const { world, launch } = await begin();
  expect(await launch()).toMatchObject({ code: 0 });
  const [box, ...more] = world.machines('ws');
  expect(more).toEqual([]);
  expect(await world.row('ws')).toMatchObject({
    Status: 'RUNNING',
    InstanceId: box?.id,
    AMI: world.images.ubuntu,
    LastInstanceType: 't3.micro',
    LastKeyPair: world.deployment.keyPair,
    RunId: expect.stringMatching(/^r[0-9a-f]{12}$/),
    Architecture: 'x86_64',
    RootDeviceName: '/dev/sda1',
    Username: 'ubuntu',
    PublicIp: expect.stringMatching(/^\d/),
    PrivateIp: expect.stringMatching(/^\d/),
    LaunchTime: expect.stringMatching(/^20\d\d-/),
  });
});

scenario(14, 'the row says that this run launches before EC2 is asked', async () => {
  const { world, launch } = await begin();
  await launch();
  const all = world.calls.all();
  const claimed = all.findIndex(
    ({ name, params: sent }) => name === 'dynamodb:UpdateItem' && /"LAUNCHING"/.test(JSON.stringify(sent)),
  );
  const asked = all.findIndex(({ name }) => name === 'ec2:RunInstances');
  expect(claimed).toBeGreaterThanOrEqual(0);
  expect(claimed).toBeLessThan(asked);
  expect(JSON.stringify(all[claimed]?.params)).toContain(String((await world.row('ws'))?.['RunId']));
});

scenario(15, 'box, disks and interface carry the marks of the project from the beginning', async () => {
  const { world, launch } = await begin();
  await launch();
  const run = (await world.row('ws'))?.['RunId'];
  const marks = { Project: 'ws', ManagedBy: 'devbox-cli', 'devbox:deployment': 'devbox', 'devbox:run': run };
  const given = list(params(world)['TagSpecification']).map((one) => Object(one));
  expect(given.map(({ ResourceType }) => ResourceType).sort()).toEqual([
    'instance',
    'network-interface',
    'volume',
  ]);
  for (const { Tag } of given) {
    const tags = Object.fromEntries(list(Tag).map((one) => [Object(one)['Key'], Object(one)['Value']]));
    expect(tags).toMatchObject(marks);
  }
});

scenario(16, 'user data is encoded exactly once', async () => {
  const { world, user, launch } = await begin();
  const text = '#!/bin/sh\necho "häßlich"\n';
  const file = join(user.home.path, 'setup.sh');
  writeFileSync(file, text);
  await launch(`cloud_init.file=${file}`);
  expect(Buffer.from(String(params(world)['UserData']), 'base64').toString()).toBe(text);
});

scenario(17, 'the token of the request comes from the run', async () => {
  const { world, launch } = await begin();
  await launch();
  const token = String(params(world)['ClientToken']);
  expect(token.startsWith(String((await world.row('ws'))?.['RunId']))).toBe(true);
  expect(token.length).toBeLessThanOrEqual(64);
});

scenario(18, 'every disk outlives the box', async () => {
  const { world, devbox } = await begin();
  const image = world.addImage({
    name: 'ubuntu with data',
    mappings: [
      { deviceName: '/dev/sda1', size: 8, type: 'gp3', deleteOnTermination: true },
      { deviceName: '/dev/sdf', size: 100, type: 'gp3', deleteOnTermination: true },
    ],
  });
  await devbox(['launch', 'ws', ...firstLaunch(world), `base_ami=${image.id}`]);
  expect(disks(world)).toMatchObject({
    '/dev/sda1': { DeleteOnTermination: 'false' },
    '/dev/sdf': { DeleteOnTermination: 'false' },
  });
});

scenario(19, 'without a save and a base image the option is named, and no row is left', async () => {
  const { world, devbox } = await begin();
  const { code, stderr } = await devbox(['launch', 'ws', 'instance_type=t3.micro']);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('base_ami=') });
  expect(await world.row('ws')).toBeUndefined();
});

scenario(20, 'without a type, or a key where one has to be named, nothing is left behind', async () => {
  const { world, devbox } = await begin();
  const base = `base_ami=${world.images.ubuntu}`;
  const untyped = await devbox(['launch', 'ws', base]);
  expect(untyped).toMatchObject({ code: 2, stderr: expect.stringContaining('instance_type') });
  const keyless = await devbox(['launch', 'ws', base, 'instance_type=t3.micro', 'ssh.key=named']);
  expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining('ssh_key_name') });
  expect(await world.row('ws')).toBeUndefined();
  expect(launches(world)).toBe(0);
});

scenario(21, 'an unknown key pair or image is said once, and no row is left', async () => {
  const { world, launch } = await begin();
  const key = await launch('ssh_key_name=nobody');
  expect(key).toMatchObject({ code: 4, stderr: expect.stringContaining('key pair nobody') });
  const image = await launch('base_ami=ami-0123456789abcdef0');
  expect(image).toMatchObject({ code: 4, stderr: expect.stringContaining('ami-0123456789abcdef0') });
  expect(await world.row('ws')).toBeUndefined();
  expect(launches(world)).toBe(0);
});

scenario(22, 'a size is that of the root volume, however large another one is', async () => {
  const { world, launch } = await begin();
  const image = world.addImage({
    name: 'ubuntu with data',
    mappings: [
      { deviceName: '/dev/sda1', size: 8, type: 'gp3', deleteOnTermination: true },
      { deviceName: '/dev/sdf', size: 100, type: 'gp3', deleteOnTermination: true },
    ],
  });
  expect(await launch(`base_ami=${image.id}`, 'volume_size=50')).toMatchObject({ code: 0 });
  expect(disks(world)).toMatchObject({
    '/dev/sda1': { VolumeSize: '50' },
    '/dev/sdf': { VolumeSize: '100' },
  });
});

scenario(23, 'a size that the image has already is said to be ignored', async () => {
  const { world, launch } = await begin();
  const image = world.addImage({
    name: 'large ubuntu',
    mappings: [{ deviceName: '/dev/sda1', size: 100, type: 'gp3', deleteOnTermination: true }],
  });
  const { code, stderr } = await launch(`base_ami=${image.id}`, 'volume_size=50');
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/volume_size=50 is ignored/),
  });
  expect(disks(world)).toMatchObject({ '/dev/sda1': { VolumeSize: '100' } });
});

scenario(24, 'the user for SSH is told by whole words; an unknown image asks for one', async () => {
  const { world, devbox } = await begin();
  const images: readonly (readonly [name: string, description: string, user: string | undefined])[] = [
    ['my-ubuntu-24.04', 'Ubuntu, see https://console.aws.amazon.com/', 'ubuntu'],
    ['signal2', 'a box for signal2', undefined],
    ['debian-12-amd64', '', 'admin'],
    ['Rocky-9-EC2-Base', '', 'rocky'],
  ];
  for (const [n, [name, description, user]] of images.entries()) {
    const image = world.addImage({ name, description });
    const { code, stdout } = await devbox(['launch', `p${n}`, ...firstLaunch(world), `base_ami=${image.id}`]);
    expect({ name, code }).toEqual({ name, code: 0 });
    expect(await world.row(`p${n}`)).toMatchObject(user === undefined ? {} : { Username: user });
    if (user === undefined) expect(stdout).toMatch(/Say who: ssh.username=NAME/);
  }
  expect((await devbox(['status', 'p1', '--json'])).stdout).toMatch(/"ssh_user": null/);
});

scenario(25, 'a box without a public address is a success without a line for ssh', async () => {
  const { world, launch } = await begin();
  const { LaunchTemplate: template } = await world.clients().ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'private',
      LaunchTemplateData: {
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            SubnetId: world.deployment.subnetIds[0],
            AssociatePublicIpAddress: false,
          },
        ],
      },
    }),
  );
  await world.setParameter('launchTemplateIds', JSON.stringify([template?.LaunchTemplateId]));
  const { code, stdout } = await launch();
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/SSH:/);
  expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING', Username: 'ubuntu' });
});
