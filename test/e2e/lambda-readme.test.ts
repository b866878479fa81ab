import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Home } from '../support/bin.ts';
import type { FakeLambda, FakeLambdaOptions } from '../support/fake-lambda/index.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let home: Home;
let fake: FakeLambda;
let user: LambdaUser;

async function start(options?: FakeLambdaOptions): Promise<void> {
  user = await lambdaUser(options);
  ({ home, fake } = user);
}
afterEach(() => user.end());

const devbox: LambdaUser['devbox'] = (argv, options) =>
  user.devbox([...argv, 'wait.poll_interval=0.02'], options);

const quick = ['initial_backoff=0.01', 'max_backoff=0.02'];

describe('quick start', () => {
  it('launches the preset, lists it, prints the ssh line, waits, and takes it down', async () => {
    await start();
    const up = await devbox(['command=up_gh200']);
    expect(up).toMatchObject({ code: 0 });
    expect(up.stdout).toMatch(
      /^gh200-devbox\n +ID: {2}[0-9a-f]+\n +Status: {2}active\n +IP: {2}[\d.]+\n +SSH: {2}ssh .*gh200-devbox\n +Region: {2}us-east-3\n +Type: {2}gpu_1x_gh200/,
    );
    const [launch] = fake.sent('POST /instance-operations/launch');
    expect(launch?.body).toMatchObject({
      region_name: 'us-east-3',
      instance_type_name: 'gpu_1x_gh200',
      ssh_key_names: ['default'],
      file_system_names: ['devbox'],
      name: 'gh200-devbox',
      image: { id: 'e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7' },
    });
    expect(launch?.headers.authorization).toBe(`Bearer ${fake.apiKey}`);

    const listed = await devbox(['command=list', 'resource=instances']);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toMatch(/gh200-devbox[\s\S]*1 instance\n$/);

    const file = join(home.path, '.ssh', 'config.d', 'gh200-devbox');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/Host gh200-devbox\n {4}HostName [\d.]+\n {4}User ubuntu\n/);
    expect(readFileSync(file, 'utf8')).not.toMatch(/ForwardAgent/);

    const ssh = await devbox(['command=ssh', 'instance_identifier=gh200-devbox']);
    expect(ssh.code).toBe(0);
    expect(ssh.stdout).toMatch(/^ssh -F .*gh200-devbox\n$/);

    const wait = await devbox(['command=wait', 'instance_identifier=gh200-devbox']);
    expect(wait.code).toBe(0);

    const down = await devbox(['command=down', 'instance_identifier=gh200-devbox']);
    expect(down.code).toBe(0);
    expect(down.stdout).toMatch(/Status: {2}terminating/);
    expect(existsSync(file)).toBe(false);
    expect(fake.instances.every((instance) => instance.terminated)).toBe(true);
  });

  it('uses plain ssh NAME where the configuration includes the entries', async () => {
    await start();
    mkdirSync(join(home.path, '.ssh'));
    writeFileSync(join(home.path, '.ssh', 'config'), 'Include config.d/*\n');
    await devbox(['command=up_gh200']);
    const ssh = await devbox(['command=ssh', 'instance_identifier=gh200-devbox']);
    expect(ssh.stdout).toBe('ssh gh200-devbox\n');
  });
});

