import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, expect } from '@jest/globals';
import { handleEvent, handleNames } from '../../../src/lifecycle/handlers/handle.ts';
import { openDnsIn } from '../../support/aws/dns-user.ts';
import { actorIn } from '../../support/aws/lifecycle.ts';
import { firstLaunch, type ProjectUser, projectUsers } from '../../support/aws/project-user.ts';
import { publicDnsName } from '../../support/aws/strict/ec2/instance-view.ts';
import type { World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import { type FakeCloudflare, fakeToken, startFakeCloudflare } from '../../support/fake-cloudflare/index.ts';

const begin = projectUsers();
const route53 = { provider: 'route53', zone: 'example.com' } as const;
const name = 'ws.example.com';

/** Where the name of the box of a project is to lead. */
const address = (world: World, project = 'ws'): string => {
  const [box, ...more] = world.machines(project);
  if (box === undefined || more.length > 0)
    throw new Error(`${project} has ${more.length} machines too many`);
  return publicDnsName(box, world.region);
};
const launches = (world: World): number => world.calls.of('ec2:RunInstances').length;
const askedForNames = (world: World) =>
  world.calls
    .all()
    .filter((call) => call.name.startsWith('route53:'))
    .map((call) => call.name);

/** The code of an error card in JSON. */
const codeIn = (stderr: string): string | undefined =>
  /"error":\s*\{\s*"code":\s*"([^"]+)"/.exec(stderr)?.[1];

/** A function of the deployment, in this process. */
async function deployed(world: World) {
  return actorIn(world, { dns: await openDnsIn(world) });
}

/** Ends a machine as somebody does in the console. @returns what AWS tells of it. */
async function endOutside(world: World, project = 'ws') {
  const [box] = world.machines(project);
  const told = world.events('EC2 Instance State-change Notification').length;
  await world
    .clients('AKIASOMEBODY')
    .ec2.send(new TerminateInstancesCommand({ InstanceIds: [box?.id ?? ''] }));
  const event = world
    .events('EC2 Instance State-change Notification')
    .slice(told)
    .find(({ detail }) => detail['state'] === 'shutting-down');
  if (event === undefined) throw new Error('AWS told nothing');
  return event;
}

scenario(91, 'launch: a CNAME to the public name; status and launch show it', async () => {
  const { world, launch, devbox } = await begin({ dns: route53 });
  const launched = await launch();
  expect(launched).toMatchObject({ code: 0, stderr: expect.stringContaining(`ws is reached as ${name}`) });
  expect(world.resolve(name)).toEqual([`CNAME ${address(world)}`]);
  expect((await devbox(['status', 'ws'])).stdout).toContain(name);
});

scenario(92, 'launch again: the label that was chosen once leads to the next box', async () => {
  const { world, launch, devbox } = await begin({ dns: route53 });
  await launch('dns_subdomain=My_Box');
  const before = address(world);
  expect(world.resolve('my-box.example.com')).toEqual([`CNAME ${before}`]);
  expect(await devbox(['terminate', 'ws'])).toMatchObject({ code: 0 });
  expect(world.resolve('my-box.example.com')).toEqual([]);
  expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
  expect(address(world)).not.toBe(before);
  expect(world.resolve('my-box.example.com')).toEqual([`CNAME ${address(world)}`]);
  expect(world.resolve(name)).toEqual([]);
});

scenario(93, 'terminate: the name is gone, the label stays', async () => {
  const { world, launch, devbox } = await begin({ dns: route53 });
  await launch();
  expect(await devbox(['terminate', 'ws'])).toMatchObject({ code: 0 });
  expect(world.resolve(name)).toEqual([]);
  expect(await world.row('ws')).toMatchObject({ Status: 'READY', CNAMEDomain: 'ws' });
  expect((await devbox(['status'])).stdout).not.toContain(name);
});

scenario(93, 'stop and start: the name goes with the address and comes with it', async () => {
  const { world, launch, devbox } = await begin({ dns: route53 });
  await launch();
  expect(await devbox(['stop', 'ws'])).toMatchObject({ code: 0 });
  expect(world.resolve(name)).toEqual([]);
  world.arrive();
  expect(await devbox(['start', 'ws'])).toMatchObject({ code: 0 });
  expect(world.resolve(name)).toEqual([`CNAME ${address(world)}`]);
});

scenario(
  94,
  'the function that saves runs before the one for names: the name goes all the same',
  async () => {
    const { world, launch } = await begin({ dns: route53 });
    await launch();
    const event = await endOutside(world);
    const acting = await deployed(world);
    await handleEvent(acting, 'create-snapshots', event);
    expect(await handleNames(acting, event)).toMatchObject({ kind: 'handled', did: [`${name}: removed`] });
    expect(world.resolve(name)).toEqual([]);
  },
);

