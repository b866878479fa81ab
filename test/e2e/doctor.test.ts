import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinOptions, type BinResult, type Home, makeHome } from '../support/bin.ts';
import { type FakeGpulab, startFakeGpulab } from '../support/fake-gpulab/index.ts';
import { type FakeLambda, startFakeLambda } from '../support/fake-lambda/index.ts';

let lambda: FakeLambda;
let gpulab: FakeGpulab;
let home: Home;
beforeAll(async () => {
  lambda = await startFakeLambda();
  gpulab = await startFakeGpulab();
});
afterAll(async () => {
  // The one thing that doctor promises: it only reads.
  const methods = new Set([...lambda.requests, ...gpulab.requests].map(({ method }) => method));
  await lambda.stop();
  await gpulab.stop();
  expect([...methods]).toEqual(['GET']);
});
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

function write(path: string, content: string): void {
  const file = join(home.path, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** The environment of a user of Lambda Cloud. */
const withKey = () => ({
  LAMBDA_API_KEY: lambda.apiKey,
  DEVBOX_LAMBDA_API_URL: lambda.baseUrl,
  DEVBOX_LAMBDA_REQUEST_INTERVAL: '0.0',
});
const withGpulab = () => ({ GPULAB_API_KEY: gpulab.apiKey, GPULAB_API_URL: gpulab.baseUrl });

const doctor = (words: readonly string[], env = {}, options: BinOptions = {}): Promise<BinResult> =>
  home.run(['doctor', ...words], { env, ...options });

interface Finding {
  readonly section: string;
  readonly check: string;
  readonly class: string;
  readonly found: string;
  readonly remedy: string | null;
}

async function findings(words: readonly string[], env = {}, options: BinOptions = {}) {
  const { stdout, stderr, code } = await doctor(['--json', ...words], env, options);
  if (stdout === '') throw new Error(stderr);
  const document: { findings: Finding[] } = JSON.parse(stdout);
  return {
    code,
    find: (check: string) => document.findings.find((each) => each.check === check),
    sections: [...new Set(document.findings.map(({ section }) => section))],
  };
}

describe('doctor', () => {
  it('finds nothing wrong where nothing is, as cards', async () => {
    write('.ssh/config', 'Include config.d/*\n');
    const { code, stdout, stderr } = await doctor(['gh200'], withKey());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Configuration\n +Trees: {2}✓ /);
    expect(stdout).toMatch(/\nLambda Cloud\n +Connection: {2}✓ works, and the key is accepted\n/);
    expect(stdout).toMatch(/ Clock: {2}✓ agrees with the server\n/);
    expect(stdout).toMatch(/ Type: {2}✓ gpu_1x_gh200, with capacity in us-east-3\n/);
    expect(stdout).not.toContain('✗');
    expect(stdout).not.toContain(lambda.apiKey);
  });

  it('says what an up would be refused, and what to type', async () => {
    const wishes = [
      ...['region=us-west-1', 'instance_type=gpu_1x_gh200', 'filesystem_name=devbox', 'ssh_key_name=defualt'],
      ...['image_family=no-such', 'firewall_rulesets=[web]'],
    ];
    const { code, find } = await findings(wishes, withKey());
    expect(code).toBe(1);
    expect(find('region')).toMatchObject({ class: 'ok' });
    expect(find('type')).toMatchObject({ class: 'warning', remedy: 'region=us-east-3' });
    expect(find('filesystem')).toMatchObject({ class: 'problem', remedy: 'region=us-east-3' });
    expect(find('filesystem')?.found).toBe('devbox is in us-east-3, and not in us-west-1');
    expect(find('ruleset')).toMatchObject({ class: 'problem' });
    expect(find('ssh_key')?.remedy).toContain('Did you mean default?');
    expect(find('image')).toMatchObject({ class: 'problem' });
    const unknown = await findings(['region=us-est-3', 'instance_type=gpu_1x_gh20'], withKey());
    expect(unknown.find('region')?.remedy).toContain('us-east-3');
    expect(unknown.find('type')?.remedy).toContain('gpu_1x_gh200');
  });

  it('asks nobody without a key, and says how to get one', async () => {
    const before = lambda.requests.length;
    const { code, find } = await findings([], { DEVBOX_LAMBDA_API_URL: lambda.baseUrl });
    expect(code).toBe(1);
    expect(find('key')).toMatchObject({ class: 'problem' });
    expect(find('key')?.remedy).toContain('LAMBDA_API_KEY');
    expect(lambda.requests.length).toBe(before);
  });

  it('says that a key is refused, and never what it is', async () => {
    const result = await doctor([], { ...withKey(), LAMBDA_API_KEY: 'secret_wrong_key_0123456789' });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/Connection: {2}✗ /);
    expect(result.stdout + result.stderr).not.toContain('secret_wrong_key');
  });

  it('looks at the rest where nothing answers', async () => {
    const { code, find } = await findings([], {
      ...withKey(),
      DEVBOX_LAMBDA_API_URL: 'http://127.0.0.1:1/v1',
    });
    expect(code).toBe(1);
    expect(find('connection')).toMatchObject({ class: 'problem' });
    expect(find('connection')?.found).toContain('nothing answers at 127.0.0.1:1');
    expect(find('leases')).toMatchObject({ class: 'ok' });
  });

  it('looks at a server with the API of GPULab', async () => {
    const { find, sections } = await findings(['api=gpulab'], withGpulab());
    expect(sections).toEqual(['configuration', 'api=gpulab', 'machine']);
    expect(find('key')?.found).toBe('from the environment variable GPULAB_API_KEY');
    for (const check of ['connection', 'tls', 'capabilities', 'clock', 'gpus']) {
      expect(find(check)).toMatchObject({ check, section: 'api=gpulab' });
    }
    const none = await findings(['api=gpulab', 'gpu_type=none-such'], withGpulab());
    expect(none.find('gpus')).toMatchObject({ class: 'problem' });
    const keyless = await findings(['api=gpulab'], { GPULAB_API_URL: 'https://gpulab.invalid/api' });
    expect(keyless.find('connection')?.remedy).toContain('devbox auth login');
  });

  it('looks at every provider that can be asked', async () => {
    const { sections } = await findings(['all=true'], { ...withKey(), ...withGpulab() });
    expect(sections).toEqual(['configuration', 'api=lambda', 'api=gpulab', 'api=local', 'machine']);
    const local = await findings(['api=local', 'all=true'], {});
    expect(local.sections).toEqual(['configuration', 'api=local', 'machine']);
    expect(local.find('server')).toMatchObject({ class: 'ok' });
    expect(local.find('isolation')).toBeDefined();
    expect(local.code).toBe(0);
  });

  it('works where the configuration does not', async () => {
    write('.config/devbox/wait/default.yaml', 'timeout: [\n');
    const { code, find } = await findings([], withKey());
    expect(code).toBe(1);
    expect(find('trees')).toMatchObject({ class: 'problem' });
    expect(find('composes')).toMatchObject({ class: 'problem' });
    expect(find('ssh')).toBeDefined();
  });

  it('sends a key nowhere that an untrusted project says', async () => {
    write('project/.devboxrc.yaml', `overrides: [api.base_url=${lambda.baseUrl}]\n`);
    const before = lambda.requests.length;
    const { find, sections } = await findings(
      [],
      { LAMBDA_API_KEY: lambda.apiKey },
      { cwd: join(home.path, 'project') },
    );
    expect(sections).toEqual(['configuration', 'machine']);
    expect(find('composes')?.remedy).toContain('devbox trust');
    expect(lambda.requests.length).toBe(before);
  });

  it('tells of leases that are open, and of files that are none', async () => {
    await home.run(['up', 'api=local', 'api.idle_timeout=0.2', 'instance_name=scratch']);
    write('.local/state/devbox/leases/dbx_000000000000.json', '{"broken');
    const { find, code } = await findings(['api=local']);
    await home.run(['down', 'scratch', 'api=local']);
    expect(code).toBe(1);
    expect(find('leases')?.found).toMatch(/^1 open one: scratch, in \/.*\/leases$/);
    expect(find('unreadable-1')?.found).toContain('dbx_000000000000.json');
  });

  it('takes no word that it does not know', async () => {
    const { code, stderr } = await doctor(['gh20'], withKey());
    expect(code).toBe(2);
    expect(stderr).toContain('gh20');
  });
});