describe('launching', () => {
  const options = [
    'command=up',
    'region=us-east-3',
    'instance_type=gpu_1x_gh200',
    'ssh_key_name=default',
    'filesystem_name=devbox',
    'instance_name=my-instance',
    'image_id=e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7',
    'wait_after_launch=true',
  ];

  it('takes all options', async () => {
    await start();
    expect(await devbox(options)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^my-instance\n/) });
  });

  it('retries on capacity with the announced waits, counting refused launches', async () => {
    await start({ capacityRefusals: 2 });
    const up = await devbox([
      'command=up_gh200',
      'max_retries=50',
      'initial_backoff=0.25',
      'max_backoff=1.0',
      'backoff_multiplier=2.0',
    ]);
    expect(up.code).toBe(0);
    expect(up.stderr).toContain('⚠ Insufficient capacity - retrying in 0.2s (attempt 1/51)');
    expect(up.stderr).toContain('⚠ Insufficient capacity - retrying in 0.5s (attempt 2/51)');
    const launches = fake.sent('POST /instance-operations/launch');
    expect(launches).toHaveLength(3);
  });

  it('gives up after the last retry with the error card and exit 5', async () => {
    await start({ capacityRefusals: 99 });
    const up = await devbox(['command=up_gh200', 'max_retries=2', ...quick]);
    expect(up).toMatchObject({ code: 5, stdout: '' });
    expect(up.stderr).toMatch(
      /API Error\n +Request: {2}POST \/instance-operations\/launch\n +Status: {2}400\n +Code: {2}instance-operations\/launch\/insufficient-capacity\n/,
    );
    expect(fake.sent('POST /instance-operations/launch')).toHaveLength(3);
  });

  it.each([
    ['global/invalid-api-key', 401, 3],
    ['global/quota-exceeded', 400, 1],
    ['global/invalid-parameters', 400, 1],
  ])('fails fast on %s', async (code, status, exit) => {
    await start({
      faults: [{ on: 'POST /instance-operations/launch', fault: { kind: 'refuse', code, status } }],
    });
    const up = await devbox(['command=up_gh200']);
    expect(up.code).toBe(exit);
    expect(up.stderr).toContain(code);
    expect(fake.sent('POST /instance-operations/launch')).toHaveLength(1);
  });

  it('retries a launch that came too soon for the provider', async () => {
    await start({
      faults: [
        { on: 'POST /instance-operations/launch', fault: { kind: 'status', status: 429, body: 'slow down' } },
      ],
    });
    expect(await devbox(['command=up_gh200', ...quick])).toMatchObject({ code: 0 });
  });

  it('creates nothing where the name is live already', async () => {
    await start();
    await devbox(['command=up_gh200']);
    const again = await devbox(['command=up_gh200']);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^gh200-devbox\n/);
    expect(fake.sent('POST /instance-operations/launch')).toHaveLength(1);
  });

  it('launches NAME-1 to NAME-N, and says what exists when one of them fails', async () => {
    await start({
      faults: [
        {
          on: 'POST /instance-operations/launch',
          first: 2,
          fault: { kind: 'refuse', code: 'global/quota-exceeded' },
        },
      ],
    });
    const up = await devbox(['command=up_gh200', 'quantity=3', 'instance_name=many']);
    expect(up.code).toBe(1);
    expect(up.stdout).toMatch(/^many-1\n/);
    expect(up.stderr).toContain('global/quota-exceeded');
    const names = fake.sent('POST /instance-operations/launch').map(({ body }) => Object(body).name);
    expect(names).toEqual(['many-1', 'many-2']);
  });

  it('never repeats a launch whose answer was lost, and finds its box afterwards', async () => {
    await start({
      faults: [{ on: 'POST /instance-operations/launch', fault: { kind: 'drop-after' } }],
      hiddenLooks: 1,
    });
    const lost = await devbox(['command=up_gh200']);
    expect(lost.code).toBe(7);
    expect(lost.stderr).toMatch(/not known whether gh200-devbox exists[\s\S]*devbox command=list/);
    const hidden = await devbox(['command=up_gh200']);
    expect(hidden.code).toBe(7);
    const found = await devbox(['command=up_gh200']);
    expect(found).toMatchObject({ code: 0, stdout: expect.stringMatching(/^gh200-devbox\n/) });
    expect(fake.sent('POST /instance-operations/launch')).toHaveLength(1);
    expect(await devbox(['command=down', 'instance_identifier=gh200-devbox'])).toMatchObject({ code: 0 });
  });

  it('survives single failed polls', async () => {
    await start({
      faults: [
        { on: 'GET /instances/*', fault: { kind: 'drop-before' } },
        { on: 'GET /instances/*', first: 3, fault: { kind: 'status', status: 503 } },
        { on: 'GET /instances/*', first: 5, fault: { kind: 'wrong-json' } },
      ],
    });
    expect(await devbox(['command=up_gh200'])).toMatchObject({ code: 0 });
  });

  it('ends the wait at once when the box cannot become ready', async () => {
    await start({ statuses: ['booting', 'unhealthy'] });
    const up = await devbox(['command=up_gh200']);
    expect(up.code).toBe(1);
    expect(up.stderr).toMatch(/unhealthy[\s\S]*devbox command=down instance_identifier=/);
  });

  it('says at Ctrl-C in a wait what exists and how to remove it', async () => {
    await start({ statuses: ['booting'] });
    const up = await devbox(['command=up_gh200', 'wait.poll_interval=0.2'], {
      signalAt: { text: 'booting', signal: 'SIGINT' },
    });
    expect(up.code).toBe(130);
    expect(up.stderr).toMatch(/still exists[\s\S]*devbox command=down instance_identifier=/);
  });

  it('says at Ctrl-C in a retry that nothing was launched', async () => {
    await start({ capacityRefusals: 99 });
    const up = await devbox(['command=up_gh200', 'initial_backoff=30.0'], {
      signalAt: { text: 'retrying', signal: 'SIGINT' },
    });
    expect(up.code).toBe(130);
    expect(up.stderr).toContain('nothing was launched');
  });

  it('refuses a name that is no safe file name before any request', async () => {
    await start();
    const up = await devbox(['command=up_gh200', "instance_name='../id_rsa'"]);
    expect(up.code).toBe(2);
    expect(fake.requests).toHaveLength(0);
  });
});

