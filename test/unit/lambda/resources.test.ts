import { afterEach, describe, expect, test } from '@jest/globals';
import type { Provider } from '../../../src/providers/provider.ts';
import { type FakeLambda, type FakeLambdaOptions, startFakeLambda } from '../../support/fake-lambda/index.ts';
import { errorOf, open } from './open.ts';

let fake: FakeLambda;
afterEach(() => fake.stop());

/** All that Lambda Cloud has beside boxes; a facet that is missing fails the test. */
async function start(options: FakeLambdaOptions = {}) {
  fake = await startFakeLambda(options);
  const { provider } = await open({ base_url: fake.baseUrl });
  const { filesystems, firewall, audit, catalogue, rename, sshKeys } = provider;
  if (!filesystems || !firewall || !audit || !catalogue || !rename || !sshKeys?.generate)
    throw new Error('a facet is missing');
  return { provider, filesystems, firewall, audit, catalogue, rename, sshKeys, generate: sshKeys.generate };
}

const ssh = { protocol: 'tcp', ports: [22, 22], source: '0.0.0.0/0', description: 'SSH' } as const;
const ping = { protocol: 'icmp', ports: null, source: '10.0.0.0/8', description: '' } as const;

describe.each(['1.8.3', '1.10.0'] as const)('version %s of the API', (version) => {
  test('tells its regions', async () => {
    const { catalogue } = await start({ version });
    const names = (await catalogue.regions()).map(({ name }) => name).sort();
    expect(names).toEqual(['europe-central-1', 'us-east-3', 'us-west-1']);
  });

  test('tells audit events page by page, filtered, without secrets', async () => {
    const { audit } = await start({ version });
    const query = { start: '2026-03-02T00:00:00Z', end: null, resourceType: null, pageToken: null };
    const first = await audit.page(query);
    const second = await audit.page({ ...query, pageToken: first.next });
    expect([first, second].map(({ events, next }) => [events.map(({ action }) => action), next])).toEqual([
      [['launched', 'terminated'], 'page-2'],
      [['deleted', 'deleted'], null],
    ]);
    const keys = await audit.page({ ...query, start: null, resourceType: 'cloud.api_key' });
    expect(keys.events[0]).toMatchObject({ details: { name: 'ci', token: '[hidden]' }, apiKey: null });
  });
});

test('a filesystem is created, and deleted once no box uses it', async () => {
  const { filesystems, provider } = await start();
  const made = await filesystems.create({ name: 'data', region: 'us-east-3' });
  expect(made).toMatchObject({ name: 'data', region: 'us-east-3', inUse: false, bytesUsed: null });
  fake.addInstance({ file_system_names: ['data'] });
  expect((await errorOf(filesystems.remove(made))).code).toBe('filesystems/filesystem-in-use');
  const [box] = await provider.list();
  if (box) await provider.terminate(box, { purge: false });
  await filesystems.remove(made);
  expect((await filesystems.list()).map(({ name }) => name)).toEqual(['devbox', 'scratch']);
  expect((await errorOf(filesystems.create({ name: 'devbox', region: 'us-east-3' }))).code).toBe(
    'global/duplicate',
  );
});

test('rulesets are created, changed in part and deleted; the global one and the plain rules are replaced', async () => {
  const { firewall } = await start();
  const made = await firewall.create({ name: 'lab', region: 'us-east-3', rules: [ssh, ping] });
  expect(made.rules).toEqual([ssh, ping]);
  expect(await firewall.update(made, { name: 'lab-2' })).toMatchObject({ name: 'lab-2', rules: [ssh, ping] });
  expect(await firewall.update(made, { rules: [] })).toMatchObject({ name: 'lab-2', rules: [] });
  expect(await firewall.updateGlobal([ping])).toMatchObject({ id: 'global', region: '', rules: [ping] });
  expect(await firewall.global()).toMatchObject({ rules: [ping] });
  expect(await firewall.replaceRules([ssh])).toEqual([ssh]);
  expect(await firewall.rules()).toEqual([ssh]);
  await firewall.remove(made);
  expect((await errorOf(firewall.remove(made))).kind).toBe('not-found');
});

test('a ruleset that a box has stays', async () => {
  const { firewall } = await start();
  const [web] = await firewall.rulesets();
  fake.addInstance({ firewall_rulesets: [{ id: web?.id }] });
  const [used] = await firewall.rulesets();
  expect(used?.instanceIds).toEqual([fake.instances[0]?.id]);
  if (used)
    expect((await errorOf(firewall.remove(used))).code).toBe('firewall-rulesets/firewall-ruleset-in-use');
});