scenario(95, 'the event of the box before comes late: the name of the next one stays', async () => {
  const { world, launch, devbox } = await begin({ dns: route53 });
  await launch();
  const event = await endOutside(world);
  for (let n = 0; n < 20 && (await world.row('ws'))?.['Status'] !== 'READY'; n++) await devbox(['reconcile']);
  expect(await devbox(['launch', 'ws'])).toMatchObject({ code: 0 });
  const acting = await deployed(world);
  for (const _ of [1, 2]) await handleNames(acting, event);
  expect(world.resolve(name)).toEqual([`CNAME ${address(world)}`]);
});

for (const [type, value] of [
  ['CNAME', 'elsewhere.example.org'],
  ['A', '192.0.2.1'],
  ['TXT', '"hello"'],
] as const)
  scenario(96, `somebody's ${type} at the name: refused before launch, and unchanged`, async () => {
    const { world, devbox } = await begin({ dns: route53 });
    world.addRecord('www.example.com', type, value);
    const answer = await devbox(['launch', 'www', ...firstLaunch(world), '--json']);
    expect(answer.code).toBe(2);
    expect(codeIn(answer.stderr)).toBe('dns/name-foreign');
    expect([launches(world), await world.row('www')]).toEqual([0, undefined]);
    const other = await devbox(['launch', 'ws', ...firstLaunch(world), 'dns_subdomain=www']);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('dns_subdomain=NAME') });
    expect(world.resolve('www.example.com')).toEqual([`${type} ${value}`]);
    expect(launches(world)).toBe(0);
  });

scenario(97, 'two projects of one label: the second is refused, and leaves nothing', async () => {
  const { world, devbox } = await begin({ dns: route53 });
  expect(await devbox(['launch', 'a--b', ...firstLaunch(world)])).toMatchObject({ code: 0 });
  expect(await devbox(['terminate', 'a--b'])).toMatchObject({ code: 0 });
  const second = await devbox(['launch', 'a-b', ...firstLaunch(world), '--json']);
  expect(codeIn(second.stderr)).toBe('dns/label-taken');
  expect([launches(world), await world.row('a-b')]).toEqual([1, undefined]);
  expect(await devbox(['launch', 'a-b', ...firstLaunch(world), 'dns_subdomain=b'])).toMatchObject({
    code: 0,
  });
  expect(world.resolve('b.example.com')).toEqual([`CNAME ${address(world, 'a-b')}`]);
});

scenario(98, 'a zone that the account writes Example.COM.', async () => {
  const { world, launch, devbox } = await begin({ dns: { provider: 'route53', zone: 'Example.COM.' } });
  expect(await launch()).toMatchObject({ code: 0 });
  expect(world.resolve(name)).toEqual([`CNAME ${address(world)}`]);
  await devbox(['terminate', 'ws']);
  expect(world.resolve(name)).toEqual([]);
});

for (const on of ['route53:*', 'ssm:GetParameter'])
  scenario(
    100,
    `${on} fails at launch: the box is up, with a warning; reconcile makes the name`,
    async () => {
      const { world, launch, devbox } = await begin({ dns: route53 });
      world.fault({
        on,
        times: Number.POSITIVE_INFINITY,
        fault: { kind: 'refuse', code: 'AccessDeniedException', status: 400 },
      });
      const launched = await launch();
      expect(launched).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/Warning|cannot be found out now/),
      });
      expect(world.resolve(name)).toEqual([]);
      expect(await world.row('ws')).toMatchObject({ Status: 'RUNNING', Dns: { pending: { label: 'ws' } } });
      world.faults.clear();
      expect(await devbox(['reconcile'])).toMatchObject({ code: 0 });
      expect(world.resolve(name)).toEqual([`CNAME ${address(world)}`]);
    },
  );

scenario(
  101,
  'the name cannot be taken away: the box ends all the same, and reconcile takes it away',
  async () => {
    const { world, launch, devbox } = await begin({ dns: route53 });
    await launch();
    world.fault({
      on: 'route53:ChangeResourceRecordSets',
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'refuse', code: 'InternalFailure', status: 400 },
    });
    const ended = await devbox(['terminate', 'ws']);
    expect(ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Could not change the DNS name'),
    });
    expect(await world.row('ws')).toMatchObject({ Status: 'READY' });
    world.faults.clear();
    expect(await devbox(['reconcile'])).toMatchObject({ code: 0 });
    expect(world.resolve(name)).toEqual([]);
  },
);