describe('resources', () => {
  it.each([
    ['instances', 'No instances'],
    ['instance_types', 'with capacity'],
    ['images', 'image'],
    ['filesystems', 'filesystem'],
    ['ssh_keys', 'SSH key'],
    ['firewall_rulesets', 'firewall ruleset'],
    ['instance-types', 'with capacity'],
  ])('lists %s as cards and as JSON', async (resource, text) => {
    await start();
    const cards = await devbox(['command=list', `resource=${resource}`]);
    expect(cards).toMatchObject({ code: 0, stderr: '' });
    expect(cards.stdout).toContain(text);
    const json = await devbox(['command=list', `resource=${resource}`, '--json']);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(Array.isArray(JSON.parse(json.stdout))).toBe(true);
    const quiet = await devbox(['command=list', `resource=${resource}`, '-q']);
    expect(quiet.stdout.split('\n').filter(Boolean)).toHaveLength(JSON.parse(json.stdout).length);
  });
});

describe('trouble', () => {
  it('says what to do where there is no key, without a request', async () => {
    await start();
    const list = await devbox(['command=list'], { env: { LAMBDA_API_KEY: '' } });
    expect(list.code).toBe(3);
    expect(list.stderr).toContain('export LAMBDA_API_KEY=');
    expect(fake.requests).toHaveLength(0);
  });

  it('says what to do with a wrong key, and shows no key', async () => {
    await start();
    const list = await devbox(['command=list'], { env: { LAMBDA_API_KEY: 'secret_wrong_key_1234567890' } });
    expect(list.code).toBe(3);
    expect(list.stderr).toContain('global/invalid-api-key');
    expect(list.stderr).not.toContain('secret_wrong_key');
  });

  it('gives an error as JSON', async () => {
    await start();
    const list = await devbox(['command=list', '--json'], { env: { LAMBDA_API_KEY: 'wrong-key-1234' } });
    expect(list.stdout).toBe('');
    expect(JSON.parse(list.stderr)).toMatchObject({
      error: { code: 'global/invalid-api-key', message: expect.any(String), hint: expect.any(String) },
    });
  });

  it('says that the server is gone', async () => {
    await start();
    const { baseUrl } = fake;
    await fake.stop();
    const list = await home.run(['command=list', `api.base_url=${baseUrl}`, 'api.request_interval=0.01'], {
      env: { LAMBDA_API_KEY: 'some-key-123' },
    });
    expect(list.code).toBe(1);
    expect(list.stderr).toMatch(/refused/i);
    await start();
  });

  it.each(['html', 'wrong-json', 'wrong-shape', 'truncate'] as const)(
    'gives a card for an answer that is %s',
    async (kind) => {
      await start({ faults: [{ on: 'GET /instances', times: 9, fault: { kind } }] });
      const list = await devbox(['command=list']);
      expect(list.code).toBe(1);
      expect(list.stderr).toMatch(/Request: {2}GET \/instances/);
      expect(list.stderr).not.toMatch(/\bat .*\.js/);
      await fake.stop({ check: false });
      await start();
    },
  );

  it('lists the candidates of an ambiguous name and does nothing', async () => {
    await start();
    fake.addInstance({ name: 'twin' }, 9);
    fake.addInstance({ name: 'twin' }, 9);
    const down = await devbox(['command=down', 'instance_identifier=twin']);
    expect(down.code).toBe(2);
    for (const { id } of fake.instances) expect(down.stderr).toContain(id);
    expect(fake.sent('POST /instance-operations/terminate')).toHaveLength(0);
  });
});
