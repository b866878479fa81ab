import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from '@jest/globals';
import { firstLaunch, projectUsers } from '../../support/aws/project-user.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import type { World } from '../../support/aws/strict/world.ts';

const begin = projectUsers();

const launches = (world: World) => world.calls.of('ec2:RunInstances');
const sent = (world: World, n = 0): Record<string, unknown> => ({ ...Object(launches(world)[n]?.params) });
const templateOf = (params: Record<string, unknown>) => Object(params['LaunchTemplate'])['LaunchTemplateId'];

scenario(1, 'of the templates of the parameter the first one is tried first', async () => {
  const { world, launch } = await begin();
  const [one = '', two = ''] = world.deployment.templateIds;
  await world.setParameter('launchTemplateIds', JSON.stringify([two, one]));
  expect(await launch()).toMatchObject({ code: 0 });
  expect(launches(world).map(({ params }) => templateOf({ ...Object(params) }))).toEqual([two]);
});

scenario(2, 'a parameter of old, from zone to template, is used in its order', async () => {
  const { world, launch } = await begin({ legacy: true });
  expect(await launch()).toMatchObject({ code: 0 });
  expect(templateOf(sent(world))).toBe(world.deployment.templateIds[0]);
});

scenario(3, 'what is wrong with the parameter is said, each thing for itself', async () => {
  const { world, launch } = await begin();
  const said = new Set<string>();
  for (const value of [undefined, 'lt-1, lt-2', '"lt-1"', '[]', '["lt-1", 2]']) {
    await world.setParameter('launchTemplateIds', value ?? '[]');
    if (value === undefined) await world.setParameter('launchTemplateIds', undefined);
    const { code, stderr } = await launch();
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/devbox/launchTemplateIds'),
    });
    said.add(/Message: +(.*)/.exec(stderr)?.[1] ?? '');
  }
  expect(said.size).toBe(5);
  expect(launches(world)).toEqual([]);
  expect(await world.rows()).toEqual([]);
});

scenario(
  4,
  'one prefix however it is written; a flag beats the variable, an empty one counts for nothing',
  async () => {
    const { world, devbox } = await begin();
    const prefixes = () =>
      world.calls
        .of('ssm:*')
        .map(({ params }) => /"(\/+[^"]*)\/snapshotTable"/.exec(JSON.stringify(params))?.[1]);
    for (const prefix of ['devbox', '/devbox', 'devbox/', '//devbox//', '']) {
      const { code } = await devbox(['status'], { env: { DEVBOX_PARAM_PREFIX: prefix } });
      expect({ prefix, code }).toEqual({ prefix, code: 0 });
    }
    const env = { DEVBOX_PARAM_PREFIX: '/elsewhere' };
    expect((await devbox(['status'], { env })).code).toBe(2);
    expect((await devbox(['status', '--param-prefix', 'devbox/'], { env })).code).toBe(0);
    expect(new Set(prefixes())).toEqual(new Set(['/devbox', '/elsewhere']));
    expect(prefixes().at(-1)).toBe('/devbox');
  },
);

scenario(5, 'AWS_DEFAULT_REGION is enough; without any region the way to say one is named', async () => {
  const { devbox } = await begin();
  const env = { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-1' };
  expect((await devbox(['status'], { env })).code).toBe(0);
  const { code, stderr } = await devbox(['status'], { env: { AWS_REGION: '' } });
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('AWS_REGION') });
});

scenario(6, 'a table that does not exist is a fault of the set-up, and nothing is launched', async () => {
  const { world, launch, devbox } = await begin();
  await world.setParameter('snapshotTable', 'no-such-table');
  for (const run of [launch(), devbox(['status']), devbox(['new', 'ws', 'base_ami=ubuntu'])]) {
    const { code, stderr } = await run;
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/table[\s\S]*infra\/aws/),
    });
  }
  expect(launches(world)).toEqual([]);
});

scenario(7, 'names that could not be used later are refused before AWS is asked anything', async () => {
  const { world, devbox } = await begin();
  const names = ['a_b', 'a.b', '-a', 'a-', '---', '', 'ärger', 'x'.repeat(64), 'i-0123456789abcdef0'];
  for (const name of names) {
    const { code } = await devbox(['launch', `project='${name}'`, ...firstLaunch(world)]);
    expect({ name, code }).toEqual({ name, code: 2 });
  }
  expect((await devbox(['new', "project='a_b'", 'base_ami=ubuntu'])).code).toBe(2);
  expect(world.calls.all()).toEqual([]);
});