/** What an account says of names, and what a launch ends with. */
const wrongAccounts: readonly (readonly [
  string,
  Readonly<Record<string, string | undefined>>,
  string | undefined,
])[] = [
  ['an unknown provider', { 'dns/provider': 'gandi' }, 'dns/provider-unknown'],
  ['no zone', { 'dns/zone': undefined }, 'dns/zone-missing'],
  ['a zone that is not there', { 'dns/zone': 'example.net' }, 'dns/zone-not-found'],
  ['two public zones', { 'dns/zone': 'example.org' }, 'dns/zone-ambiguous'],
  ['no token', { 'dns/provider': 'cloudflare' }, 'dns/token-missing'],
  ['none', { 'dns/provider': 'none' }, undefined],
  ['nothing', { 'dns/provider': undefined }, undefined],
];
for (const [what, parameters, code] of wrongAccounts)
  scenario(102, `${what}: ${code ?? 'no name, and no word of it'}`, async () => {
    const { world, launch } = await begin({ dns: route53 });
    world.addZone('example.org');
    world.addZone('example.org');
    for (const [parameter, value] of Object.entries(parameters)) await world.setParameter(parameter, value);
    const answer = await launch('--json');
    expect([answer.code, codeIn(answer.stderr), launches(world)]).toEqual(
      code ? [2, code, 0] : [0, undefined, 1],
    );
    if (code === undefined) expect(answer.stderr).not.toMatch(/dns/i);
  });

scenario(103, '--no-assign-dns: nobody asks DNS, and nobody speaks of a name', async () => {
  const { world, launch } = await begin({ dns: route53 });
  const answer = await launch('--no-assign-dns');
  expect(answer.code).toBe(0);
  expect(askedForNames(world)).toEqual([]);
  expect(answer.stdout + answer.stderr).not.toMatch(/dns|example\.com/i);
});

for (const label of ['a.b', 'wörk'])
  scenario(10, `dns_subdomain=${label.slice(0, 8)} is refused before anything is asked for`, async () => {
    const { world, launch } = await begin({ dns: route53 });
    const answer = await launch(`dns_subdomain='${label}'`, '--json');
    expect([answer.code, codeIn(answer.stderr), launches(world)]).toEqual([2, 'dns/label-invalid', 0]);
    expect(await world.row('ws')).toBeUndefined();
  });

scenario(12, 'a whole name in an old row: the label of the project is used and stored', async () => {
  const { world, launch } = await begin({ dns: route53 });
  await world.putRow({
    project: 'ws',
    Status: 'READY',
    AMI: world.images.ubuntu,
    CNAMEDomain: 'old.example.com',
  });
  expect(await launch()).toMatchObject({ code: 0 });
  expect(world.resolve(name)).toEqual([`CNAME ${address(world)}`]);
  expect(await world.row('ws')).toMatchObject({ CNAMEDomain: 'ws' });
});

let cloudflare: FakeCloudflare | undefined;
afterEach(async () => {
  await cloudflare?.end();
  cloudflare = undefined;
});

scenario(104, 'Cloudflare: launch, stop, delete; the token is nowhere', async () => {
  cloudflare = await startFakeCloudflare();
  const { world, user, launch, devbox } = await begin({
    dns: { provider: 'cloudflare', zone: 'example.com', token: fakeToken },
  });
  cloudflare.addZone('example.com');
  const env = { DEVBOX_CLOUDFLARE_URL: cloudflare.url };
  const said: string[] = [];
  const told = async (running: ReturnType<ProjectUser['devbox']>) => {
    const answer = await running;
    said.push(answer.stdout, answer.stderr);
    return answer;
  };
  const words = ['launch', 'ws', ...firstLaunch(world), '--debug'];
  expect(await told(user.devbox(words, { env }))).toMatchObject({ code: 0 });
  expect(cloudflare.records('example.com')).toMatchObject([
    { name, content: address(world), ttl: 300, proxied: false },
  ]);
  expect(await told(devbox(['terminate', 'ws', '--debug'], { env }))).toMatchObject({ code: 0 });
  expect(cloudflare.records('example.com')).toEqual([]);
  cloudflare.fault({
    on: 'GET /zones',
    times: Number.POSITIVE_INFINITY,
    fault: { kind: 'refuse', status: 403, code: '9109', message: `Invalid access token ${fakeToken}` },
  });
  const refused = await told(user.devbox([...words, '--json'], { env }));
  expect([refused.code, codeIn(refused.stderr)]).toEqual([3, 'cloudflare/9109']);
  expect(said.join('')).not.toContain(fakeToken);
  expect(await launch('dns=false')).toMatchObject({ code: 0 });
});

scenario(105, 'delete-project: name and label go with it', async () => {
  const { world, launch, devbox } = await begin({ dns: route53 });
  await launch();
  await devbox(['terminate', 'ws']);
  expect(await devbox(['delete-project', 'ws', '--force'])).toMatchObject({ code: 0 });
  expect((await world.rows()).map(({ project }) => project)).toEqual([]);
});
