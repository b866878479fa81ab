import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BinResult } from '../support/bin.ts';
import type { FakeLambdaOptions } from '../support/fake-lambda/index.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let user: LambdaUser;

const restart = async (options: FakeLambdaOptions): Promise<void> => {
  await user.end();
  user = await lambdaUser(options);
};
beforeEach(async () => {
  user = await lambdaUser();
});
afterEach(() => user.end());

const run = (...argv: string[]): Promise<BinResult> => user.devbox(argv);

async function json(...argv: string[]) {
  const { code, stdout, stderr } = await run(...argv, '--json');
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

describe('regions', () => {
  it.each([['regions'], ['list', 'regions'], ['command=list', 'resource=regions']])(
    '%s %s',
    async (...argv) => {
      expect((await run(...argv)).stdout).toBe(
        [
          'NAME              DESCRIPTION',
          'europe-central-1  Germany',
          'us-east-3         Washington, D.C., USA',
          'us-west-1         California, USA',
          '',
          '3 regions',
          '',
        ].join('\n'),
      );
    },
  );

  it('are gathered where the API cannot list them', async () => {
    await restart({ version: '1.8.3' });
    expect((await run('regions', '-q')).stdout).toBe('europe-central-1\nus-east-3\nus-west-1\n');
  });

  it('stand beside types and images as commands', async () => {
    expect((await run('instance-types', '-q')).stdout).toContain('gpu_1x_gh200');
    expect((await json('images')).length).toBeGreaterThan(0);
  });
});

describe('filesystems', () => {
  it('are made, listed and deleted', async () => {
    const made = await json('filesystems', 'create', 'data', '--region', 'us-east-3');
    expect(made).toMatchObject({ name: 'data', region: 'us-east-3', is_in_use: false });
    expect((await run('filesystems', 'ls', '-q')).stdout).toBe('data\ndevbox\nscratch\n');
    expect(await json('filesystems', 'rm', 'data')).toEqual({ id: made.id, name: 'data', action: 'deleted' });
    expect((await run('filesystems', '-q')).stdout).toBe('devbox\nscratch\n');
  });

  it('are not deleted by a part of their id, nor while they are in use', async () => {
    const part = await run('filesystems', 'rm', 'f1f1f1f1');
    expect([part.code, part.stderr]).toEqual([2, expect.stringContaining(`filesystem=${'f1'.repeat(16)}`)]);
    const used = await run('filesystems', 'rm', 'scratch');
    expect([used.code, used.stderr]).toEqual([1, expect.stringContaining('filesystems/filesystem-in-use')]);
    expect((await run('filesystems', 'rm', 'nothing')).code).toBe(4);
  });

  it('have names and regions', async () => {
    const wrong = await run('filesystems', 'create', '1st', '--region', 'us-east-3');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('a letter first')]);
    expect((await run('filesystems', 'create', 'data')).code).toBe(2);
    expect(user.fake.sent('POST /filesystems')).toEqual([]);
  });
});