scenario(8, 'of sizes only 0 and whole GiB that EBS has pass', async () => {
  const { world, launch, devbox } = await begin();
  for (const size of ['-1', '1.5', '65537', 'big']) {
    expect({ size, code: (await launch(`volume_size=${size}`)).code }).toEqual({ size, code: 2 });
  }
  expect(world.calls.all()).toEqual([]);
  expect((await launch('volume_size=0')).code).toBe(0);
  expect((await devbox(['launch', 'other', ...firstLaunch(world), 'volume_size=20'])).code).toBe(0);
});

scenario(9, 'user data: what is no file or too large is refused, gzip arrives byte by byte', async () => {
  const { world, user, launch } = await begin();
  const at = (name: string) => join(user.home.path, name);
  mkdirSync(at('folder'));
  writeFileSync(at('large'), Buffer.alloc(16 * 1024 + 1, 'x'));
  const packed = gzipSync('#cloud-config\n{}\n');
  writeFileSync(at('packed.gz'), packed);
  for (const file of ['nowhere', 'folder', 'large']) {
    const { code, stderr } = await launch(`cloud_init.file=${at(file)}`);
    expect({ file, code, stderr }).toMatchObject({
      file,
      code: 2,
      stderr: expect.stringContaining(at(file)),
    });
  }
  expect(launches(world)).toEqual([]);
  expect(await world.rows()).toEqual([]);
  expect((await launch('--userdata-file', at('packed.gz'))).code).toBe(0);
  expect(Buffer.from(String(sent(world)['UserData']), 'base64').equals(packed)).toBe(true);
});

scenario(10, 'a name for DNS that is none is refused before anything is launched', async () => {
  const { world, launch } = await begin({ dns: { provider: 'route53', zone: 'example.com' } });
  for (const name of ['a.b', '*', 'ü']) {
    expect({ name, code: (await launch(`dns_subdomain='${name}'`)).code }).toEqual({ name, code: 2 });
  }
  expect(launches(world)).toEqual([]);
  expect(await world.rows()).toEqual([]);
});

scenario(11, 'rows as the first deployments wrote them: every command works', async () => {
  const { world, devbox, launch } = await begin();
  const image = world.addImage({
    name: 'ws-ami',
    owner: 'self',
    tags: { Project: 'ws', ManagedBy: 'devbox-lambda' },
  });
  await world.putRow({
    project: 'ws',
    Status: 'READY',
    AMI: image.id,
    LastInstanceType: 't3.micro',
    LastKeyPair: world.deployment.keyPair,
    Username: '',
    VolumeCount: 1,
    VirtualizationType: null,
    Architecture: null,
    RootDeviceName: null,
    InstanceType: null,
    LaunchTime: '',
  });
  expect((await devbox(['status'])).stdout).toMatch(/ws +ready/);
  expect((await devbox(['images', 'project=ws'])).stdout).toContain(image.id);
  expect((await devbox(['resize', 'ws', '20'])).code).toBe(0);
  expect((await launch('ssh_user=ubuntu')).code).toBe(0);
  expect(sent(world)['ImageId']).toBe(image.id);
  expect((await devbox(['terminate', 'ws'])).code).toBe(0);
  expect(await world.row('ws')).toMatchObject({ Status: 'READY', Username: 'ubuntu' });
  expect((await devbox(['delete-project', 'ws', 'force=true'])).code).toBe(0);
});

scenario(12, 'a whole name where a label belongs: the project’s own label is used and stored', async () => {
  const { world, launch } = await begin({ dns: { provider: 'route53', zone: 'example.com' } });
  const image = world.addImage({
    name: 'ws-ami',
    owner: 'self',
    tags: { Project: 'ws', ManagedBy: 'devbox-lambda' },
  });
  await world.putRow({ project: 'ws', Status: 'READY', AMI: image.id, CNAMEDomain: 'ws.example.com' });
  const { code, stderr } = await launch('ssh_user=ubuntu');
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('ws.example.com') });
  expect(await world.row('ws')).toMatchObject({ CNAMEDomain: 'ws' });
});
