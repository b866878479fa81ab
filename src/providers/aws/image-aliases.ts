import { DevboxError } from '../../base/errors.ts';
import { clip, nearest } from '../../base/text.ts';

/** What an image is built for, as EC2 names it. */
export type Architecture = 'x86_64' | 'arm64';

/** Canonical has a name of its own for x86_64. */
const canonical = { x86_64: 'amd64', arm64: 'arm64' } as const;

const ubuntu =
  (version: string, volume: string) =>
  (architecture: Architecture): string =>
    `/aws/service/canonical/ubuntu/server/${version}/stable/current/${canonical[architecture]}/hvm/${volume}/ami-id`;
const amazonLinux = (architecture: Architecture): string =>
  `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
const debian =
  (release: number) =>
  (architecture: Architecture): string =>
    `/aws/service/debian/release/${release}/latest/${canonical[architecture]}`;
const deepLearning = (architecture: Architecture): string =>
  `/aws/service/deeplearning/ami/${architecture}/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id`;

/**
 * Short names of images and the public SSM parameters with the newest of each, as their makers document them: Canonical
 * ("Find Ubuntu images with AWS SSM"), AWS (AL2023 user guide; DLAMI developer guide), Debian (wiki, Cloud/AmazonEC2Image).
 */
const aliases: Readonly<Record<string, (architecture: Architecture) => string>> = {
  ubuntu: ubuntu('24.04', 'ebs-gp3'),
  'ubuntu-24.04': ubuntu('24.04', 'ebs-gp3'),
  'ubuntu-22.04': ubuntu('22.04', 'ebs-gp2'),
  'amazon-linux': amazonLinux,
  'amazon-linux-2023': amazonLinux,
  'amazon-linux-2': (architecture) =>
    `/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-${architecture}-gp2`,
  debian: debian(12),
  'debian-12': debian(12),
  'debian-13': debian(13),
  'deep-learning': deepLearning,
};

/** Every alias, the usual ones first. */
export const imageAliases: readonly string[] = Object.keys(aliases);

/**
 * The SSM parameter with the id of an image. A name that begins with a slash is taken as one.
 * @param setting where the alias was named.
 * @throws DevboxError `usage` where there is no such alias.
 */
export function parameterOf(alias: string, architecture: Architecture, setting: string): string {
  const own = alias.replace(/^(resolve:)?ssm:/, '');
  if (/^\/[\w./-]{1,1000}$/.test(own)) return own;
  const known = Object.hasOwn(aliases, alias) ? aliases[alias] : undefined;
  if (known) return known(architecture);
  const near = nearest(alias, imageAliases);
  throw new DevboxError('usage', `${setting} names no image: ${clip(alias, 100)}`, {
    code: 'aws/image-name',
    title: 'Configuration Error',
    details: [
      { label: 'Expected', value: `an id such as ami-0abc12345678, or one of ${imageAliases.join(', ')}` },
    ],
    hint: near === undefined ? 'devbox list images api=aws shows them.' : `Did you mean ${near}?`,
  });
}
