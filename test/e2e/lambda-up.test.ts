import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BinOptions } from '../support/bin.ts';
import { type LambdaUser, lambdaUser } from '../support/lambda-user.ts';

let user: LambdaUser;
beforeEach(async () => {
  user = await lambdaUser();
});
afterEach(() => user.end());

const what = ['region=us-east-3', 'instance_type=gpu_1x_gh200', 'ssh_key_name=default'];
const plain = 'cloud_init.enabled=false';
const family = { family: 'lambda-stack-24-04' };
const byId = { id: 'e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7' };

/** Brings a box up and tells what was asked for. */
async function launched(argv: readonly string[], options: BinOptions = {}) {
  const { code, stderr } = await user.devbox(['up', plain, ...argv], options);
  if (code !== 0) throw new Error(stderr);
  return user.fake.sent('POST /instance-operations/launch').at(-1)?.body;
}

async function refused(argv: readonly string[], options: BinOptions = {}): Promise<string> {
  const { code, stderr } = await user.devbox(['up', plain, ...argv], options);
  expect([code, user.fake.sent('POST /instance-operations/launch')]).toEqual([2, []]);
  return stderr;
}

function write(path: string, text: string): void {
  const file = join(user.home.path, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe('up on Lambda Cloud', () => {
  it('asks for host name, mounts and rulesets, by the ids of what was named', async () => {
    const body = await launched([
      ...what,
      ...[
        'hostname=train-1',
        'tags.team=ml',
        'filesystem_mounts.devbox=/data/devbox',
        'firewall_rulesets=[web]',
      ],
    ]);
    expect(body).toMatchObject({
      hostname: 'train-1',
      tags: expect.arrayContaining([{ key: 'team', value: 'ml' }]),
      file_system_mounts: [{ file_system_id: 'f1'.repeat(16), mount_point: '/data/devbox' }],
      firewall_rulesets: [{ id: 'b1'.repeat(16) }],
    });
    const shown = await user.devbox(['inspect', 'devbox']);
    expect(shown.stdout).toMatch(/Mounts: {2}f1f1.* at \/data\/devbox\n/);
  });

  it('mounts a filesystem at its own place where none is said, and takes one ruleset as a word', async () => {
    expect(await launched([...what, 'filesystem_mounts.devbox=null', 'firewall_rulesets=web'])).toMatchObject(
      {
        file_system_mounts: [{ mount_point: '/lambda/nfs/devbox' }],
        firewall_rulesets: [{ id: 'b1'.repeat(16) }],
      },
    );
  });

  it('tells several boxes apart by host name', async () => {
    await launched([...what, 'hostname=gpu', 'quantity=2']);
    expect(user.fake.instances.map(({ request }) => request['hostname'])).toEqual(['gpu-1', 'gpu-2']);
  });

  it.each([
    [['hostname=Not_One'], 'lower-case letters, digits and hyphens'],
    [['filesystem_mounts.devbox=/etc'], 'must begin with /home, /lambda/nfs or /data'],
    [['filesystem_mounts.scratch=/data/x'], 'is in us-west-1, and the box in us-east-3'],
    [['filesystem_mounts.devbox=/data/x', 'filesystem_name=devbox'], 'is to be mounted twice'],
    [['image_id=x', 'image_family=y'], 'image_id and image_family are both set'],
  ])('refuses %s before anything is launched', async (more, said) => {
    expect(await refused([...what, ...more])).toContain(said);
  });

  it('says what there is where a name means nothing', async () => {
    const { code, stderr } = await user.devbox(['up', ...what, 'firewall_rulesets=[wbe]']);
    expect([code, stderr]).toEqual([4, expect.stringContaining('Did you mean web?')]);
  });

  it('a family of images clears the image of a preset, and the other way round', async () => {
    write(
      '.config/devbox/command/up_family.yaml',
      '# @package _global_\ndefaults: [up_gh200, _self_]\nimage_family: lambda-stack-24-04\n',
    );
    const preset = ['wait_after_launch=false', 'filesystem_name=null'];
    expect(await launched(['gh200', ...preset, 'instance_name=a'])).toMatchObject({ image: byId });
    expect(
      await launched(['gh200', ...preset, 'instance_name=b', 'image_family=lambda-stack-24-04']),
    ).toMatchObject({ image: family });
    expect(await launched(['family', ...preset, 'instance_name=c'])).toMatchObject({ image: family });
    expect(await launched(['family', ...preset, 'instance_name=d', `image_id=${byId.id}`])).toMatchObject({
      image: byId,
    });
  });

  it('is not what containers have', async () => {
    const local = await user.home.run(['up', 'api=local', 'firewall_rulesets=[web]']);
    expect([local.code, local.stderr]).toEqual([2, expect.stringContaining('firewall_rulesets')]);
  });
});

const env = {
  DEVBOX_LAMBDA_REGION: 'us-east-3',
  DEVBOX_LAMBDA_TYPE: 'gpu_1x_gh200',
  DEVBOX_LAMBDA_SSH_KEY: 'laptop',
  DEVBOX_LAMBDA_FILESYSTEM: 'devbox',
  DEVBOX_LAMBDA_IMAGE_FAMILY: 'lambda-stack-24-04',
  DEVBOX_LAMBDA_HOSTNAME: 'from-env',
  DEVBOX_LAMBDA_FIREWALL_RULESET: 'web',
};

describe('defaults from the environment', () => {
  it('are taken where nothing else is said', async () => {
    expect(await launched([], { env })).toMatchObject({
      region_name: 'us-east-3',
      instance_type_name: 'gpu_1x_gh200',
      ssh_key_names: ['laptop'],
      file_system_names: ['devbox'],
      image: family,
      hostname: 'from-env',
      firewall_rulesets: [{ id: 'b1'.repeat(16) }],
    });
  });

  it('give way to presets and overrides', async () => {
    const set = { ...env, DEVBOX_LAMBDA_REGION: 'us-west-1', DEVBOX_LAMBDA_TYPE: 'gpu_1x_a10' };
    expect(await launched(['gh200', 'wait_after_launch=false', 'hostname=mine'], { env: set })).toMatchObject(
      {
        region_name: 'us-east-3',
        instance_type_name: 'gpu_1x_gh200',
        ssh_key_names: ['default'],
        image: byId,
        hostname: 'mine',
      },
    );
  });

  it('are what help tells, while commands that only list a resource are no other names of list', async () => {
    expect((await user.home.run(['help', 'up'])).stdout).toContain('[default: DEVBOX_LAMBDA_REGION]');
    expect((await user.home.run(['help', 'list'])).stdout).not.toContain('Other names');
    expect((await user.home.run(['help', 'filesystems', 'rm'])).stdout).toMatch(
      /Other names: filesystems delete, filesystems remove\n/,
    );
  });

  it('that exclude each other are named', async () => {
    const said = await refused([], { env: { ...env, DEVBOX_LAMBDA_IMAGE: 'x' } });
    expect(said.replaceAll(/\s+/g, ' ')).toContain(
      'DEVBOX_LAMBDA_IMAGE, image_family from the environment variable',
    );
  });

  it('are for Lambda Cloud alone', async () => {
    const { stdout } = await user.home.run(['up', 'api=local', '--cfg', 'job', '--resolve', '--json'], {
      env,
    });
    expect(JSON.parse(stdout)).toMatchObject({ region: null, instance_type: null, hostname: null });
  });

  it('are nothing that an untrusted project has to be trusted for', async () => {
    write('.devboxrc.yaml', 'overrides: [api.launch.region=us-east-3]\n');
    expect(await launched(what.slice(1), { env: { DEVBOX_LAMBDA_REGION: 'us-west-1' } })).toMatchObject({
      region_name: 'us-east-3',
    });
  });
});

describe('config show', () => {
  const show = async (argv: readonly string[], options: BinOptions = {}) => {
    const { code, stdout, stderr } = await user.home.run(['config', 'show', ...argv, '--json'], options);
    if (code !== 0) throw new Error(stderr);
    const all: { key: string; value: unknown; origin: Record<string, unknown> }[] = JSON.parse(stdout);
    return (key: string) => all.find((setting) => setting.key === key);
  };

  it('tells variables, overrides and files apart', async () => {
    const setting = await show(['up', 'gh200', 'quantity=2'], { env });
    expect(setting('hostname')).toMatchObject({
      value: 'from-env',
      origin: {
        kind: 'environment',
        variables: ['DEVBOX_LAMBDA_HOSTNAME'],
        read_at: { line: expect.any(Number) },
      },
    });
    expect(setting('quantity')).toMatchObject({
      value: 2,
      origin: { kind: 'override', override: 'quantity=2' },
    });
    expect(setting('region')).toMatchObject({
      value: 'us-east-3',
      origin: { kind: 'file', file: expect.stringMatching(/up_gh200\.yaml$/), line: 8 },
    });
    // The preset's image clears the family that the environment names.
    expect(setting('image_family')).toMatchObject({
      value: null,
      origin: { file: expect.stringMatching(/up_gh200/) },
    });
  });

  it('shows no secret, wherever it stands', async () => {
    const secret = { LAMBDA_API_KEY: 'secret_abcdef_123456' };
    const argv = ['config', 'show', 'up', 'instance_name=x-secret_abcdef_123456', 'env.TOKEN=hush-hush'];
    for (const mode of [[], ['--json'], ['-q']]) {
      const { code, stdout, stderr } = await user.home.run([...argv, ...mode], { env: secret });
      expect([code, stdout + stderr]).toEqual([0, expect.not.stringMatching(/secret_abcdef|hush/)]);
    }
    expect((await user.home.run(argv, { env: secret })).stdout).toContain(
      'api.api_key:  [hidden]  environment variable LAMBDA_API_KEY, ',
    );
  });

  it('needs no command, shows only names with --quiet, and asks nobody', async () => {
    const quiet = await user.home.run(['config', 'show', '-q']);
    expect(quiet.stdout).toMatch(/^default_output\n[\s\S]*api\.launch\.region\n/);
    expect(quiet.stdout).not.toContain('command');
    expect((await show(['list', '--resource', 'images']))('resource')?.value).toBe('images');
    expect(user.fake.requests).toEqual([]);
  });

  it('shows the provider that would be asked', async () => {
    const setting = await show(['ls'], { env: { GPULAB_API_KEY: 'gpulab_x' } });
    expect(setting('api.provider')?.value).toBe('gpulab');
  });

  it('an unknown command is an error with the nearest', async () => {
    const { code, stderr } = await user.home.run(['config', 'show', 'pu']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('up')]);
  });
});
