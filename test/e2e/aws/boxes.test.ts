import { describe, expect, test } from '@jest/globals';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { projectUsers } from '../../support/aws/project-user.ts';
import type { World } from '../../support/aws/strict/world.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: ordinary boxes on AWS are not tried: ${missing}`);
const begin = projectUsers();

const launches = (world: World) => world.calls.of('ec2:RunInstances').map(({ params }) => Object(params));
const alive = (world: World) =>
  [...world.cloud.instances.values()].filter(
    ({ state }) => state !== 'terminated' && state !== 'shutting-down',
  );
const up = ['up', 'instance_type=t3.micro'];

(missing ? describe.skip : describe)('an ordinary box on AWS', () => {
  test('comes up with a key of its own, is listed, stopped, started and ended, and leaves nothing', async () => {
    const { world, devbox } = await begin();
    const made = await devbox([...up, 'wait_after_launch=true']);
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('disk of devbox goes with it') });
    expect(made.stdout).toMatch(/SSH: +ssh /);
    const [asked] = launches(world);
    expect(asked).toMatchObject({
      ImageId: world.images.ubuntu,
      KeyName: expect.stringMatching(/^devbox-dbx-[0-9a-f]{12}$/),
    });
    const userData = Buffer.from(String(asked['UserData']), 'base64').toString();
    expect(userData).toMatch(/^#cloud-config\n[\s\S]*ssh_keys:/);
    expect((await devbox(['ls'])).stdout).toMatch(/^devbox +i-\w+ +running +t3\.micro/m);
    expect(await devbox(['stop', 'devbox'])).toMatchObject({ code: 0 });
    expect(await devbox(['ls'])).toMatchObject({ stdout: expect.stringMatching(/stop/) });
    await devbox(['ls']);
    expect(await devbox(['start', 'devbox'])).toMatchObject({ code: 0 });
    expect(await devbox(['wait', 'devbox'])).toMatchObject({ code: 0 });
    expect(await devbox(['down', 'devbox'])).toMatchObject({ code: 0 });
    expect((await devbox(['ssh-keys', '--quiet'])).stdout).not.toContain('devbox-dbx');
    expect(alive(world)).toEqual([]);
    world.arrive();
    expect([...world.cloud.volumes.values()]).toEqual([]);
  }, 120_000);

  test('is launched once, however often it is asked for and whatever became of the answer', async () => {
    const { world, devbox } = await begin();
    world.fault({ on: 'ec2:RunInstances', times: 3, fault: { kind: 'drop-after' } });
    world.fault({
      on: 'ec2:DescribeInstances',
      having: /tag:devbox-lease/,
      times: 9,
      fault: { kind: 'refuse', code: 'InternalError', status: 500 },
    });
    expect(await devbox(up)).toMatchObject({ code: 7 });
    world.faults.clear();
    expect(await devbox(up)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('nothing was launched'),
    });
    expect(alive(world)).toHaveLength(1);
    expect(await devbox(['down', 'devbox'])).toMatchObject({ code: 0 });
    expect(alive(world)).toEqual([]);
  }, 120_000);

  test('has no settings of other providers, and others have none of its own', async () => {
    const { world, user, devbox } = await begin();
    const foreign = await devbox([...up, 'filesystem_name=data']);
    expect(foreign).toMatchObject({ code: 2, stderr: expect.stringContaining('api=lambda') });
    const words = ['up', 'project=ws', 'region=r', 'instance_type=t', 'api=lambda'];
    const lost = await user.home.run(words, { env: { LAMBDA_API_KEY: 'none' } });
    expect(lost).toMatchObject({ code: 2, stderr: expect.stringContaining('api=aws') });
    expect(world.calls.all()).toEqual([]);
  });

  test('what is wrong with the account is said with a way out', async () => {
    const { world, devbox } = await begin();
    world.fault({
      on: 'sts:GetCallerIdentity',
      fault: { kind: 'refuse', code: 'ExpiredToken', message: 'The security token is expired', status: 403 },
    });
    expect(await devbox(['ls'])).toMatchObject({ code: 3, stderr: expect.stringContaining('aws sso login') });
    const region = await devbox(['ls'], { env: { AWS_REGION: 'not a region' } });
    expect(region).toMatchObject({ code: 2, stderr: expect.stringContaining('us-east-1') });
    world.cloud.limits.push({ code: 'VcpuLimitExceeded' });
    const quota = await devbox(up);
    expect(quota).toMatchObject({ code: 1, stderr: expect.stringContaining('Service Quotas') });
    const type = await devbox(['up', 'instance_type=t3micro']);
    expect(type).toMatchObject({ code: 2, stderr: expect.stringContaining('g5.xlarge') });
    expect(alive(world)).toEqual([]);
  }, 60_000);
});
