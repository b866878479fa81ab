import { DescribeInstancesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { emptyDnsEntry, parseDnsEntry } from '../../../src/dns/entry.ts';
import { dnsLabel } from '../../../src/dns/label.ts';
import type { DnsPort } from '../../../src/dns/port.ts';
import { openDnsIn } from '../../support/aws/dns-user.ts';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { type StrictAws, startStrictAws, World } from '../../support/aws/strict/index.ts';
import { scenario } from '../../support/aws/strict/scenario.ts';
import { type FakeCloudflare, fakeToken, startFakeCloudflare } from '../../support/fake-cloudflare/index.ts';

const name = 'ws.example.com';
const label = dnsLabel('ws');

/** A machine as a launch asks for it. */
function machineOf({ deployment, images }: World, project: string): RunInstancesCommand {
  const tags = { Project: project, ManagedBy: 'devbox-cli', 'devbox:deployment': deployment.prefix };
  return new RunInstancesCommand({
    LaunchTemplate: { LaunchTemplateId: deployment.templateIds[0] ?? '', Version: '$Latest' },
    ImageId: images.ubuntu,
    InstanceType: 't3.micro',
    KeyName: deployment.keyPair,
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [
      { ResourceType: 'instance', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
    ],
  });
}

describe('names of boxes', () => {
  let aws: StrictAws;
  let world: World;
  let dns: DnsPort;
  /** The public names of two machines. */
  let first: string;
  let second: string;
  beforeAll(async () => {
    if (whyNoMoto() === undefined) aws = await startStrictAws();
  });
  afterAll(() => aws?.close());
  beforeEach(async () => {
    if (whyNoMoto() === undefined) await begin();
  });
  afterEach(() => world?.end());

  async function begin(zone = 'example.com'): Promise<void> {
    world = await World.make(aws, { dns: { provider: 'route53', zone } });
    dns = await openDnsIn(world);
    const { ec2 } = world.clients();
    for (const project of ['one', 'two']) await ec2.send(machineOf(world, project));
    world.arrive();
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const names = Reservations.flatMap(({ Instances = [] }) => Instances.map((it) => it.PublicDnsName ?? ''));
    [first = '', second = ''] = names;
  }

  /** A row as a launch has claimed it. */
  const claimed = (project: string, runId: string | null, rest: object = {}) =>
    world.putRow({
      project,
      Status: runId === null ? 'READY' : 'RUNNING',
      SchemaVersion: 2,
      ...(runId === null ? {} : { RunId: runId }),
      ...rest,
    });

  /** A launch, as far as names are concerned. */
  const launch = async (runId = 'r1', target: string | null = first, of = dns) => {
    const row = (await world.row('ws')) ?? {};
    await claimed('ws', runId, { Dns: row['Dns'], CNAMEDomain: row['CNAMEDomain'] });
    expect(await of.reserve({ project: 'ws', runId, label })).toEqual({ kind: 'reserved' });
    return of.set({ project: 'ws', runId, target });
  };

  const entry = async (project = 'ws') => parseDnsEntry((await world.row(project))?.['Dns']);
  const reservations = async () =>
    (await world.rows()).flatMap((row) =>
      String(row['project']).startsWith('#') ? [`${row['project']} ${row['Holder']}`] : [],
    );
  const changesOfNames = () =>
    world.calls.all().filter((call) => call.name === 'route53:ChangeResourceRecordSets');

  scenario(91, 'a launch makes a CNAME to the public name, for 300 seconds', async () => {
    expect(await dns.check({ label, entry: emptyDnsEntry })).toEqual({ kind: 'usable', name });
    expect(await launch()).toEqual({ kind: 'created', name });
    expect(world.resolve(name)).toEqual([`CNAME ${first}`]);
    const [call] = changesOfNames();
    expect(JSON.stringify(call?.params)).toContain('300');
    expect(await world.row('ws')).toMatchObject({ CNAMEDomain: 'ws', Dns: { pending: null } });
  });

  scenario(91, 'the same once more changes nothing', async () => {
    await launch();
    expect(await dns.set({ project: 'ws', runId: 'r1', target: first })).toEqual({ kind: 'unchanged', name });
    expect(changesOfNames()).toHaveLength(1);
  });

  scenario(92, 'the next run points the same name at its own instance', async () => {
    await launch();
    expect(await dns.check({ label, entry: await entry() })).toEqual({ kind: 'usable', name });
    expect(await launch('r2', second)).toEqual({ kind: 'updated', name });
    expect(world.resolve(name)).toEqual([`CNAME ${second}`]);
    expect((await entry()).claims).toMatchObject([{ runId: 'r2' }]);
  });

  scenario(93, 'the end of a run takes the name away and leaves the label', async () => {
    await launch();
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toEqual([{ kind: 'removed', name }]);
    expect(world.resolve(name)).toEqual([]);
    expect(await world.row('ws')).toMatchObject({ CNAMEDomain: 'ws', Dns: { claims: [], pending: null } });
    expect(await reservations()).toEqual(['#label/ws ws']);
  });

  scenario(94, 'the name goes though the row says nothing of the run any more', async () => {
    await launch();
    const { Dns: kept, CNAMEDomain } = (await world.row('ws')) ?? {};
    await claimed('ws', null, { Dns: kept, CNAMEDomain });
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toEqual([{ kind: 'removed', name }]);
    expect(world.resolve(name)).toEqual([]);
  });

  scenario(95, 'a late end of the run before leaves the new name', async () => {
    await launch();
    await launch('r2', second);
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toEqual([]);
    expect(world.resolve(name)).toEqual([`CNAME ${second}`]);
  });

  scenario(95, 'and so it does where the new name is not made yet', async () => {
    await launch();
    await launch('r2', null);
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toEqual([{ kind: 'removed', name }]);
    expect(await dns.set({ project: 'ws', runId: 'r2', target: second })).toEqual({ kind: 'created', name });
    expect(world.resolve(name)).toEqual([`CNAME ${second}`]);
  });

  for (const [type, value, found] of [
    ['CNAME', 'elsewhere.example.org', 'CNAME to elsewhere.example.org'],
    ['A', '192.0.2.1', 'A'],
    ['TXT', '"hello"', 'TXT'],
  ] as const) {
    scenario(96, `a name with somebody's ${type} is refused before launch and never changed`, async () => {
      world.addRecord(name, type, value);
      const before = world.resolve(name);
      expect(await dns.check({ label, entry: emptyDnsEntry })).toMatchObject({
        kind: 'foreign',
        name,
        error: {
          kind: 'usage',
          code: 'dns/name-foreign',
          details: expect.arrayContaining([{ label: 'Found', value: found }]),
        },
      });
      expect(await launch()).toMatchObject({ kind: 'refused', name });
      expect(await entry()).toMatchObject({ pending: { runId: 'r1', label: 'ws' } });
      await dns.drop({ project: 'ws', runId: 'r1' });
      expect(world.resolve(name)).toEqual(before);
      expect(changesOfNames()).toEqual([]);
    });
  }

  scenario(96, 'a name that somebody has pointed elsewhere is left', async () => {
    await launch();
    world.addRecord(name, 'CNAME', 'elsewhere.example.org');
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toEqual([
      { kind: 'left', name, found: 'CNAME to elsewhere.example.org' },
    ]);
    expect(world.resolve(name)).toEqual(['CNAME elsewhere.example.org']);
  });

  for (const [one, two] of [
    ['Foo', 'foo'],
    ['a--b', 'a-b'],
  ] as const) {
    scenario(97, `${one} and ${two} cannot both have the label`, async () => {
      await claimed(one, 'r1');
      await claimed(two, 'r2');
      expect(await dns.reserve({ project: one, runId: 'r1', label: dnsLabel(one) })).toEqual({
        kind: 'reserved',
      });
      expect(await dns.reserve({ project: two, runId: 'r2', label: dnsLabel(two) })).toMatchObject({
        kind: 'taken',
        by: one,
        error: { kind: 'usage', code: 'dns/label-taken' },
      });
      expect(await dns.reserve({ project: one, runId: 'r1', label: dnsLabel(one) })).toEqual({
        kind: 'reserved',
      });
      expect((await entry(two)).pending).toBeNull();
    });
  }

  scenario(97, 'of two that reserve at once, one gets it', async () => {
    await claimed('Foo', 'r1');
    await claimed('foo', 'r2');
    const answers = await Promise.all([
      dns.reserve({ project: 'Foo', runId: 'r1', label: dnsLabel('foo') }),
      dns.reserve({ project: 'foo', runId: 'r2', label: dnsLabel('foo') }),
    ]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['reserved', 'taken']);
  });

  scenario(97, 'a label that a removed project left behind is free', async () => {
    await launch();
    await world.deleteRow('ws');
    await claimed('WS', 'r9');
    expect(await dns.reserve({ project: 'WS', runId: 'r9', label })).toEqual({ kind: 'reserved' });
    expect(await reservations()).toEqual(['#label/ws WS']);
  });

  scenario(97, 'a project that takes another label gives the first one free', async () => {
    await launch();
    await dns.drop({ project: 'ws', runId: 'r1' });
    const { Dns: kept, CNAMEDomain } = (await world.row('ws')) ?? {};
    await claimed('ws', 'r2', { Dns: kept, CNAMEDomain });
    await dns.reserve({ project: 'ws', runId: 'r2', label: dnsLabel('box') });
    expect(await dns.set({ project: 'ws', runId: 'r2', target: second })).toEqual({
      kind: 'created',
      name: 'box.example.com',
    });
    expect(await world.row('ws')).toMatchObject({ CNAMEDomain: 'box' });
    expect(await reservations()).toEqual(['#label/box ws']);
  });

  scenario(97, 'a launch that came to nothing leaves the label as it was', async () => {
    await launch();
    await dns.drop({ project: 'ws', runId: 'r1' });
    const { Dns: kept, CNAMEDomain } = (await world.row('ws')) ?? {};
    await claimed('ws', 'r2', { Dns: kept, CNAMEDomain });
    await dns.reserve({ project: 'ws', runId: 'r2', label: dnsLabel('box') });
    expect(await dns.drop({ project: 'ws', runId: 'r2' })).toEqual([]);
    expect(await world.row('ws')).toMatchObject({ CNAMEDomain: 'ws', Dns: { pending: null } });
    expect(await reservations()).toEqual(['#label/ws ws']);
  });

  scenario(98, 'a zone written Example.COM. works', async () => {
    world.end();
    await begin('Example.COM.');
    expect(await launch()).toEqual({ kind: 'created', name });
    expect(await dns.set({ project: 'ws', runId: 'r1', target: `${second.toUpperCase()}.` })).toEqual({
      kind: 'updated',
      name,
    });
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toEqual([{ kind: 'removed', name }]);
    expect(world.resolve(name)).toEqual([]);
  });

  scenario(98, 'what somebody changed of ours beside its target is deleted as it is', async () => {
    await launch();
    world.addRecord(name, 'CNAME', `${first}.`, 60);
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toEqual([{ kind: 'removed', name }]);
    expect(world.resolve(name)).toEqual([]);
  });

  scenario(99, 'a text at the name is no CNAME of ours', async () => {
    await launch();
    await dns.drop({ project: 'ws', runId: 'r1' });
    await launch('r2', null);
    world.addRecord(name, 'TXT', '"hello"');
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toEqual([]);
    expect(await dns.set({ project: 'ws', runId: 'r2', target: second })).toMatchObject({ kind: 'refused' });
    expect(await dns.drop({ project: 'ws', runId: 'r2' })).toEqual([{ kind: 'absent', name }]);
    expect(world.resolve(name)).toEqual(['TXT "hello"']);
  });

  scenario(99, 'a name in the alphabet after ours is not ours', async () => {
    world.addRecord('ws-2.example.com', 'CNAME', first);
    world.addRecord('a.ws.example.com', 'CNAME', first);
    await launch();
    await dns.drop({ project: 'ws', runId: 'r1' });
    expect(world.resolve('ws-2.example.com')).toEqual([`CNAME ${first}`]);
    expect(world.resolve('a.ws.example.com')).toEqual([`CNAME ${first}`]);
  });

  for (const on of ['route53:*', 'ssm:*'])
    scenario(100, `a launch while ${on} fails leaves a wish, which settling fulfils`, async () => {
      world.fault({ on, times: 3, fault: { kind: 'throttle' } });
      expect(await dns.check({ label, entry: emptyDnsEntry })).toMatchObject({ kind: 'failing' });
      expect(await launch()).toMatchObject({ kind: 'failed' });
      expect((await entry()).pending).toMatchObject({ runId: 'r1', label: 'ws' });
      expect(await dns.settle('ws', { runId: 'r1', target: first })).toMatchObject({
        set: { kind: 'failed' },
      });
      expect(await dns.settle('ws', { runId: 'r1', target: first })).toEqual({
        set: { kind: 'created', name },
        dropped: [],
      });
      expect(world.resolve(name)).toEqual([`CNAME ${first}`]);
      expect(await dns.settle('ws', { runId: 'r1', target: first })).toEqual({ set: null, dropped: [] });
    });

  scenario(101, 'a name that could not be taken away stays known until it is', async () => {
    await launch();
    world.fault({
      on: 'route53:ChangeResourceRecordSets',
      fault: { kind: 'refuse', code: 'InternalFailure', status: 500 },
    });
    expect(await dns.drop({ project: 'ws', runId: 'r1' })).toMatchObject([{ kind: 'failed', name }]);
    expect((await entry()).claims).toHaveLength(1);
    expect(await dns.settle('ws', null)).toEqual({ set: null, dropped: [{ kind: 'removed', name }] });
    expect(world.resolve(name)).toEqual([]);
  });

  scenario(101, 'a name in a zone that is no longer the one configured is taken away there', async () => {
    await launch();
    world.addZone('example.net');
    await world.setParameter('dns/zone', 'example.net');
    const later = await openDnsIn(world);
    expect(await later.drop({ project: 'ws', runId: 'r1' })).toEqual([{ kind: 'removed', name }]);
    await world.setParameter('dns/provider', 'none');
    expect(world.resolve(name)).toEqual([]);
  });

  scenario(102, 'four errors of the configuration are four, and none and nothing are silent', async () => {
    const codes: string[] = [];
    const told = async () => {
      const state = await (await openDnsIn(world)).state();
      if (state.kind === 'misconfigured') codes.push(state.error.code);
      return state.kind;
    };
    await world.setParameter('dns/provider', 'gandi');
    await told();
    await world.setParameter('dns/provider', 'route53');
    await world.setParameter('dns/zone', undefined);
    await told();
    await world.setParameter('dns/zone', 'example.net');
    await told();
    world.addZone('example.net', true);
    await told();
    world.addZone('example.net');
    expect(await told()).toBe('ready');
    world.addZone('example.net');
    await told();
    await world.setParameter('dns/provider', 'cloudflare');
    await told();
    expect(codes).toEqual([
      'dns/provider-unknown',
      'dns/zone-missing',
      'dns/zone-not-found',
      'dns/zone-not-found',
      'dns/zone-ambiguous',
      'dns/token-missing',
    ]);
    await world.setParameter('dns/provider', 'none');
    expect(await told()).toBe('off');
    await world.setParameter('dns/provider', undefined);
    expect(await told()).toBe('off');
  });

  scenario(103, 'a run without a name is never given one', async () => {
    await claimed('ws', 'r1', { CNAMEDomain: 'ws', Dns: { version: 3, claims: [], pending: null } });
    expect(await dns.set({ project: 'ws', runId: 'r1', target: first })).toEqual({ kind: 'unwanted' });
    expect(await dns.settle('ws', { runId: 'r1', target: first })).toEqual({ set: null, dropped: [] });
    expect(world.calls.all().filter((call) => /^(?:route53|ssm):/.test(call.name))).toEqual([]);
  });

  describe('with Cloudflare', () => {
    let cloudflare: FakeCloudflare;
    beforeEach(async () => {
      cloudflare = await startFakeCloudflare();
    });
    afterEach(() => cloudflare.end());

    scenario(104, 'a whole life of a name with Cloudflare', async () => {
      cloudflare.addZone('example.com');
      await world.setParameter('dns/provider', 'Cloudflare');
      await world.setParameter('secrets/cloudflare/apiToken', fakeToken);
      const there = await openDnsIn(world, { cloudflareUrl: cloudflare.url });
      expect(await launch('r1', first, there)).toEqual({ kind: 'created', name });
      const [made] = cloudflare.records('example.com');
      expect((await entry()).claims).toMatchObject([{ provider: 'cloudflare', recordId: made?.id }]);
      expect(await launch('r2', second, there)).toEqual({ kind: 'updated', name });
      expect(await there.drop({ project: 'ws', runId: 'r1' })).toEqual([]);
      expect(await there.drop({ project: 'ws', runId: 'r2' })).toEqual([{ kind: 'removed', name }]);
      expect(cloudflare.records('example.com')).toEqual([]);
      expect(world.calls.all().filter((call) => call.name.startsWith('route53:'))).toEqual([]);
    });

    scenario(104, 'a token that is gone keeps the name known', async () => {
      cloudflare.addZone('example.com');
      await world.setParameter('dns/provider', 'cloudflare');
      await world.setParameter('secrets/cloudflare/apiToken', fakeToken);
      const url = { cloudflareUrl: cloudflare.url };
      await launch('r1', first, await openDnsIn(world, url));
      await world.setParameter('secrets/cloudflare/apiToken', undefined);
      expect(await (await openDnsIn(world, url)).drop({ project: 'ws', runId: 'r1' })).toMatchObject([
        { kind: 'failed', error: { code: 'dns/token-missing' } },
      ]);
      expect((await entry()).claims).toHaveLength(1);
    });
  });

  scenario(93, 'a stopped box has no name, and has it again once it is started', async () => {
    await launch();
    expect(await dns.set({ project: 'ws', runId: 'r1', target: null })).toEqual({
      kind: 'no-target',
      dropped: [{ kind: 'removed', name }],
    });
    expect(world.resolve(name)).toEqual([]);
    expect(await dns.settle('ws', { runId: 'r1', target: second })).toMatchObject({
      set: { kind: 'created' },
    });
    expect(world.resolve(name)).toEqual([`CNAME ${second}`]);
  });

  scenario(93, 'an address that changed is followed', async () => {
    await launch();
    expect(await dns.settle('ws', { runId: 'r1', target: second })).toMatchObject({
      set: { kind: 'updated' },
    });
    expect(await dns.settle('ws', { runId: 'r1', target: null })).toMatchObject({
      set: { kind: 'no-target' },
    });
    expect(world.resolve(name)).toEqual([]);
  });

  scenario(120, 'a name that the first deployments made is ours once its box is seen running', async () => {
    world.addRecord(name, 'CNAME', first);
    await world.putRow({ project: 'ws', Status: 'RUNNING', CNAMEDomain: 'ws', InstanceId: 'i-0aaa' });
    const run = { runId: 'legacy-i-0aaa', target: first };
    expect(await dns.settle('ws', run)).toEqual({ set: { kind: 'unchanged', name }, dropped: [] });
    expect(await reservations()).toEqual(['#label/ws ws']);
    expect(await dns.settle('ws', null)).toEqual({ set: null, dropped: [{ kind: 'removed', name }] });
    expect(world.resolve(name)).toEqual([]);
  });

  scenario(120, 'and one that they did not make for it is not', async () => {
    world.addRecord(name, 'CNAME', second);
    await world.putRow({ project: 'ws', Status: 'RUNNING', CNAMEDomain: 'ws', InstanceId: 'i-0aaa' });
    const run = { runId: 'legacy-i-0aaa', target: first };
    expect(await dns.settle('ws', run)).toEqual({ set: { kind: 'unwanted' }, dropped: [] });
    expect(await dns.settle('ws', run)).toEqual({ set: null, dropped: [] });
    expect(await dns.settle('ws', null)).toEqual({ set: null, dropped: [] });
    expect(world.resolve(name)).toEqual([`CNAME ${second}`]);
  });

  scenario(12, 'a whole name in the place of a label is no label', async () => {
    await world.putRow({ project: 'ws', Status: 'RUNNING', CNAMEDomain: name, InstanceId: 'i-0aaa' });
    expect(await dns.settle('ws', { runId: 'legacy-i-0aaa', target: first })).toEqual({
      set: null,
      dropped: [],
    });
  });

  scenario(105, 'a project that goes takes its name and its label along', async () => {
    await launch();
    expect(await dns.forget('ws')).toEqual([{ kind: 'removed', name }]);
    expect(world.resolve(name)).toEqual([]);
    expect(await reservations()).toEqual([]);
  });

  scenario(105, 'a project goes though its name cannot be looked at any more, which is said', async () => {
    await launch();
    await world.setParameter('dns/provider', 'none');
    world.account.zones.all.clear();
    expect(await (await openDnsIn(world)).forget('ws')).toMatchObject([
      { kind: 'left', name, found: expect.stringMatching(/cannot be looked at .*no public zone/) },
    ]);
    expect(await reservations()).toEqual([]);
  });

  scenario(105, 'and not while it only cannot be taken away now', async () => {
    await launch();
    world.fault({ on: 'route53:*', fault: { kind: 'throttle' } });
    expect(await dns.forget('ws')).toMatchObject([{ kind: 'failed', name }]);
    expect(await reservations()).toEqual(['#label/ws ws']);
    expect(await dns.forget('ws')).toEqual([{ kind: 'removed', name }]);
  });

  scenario(101, 'a run that ends while its name is being made leaves no name', async () => {
    await claimed('ws', 'r1');
    await dns.reserve({ project: 'ws', runId: 'r1', label });
    world.fault({ on: 'route53:ChangeResourceRecordSets', fault: { kind: 'delay', milliseconds: 400 } });
    const setting = dns.set({ project: 'ws', runId: 'r1', target: first });
    while (changesOfNames().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await dns.drop({ project: 'ws', runId: 'r1' });
    expect(await setting).toEqual({ kind: 'superseded' });
    expect(world.resolve(name)).toEqual([]);
  });

  scenario(92, 'two who set a name at once set it once', async () => {
    await claimed('ws', 'r1');
    await dns.reserve({ project: 'ws', runId: 'r1', label });
    const other = await openDnsIn(world);
    const run = { project: 'ws', runId: 'r1', target: first };
    const kinds = (await Promise.all([dns.set(run), other.set(run)])).map(({ kind }) => kind);
    expect(kinds.every((kind) => kind === 'created' || kind === 'unchanged')).toBe(true);
    expect(world.resolve(name)).toEqual([`CNAME ${first}`]);
    expect(await entry()).toMatchObject({ pending: null, claims: [{ runId: 'r1' }] });
  });

  scenario(
    101,
    'killed after any call of a life: settling makes the names what they should be',
    async () => {
      const user = 'AKIAUSER';
      for (let k = 1; ; k++) {
        await begin();
        const mortal = await openDnsIn(world, { accessKey: user });
        await claimed('ws', 'r1');
        world.fault({ by: user, first: k, fault: { kind: 'die-after' } });
        let hasEnded = false;
        const life = async () => {
          await mortal.reserve({ project: 'ws', runId: 'r1', label });
          await mortal.set({ project: 'ws', runId: 'r1', target: first });
          hasEnded = true;
          await mortal.drop({ project: 'ws', runId: 'r1' });
        };
        await life().catch(() => undefined);
        if (!world.faults.died) {
          world.faults.clear();
          break;
        }
        world.faults.revive();
        const healer = await openDnsIn(world);
        if (!hasEnded || world.resolve(name).length > 0) {
          await healer.settle('ws', { runId: 'r1', target: first });
          const { claims, pending } = await entry();
          expect(pending).toBeNull();
          expect(world.resolve(name)).toEqual(claims.map(({ target }) => `CNAME ${target}`));
        }
        await healer.settle('ws', null);
        expect(world.resolve(name)).toEqual([]);
        expect(await entry()).toMatchObject({ claims: [], pending: null });
      }
      world.faults.clear();
    },
    180_000,
  );
});