test('a pair of keys is made by the server', async () => {
  const { generate, sshKeys } = await start();
  const { key, privateKey } = await generate('made');
  expect(privateKey).toContain('OPENSSH PRIVATE KEY');
  expect(fake.sent('POST /ssh-keys')[0]?.body).toEqual({ name: 'made' });
  expect(await sshKeys.list()).toContainEqual(key);
});

test('a box is renamed by POST, and keeps its id', async () => {
  const { rename, provider } = await start();
  const { id } = fake.addInstance({ name: 'before' });
  const box = await provider.get(id);
  if (box) expect(await rename.rename(box, 'after')).toMatchObject({ id, name: 'after' });
  expect(await provider.get(id)).toMatchObject({ name: 'after' });
});

test('a lost answer to a rename leaves its outcome open', async () => {
  const { rename, provider } = await start({
    faults: [{ on: 'POST /instances/*', fault: { kind: 'drop-after' } }],
  });
  const box = await provider.get(fake.addInstance({ name: 'before' }).id);
  if (!box) throw new Error('the box is missing');
  expect(await errorOf(rename.rename(box, 'after'))).toMatchObject({
    kind: 'outcome-unknown',
    hint: expect.stringContaining(`inspect instance_identifier=${box.id}`),
  });
});

type Started = Awaited<ReturnType<typeof start>>;
const filesystem = {
  id: 'f1'.repeat(16),
  name: 'devbox',
  region: 'us-east-3',
  mountPoint: '/lambda/nfs/devbox',
  inUse: false,
  bytesUsed: null,
  createdAt: '',
  createdBy: '',
};
const ruleset = {
  id: 'b1'.repeat(16),
  name: 'web',
  region: 'us-east-3',
  createdAt: '',
  instanceIds: [],
  rules: [],
};

const changes: readonly [on: string, act: (started: Started) => Promise<unknown>][] = [
  ['POST /filesystems', ({ filesystems }) => filesystems.create({ name: 'data', region: 'us-east-3' })],
  ['DELETE /filesystems/*', ({ filesystems }) => filesystems.remove(filesystem)],
  [
    'POST /firewall-rulesets',
    ({ firewall }) => firewall.create({ name: 'x', region: 'us-east-3', rules: [] }),
  ],
  ['PATCH /firewall-rulesets/*', ({ firewall }) => firewall.update(ruleset, { rules: [] })],
  ['PATCH /firewall-rulesets/global', ({ firewall }) => firewall.updateGlobal([])],
  ['DELETE /firewall-rulesets/*', ({ firewall }) => firewall.remove(ruleset)],
  ['PUT /firewall-rules', ({ firewall }) => firewall.replaceRules([])],
  ['POST /ssh-keys', ({ generate }) => generate('made')],
];

test.each(changes)(
  'a lost answer to %s leaves its outcome open, and is not asked for again',
  async (on, act) => {
    const started = await start({ faults: [{ on, fault: { kind: 'drop-after' } }] });
    expect(await errorOf(act(started))).toMatchObject({
      kind: 'outcome-unknown',
      hint: expect.stringContaining('devbox '),
    });
    expect(fake.requests).toHaveLength(1);
  },
);

const wrongShapes: readonly [
  on: string,
  data: unknown,
  field: string,
  act: (provider: Provider) => unknown,
][] = [
  [
    'GET /regions',
    [{ name: 5 }],
    'data[0].name: should be a string, is a number',
    (p) => p.catalogue?.regions(),
  ],
  [
    'GET /firewall-rulesets/global',
    { id: 'global', rules: {} },
    'data.rules: should be a list, is an object',
    (p) => p.firewall?.global(),
  ],
  [
    'GET /firewall-rules',
    [{ protocol: 'tcp', port_range: ['22', 22] }],
    'data[0].port_range[0]: should be a number, is a string',
    (p) => p.firewall?.rules(),
  ],
  [
    'GET /audit-events',
    [{ event_id: 'a', event_time: 7 }],
    'data[0].event_time: should be a string, is a number',
    (p) => p.audit?.page({ start: null, end: null, resourceType: null, pageToken: null }),
  ],
];

test.each(wrongShapes)('a wrong type in %s is told with its field', async (on, data, field, act) => {
  const { provider } = await start({ faults: [{ on, fault: { kind: 'answer', json: { data } } }] });
  const error = await errorOf(Promise.resolve(act(provider)));
  expect(error).toMatchObject({ code: 'lambda/unexpected-answer', message: expect.stringContaining(field) });
  expect(error.message).toContain(on);
});