describe('firewall', () => {
  it('makes, changes and deletes rulesets, and lists them after the global one', async () => {
    const made = await json(
      ...['firewall', 'create', 'lab', '--region', 'us-east-3'],
      ...['--rule', 'tcp:8000-8100:10.0.0.0/8:Web: here', '--rule', 'icmp'],
    );
    expect(made.rules).toEqual([
      { protocol: 'tcp', port_range: [8000, 8100], source_network: '10.0.0.0/8', description: 'Web: here' },
      { protocol: 'icmp', port_range: null, source_network: '0.0.0.0/0', description: '' },
    ]);
    const renamed = await json('firewall', 'update', 'lab', '--name', 'lab-2');
    expect(renamed).toEqual({ ...made, name: 'lab-2' });
    expect((await json('firewall', 'update', 'lab-2', 'rules=[tcp:22]')).rules).toHaveLength(1);
    expect((await run('firewall', '-q')).stdout).toBe(`global\n${made.id}\n${'b1'.repeat(16)}\n`);
    expect((await run('firewall', 'rm', 'lab-2')).code).toBe(0);
    expect(await json('list', 'firewall_rulesets')).toHaveLength(1);
  });

  it('changes the global ruleset, which has no other name and no end', async () => {
    expect((await run('firewall', 'info', 'global')).stdout).toMatch(/Region: {2}all\n[\s\S]*tcp +22 /);
    expect((await json('firewall', 'update', 'global', '--rule', 'udp:53')).rules).toHaveLength(1);
    expect((await run('firewall', 'rm', 'global')).code).toBe(2);
    expect((await run('firewall', 'update', 'global', '--name', 'x')).code).toBe(2);
    expect((await run('firewall', 'update', 'web')).stderr).toContain('nothing is to be changed');
  });

  it('replaces the rules of the account', async () => {
    expect((await run('firewall', 'rules')).stdout).toContain('icmp');
    expect(await json('firewall', 'rules', 'set', 'rules=[tcp:22:1.2.3.4]')).toEqual([
      { protocol: 'tcp', port_range: [22, 22], source_network: '1.2.3.4', description: '' },
    ]);
    expect((await run('firewall', 'rules', '-q')).stdout).toBe('tcp:22-22:1.2.3.4\n');
  });

  it('adds and removes single rules, and leaves the others', async () => {
    const sources = async (...words: string[]) =>
      (await json('firewall', ...words)).rules.map(
        (rule: { port_range: number[] | null }) => rule.port_range,
      );
    expect(await sources('update', 'web', '--add-rule', 'tcp:443::HTTPS', '--remove-rule', 'icmp')).toEqual([
      [22, 22],
      [8000, 8100],
      [443, 443],
    ]);
    expect(await sources('update', 'global', 'add_rules=[udp:53]')).toEqual([
      [22, 22],
      [53, 53],
    ]);
    expect((await run('firewall', 'rules', 'add', '--rule', 'tcp:22:1.2.3.4', '-q')).stdout).toBe(
      'icmp:0.0.0.0/0\ntcp:22-22:1.2.3.4\n',
    );
    expect((await run('firewall', 'rules', 'rm', '--rule', 'tcp:22:1.2.3.4/32', '-q')).stdout).toBe(
      'icmp:0.0.0.0/0\n',
    );
  });

  it('changes nothing where there is nothing to add or no such rule to remove', async () => {
    expect((await run('firewall', 'update', 'web', '--add-rule', 'tcp:22')).code).toBe(0);
    const none = await run('firewall', 'update', 'web', '--add-rule', 'tcp:1', '--remove-rule', 'tcp:23');
    expect([none.code, none.stderr]).toEqual([4, expect.stringMatching(/There is[\s\S]*no rule tcp:23-23/)]);
    expect((await run('firewall', 'rules', 'rm', '--rule', 'tcp:23')).code).toBe(4);
    const both = await run('firewall', 'update', 'web', '--add-rule', 'tcp:1', '--rule', 'tcp:23');
    expect(both.code).toBe(2);
    expect(user.fake.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each([
    ['ssh:22', 'such as tcp:22'],
    ['tcp:0', 'ports from 1 to 65535'],
    ['tcp:99-22', 'upwards: 22-99'],
    ['tcp:22:10.0.0.0/40', 'IPv4'],
    ['tcp:22:300.0.0.1', 'IPv4'],
    ['icmp:22', 'IPv4'],
  ])('refuses the rule %s', async (rule, said) => {
    const refused = await run('firewall', 'update', 'web', '--rule', rule);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(user.fake.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('takes rules as the mappings that --json prints', async () => {
    const { rules } = await json('firewall', 'info', 'web');
    // Keys stand without quotes in the grammar of overrides.
    const flow = JSON.stringify(rules).replaceAll(/"(\w+)":/g, '$1:');
    expect((await json('firewall', 'update', 'web', `rules=${flow}`)).rules).toEqual(rules);
  });
});

describe('audit', () => {
  it('lists one page and says how to go on', async () => {
    const first = await run('audit', '--json');
    expect(JSON.parse(first.stdout)).toHaveLength(2);
    expect(first.stderr).toContain('page_token=page-2');
    expect(first.stdout).not.toContain('not-for-anybody');
    const second = await run('audit', 'page_token=page-2', '-q');
    expect(second.stdout.trim().split('\n')).toHaveLength(2);
  });

  it.each(['1.8.3', '1.10.0'] as const)('reads all pages with filters (%s)', async (version) => {
    await restart({ version });
    expect(await json('audit', 'pages=null')).toHaveLength(5);
    const some = await run(
      'audit',
      '--start',
      '2026-03-02T00:00:00Z',
      '--end',
      '2026-03-04T00:00:00Z',
      'pages=9',
    );
    expect(some.stdout).toMatch(
      /cloud instance launched\n[\s\S]*cloud instance terminated\n[\s\S]*2 events\n$/,
    );
    expect(await json('audit', '--resource-type', 'cloud.ssh_key')).toHaveLength(1);
    expect(await json('audit', '--start', '1m')).toEqual([]);
    expect((await run('audit', '--start', 'yesterday')).code).toBe(2);
  });
});

describe('a key that the server makes', () => {
  const add = ['ssh-keys', 'add', 'made', '--generate', '--private-key-file'];

  it('goes to a file for the user alone, and nowhere else', async () => {
    const made = await run(...add, 'keys.pem', '--debug');
    expect(made.code).toBe(0);
    expect(made.stdout + made.stderr).not.toContain('only-in-a-file');
    const file = join(user.home.path, 'keys.pem');
    expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\nonly-in-a-file-made\n/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await json('ssh-keys')).toContainEqual(expect.objectContaining({ name: 'made' }));
  });

  it('is not made where the file is there, where it cannot be, or where it is not named', async () => {
    writeFileSync(join(user.home.path, 'keys.pem'), 'mine');
    for (const file of ['keys.pem', 'no/such/folder/key']) {
      expect((await run(...add, file)).code).toBe(2);
    }
    expect((await run(...add.slice(0, -1))).code).toBe(2);
    expect(readFileSync(join(user.home.path, 'keys.pem'), 'utf8')).toBe('mine');
    expect(user.fake.requests).toEqual([]);
  });

  it('leaves no file where the server refuses', async () => {
    const refused = await run('ssh-keys', 'add', 'default', '--generate', '--private-key-file', 'key');
    expect(refused.code).toBe(1);
    expect(existsSync(join(user.home.path, 'key'))).toBe(false);
  });
});

describe('rename', () => {
  const up = [
    'up',
    'region=us-east-3',
    'instance_type=gpu_1x_gh200',
    'ssh_key_name=default',
    'cloud_init.enabled=false',
  ];

  it('keeps box, lease and ssh together', async () => {
    await run(...up, 'instance_name=before', 'wait_after_launch=true', 'wait.poll_interval=0.01');
    const entries = join(user.home.path, '.ssh', 'config.d');
    expect(existsSync(join(entries, 'before'))).toBe(true);
    const box = await json('rename', 'before', 'after');
    expect(box).toMatchObject({ name: 'after' });
    expect([existsSync(join(entries, 'before')), existsSync(join(entries, 'after'))]).toEqual([false, true]);
    // The old name is free: it is no second name of the same box.
    await run(...up, 'instance_name=before');
    expect(await json('list')).toHaveLength(2);
    expect((await json('down', 'after')).id).toBe(box.id);
  });

  it('gives no box the name of another', async () => {
    user.fake.addInstance({ name: 'one' });
    user.fake.addInstance({ name: 'two' });
    const taken = await run('rename', 'one', 'two');
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('is the name of another box')]);
    expect((await run('rename', 'one', '../x')).code).toBe(2);
  });

  it('is said to be missing elsewhere', async () => {
    const local = await user.home.run(['rename', 'one', 'two', 'api=local']);
    expect([local.code, local.stderr]).toEqual([2, expect.stringContaining('api=lambda has')]);
  });
});

it('all that can be listed is the same from both versions of the API, and from types as a list', async () => {
  const resources = ['instances', 'instance_types', 'images', 'filesystems', 'ssh_keys', 'firewall_rulesets'];
  const seen = async (options: FakeLambdaOptions): Promise<unknown[]> => {
    await restart(options);
    user.fake.addInstance({ name: 'one' });
    const lists: unknown[] = [await json('audit', 'pages=null'), await json('firewall', 'rules')];
    for (const resource of resources) lists.push(await json('list', resource, 'available_only=false'));
    const names = (await json('regions')).map(({ name }: { name: string }) => name);
    return [...lists, names.sort()];
  };
  const newer = await seen({ version: '1.10.0' });
  expect(newer.every((list) => Array.isArray(list) && list.length > 0)).toBe(true);
  expect(await seen({ version: '1.8.3', typesAsList: true, checkSpec: false })).toEqual(newer);
});

describe('several boxes', () => {
  const several = ['one', 'two', 'three'];
  beforeEach(() => {
    for (const name of several) user.fake.addInstance({ name });
  });
  const sent = (what: string) => user.fake.sent(`POST /instance-operations/${what}`).map(({ body }) => body);
  const ids = () => user.fake.instances.map(({ id }) => id);

  it('are restarted and ended with one request each, found in one list', async () => {
    expect(await json('restart', ...several)).toHaveLength(3);
    expect(await json('down', ...several, 'one')).toHaveLength(3);
    expect([sent('restart'), sent('terminate')]).toEqual([
      [{ instance_ids: ids() }],
      [{ instance_ids: ids() }],
    ]);
    expect(user.fake.sent('GET /instances')).toHaveLength(2);
    expect(user.fake.instances.every(({ terminated }) => terminated)).toBe(true);
    const cards = (await run('down', ...several)).stdout;
    expect(cards.match(/billed until/g)).toHaveLength(1);
  });

  it('of which one is gone by then are ended one by one', async () => {
    const code = 'global/object-does-not-exist';
    const on = 'POST /instance-operations/terminate';
    user.fake.fault({ on, fault: { kind: 'refuse', status: 404, code } });
    user.fake.fault({ on, first: 3, fault: { kind: 'refuse', status: 404, code, message: 'Gone.' } });
    const { code: exit, stdout, stderr } = await run('down', ...several, '-q');
    const [one, , three] = ids();
    expect({ exit, stdout }).toEqual({ exit: 4, stdout: `${one}\n${three}\n` });
    expect(stderr).toContain('Gone.');
    expect(user.fake.instances.map(({ terminated }) => terminated)).toEqual([true, false, true]);
  });

  it('whose end had no answer are all named', async () => {
    user.fake.fault({ on: 'POST /instance-operations/terminate', fault: { kind: 'drop-after' } });
    const { code, stderr } = await run('down', ...several);
    expect(code).toBe(7);
    expect(stderr).toMatch(/Also: +It is not known whether two was[\s\S]*three was[\s\S]*whether one was/);
  });

  it('are refused together where the key may not', async () => {
    const on = 'POST /instance-operations/restart';
    user.fake.fault({ on, fault: { kind: 'refuse', status: 403, code: 'global/forbidden' } });
    expect((await run('restart', ...several)).code).toBe(3);
    expect(sent('restart')).toHaveLength(1);
  });
});

it('what the API says beyond its description, and statuses that nobody knows, are shown', async () => {
  await restart({ statuses: ['hibernating'], checkSpec: false });
  user.fake.addInstance({ name: 'one' });
  const shown = await run('inspect', 'one');
  expect(shown.stdout).toMatch(/Status: {2}hibernating\n[\s\S]*is_reserved: {2}false\n/);
});
