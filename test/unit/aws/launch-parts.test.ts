import { describe, expect, it } from '@jest/globals';
import type { LaunchImage } from '../../../src/providers/aws/image.ts';
import { imageAliases, parameterOf } from '../../../src/providers/aws/image-aliases.ts';
import { launchMappings } from '../../../src/providers/aws/mappings.ts';
import { sshUserOf } from '../../../src/providers/aws/ssh-user.ts';

describe('the user of an image', () => {
  it.each([
    ['ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260105', '', 'ubuntu'],
    ['al2023-ami-2023.9.20260105.0-kernel-6.1-x86_64', 'Amazon Linux 2023 AMI', 'ec2-user'],
    ['amzn2-ami-hvm-2.0.20260101', '', 'ec2-user'],
    ['Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04)', 'from Amazon', 'ubuntu'],
    ['RHEL-9.5.0_HVM', 'Provided by Red Hat', 'ec2-user'],
    ['almanac-2026', 'a portal2 server', null],
    ['AlmaLinux OS 9', '', 'almalinux'],
    ['box', 'made from debian on amazon', 'admin'],
  ])('of %s (%s) is %s', (name, description, user) => {
    expect(sshUserOf({ name, description })).toBe(user);
  });
});

describe('an alias of an image', () => {
  it('is a public parameter of each architecture', () => {
    for (const alias of imageAliases) {
      expect(parameterOf(alias, 'x86_64', 'base_ami')).toMatch(/^\/aws\/service\/.*(amd64|x86_64)/);
      expect(parameterOf(alias, 'arm64', 'base_ami')).toMatch(/^\/aws\/service\/.*arm64/);
    }
  });

  it('can be the name of a parameter itself', () => {
    expect(parameterOf('/team/golden', 'arm64', 'base_ami')).toBe('/team/golden');
  });

  it('that there is not names the nearest', () => {
    expect(() => parameterOf('ubunut-24.04', 'x86_64', 'base_ami')).toThrow(
      expect.objectContaining({ kind: 'usage', hint: 'Did you mean ubuntu-24.04?' }),
    );
  });
});

describe('the disks of a launch', () => {
  const image = (mappings: LaunchImage['mappings']): LaunchImage => ({
    id: 'ami-0aaa',
    name: 'image',
    description: '',
    state: 'available',
    architecture: 'x86_64',
    rootDevice: '/dev/xvda',
    virtualization: 'hvm',
    mappings,
  });

  it('take of the image only what RunInstances takes', () => {
    const { mappings } = launchMappings(
      image([
        {
          DeviceName: '/dev/xvda',
          Ebs: {
            SnapshotId: 'snap-0aaa',
            VolumeSize: 8,
            VolumeType: 'gp2',
            Iops: 100,
            Encrypted: false,
            DeleteOnTermination: true,
          },
        },
        { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
        { DeviceName: '/dev/sdc', NoDevice: '' },
      ]),
      { rootGib: 20, outlive: true },
    );
    expect(mappings).toEqual([
      {
        DeviceName: '/dev/xvda',
        Ebs: { SnapshotId: 'snap-0aaa', VolumeSize: 20, VolumeType: 'gp2', DeleteOnTermination: false },
      },
      { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
    ]);
  });

  it('of an image that does not map its root have no second, empty disk', () => {
    const { mappings } = launchMappings(image([]), { rootGib: 20, outlive: true });
    expect(mappings).toEqual([
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, DeleteOnTermination: false } },
    ]);
  });

  it('of an ordinary box go with it', () => {
    const { mappings, isSizeIgnored } = launchMappings(
      image([{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30 } }]),
      { rootGib: 20, outlive: false },
    );
    expect(mappings).toEqual([
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30, DeleteOnTermination: true } },
    ]);
    expect(isSizeIgnored).toBe(true);
  });
});
