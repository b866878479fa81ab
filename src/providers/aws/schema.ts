import * as z from 'zod/mini';
import { once } from '../../base/once.ts';
import { foreignSetting, namesOf, optional, requestSeconds, secondsWithin } from '../setting-schemas.ts';

const fallback = (meaning: string) => z.optional(z.nullable(z.string())).check(z.describe(meaning));

const text = (meaning: string) =>
  z._default(z.nullable(z.string({ error: 'must be text' })), null).check(z.describe(meaning));

/** What `up` takes where neither a preset nor an override says it; each comes from a variable of the environment. */
const launchDefaults = () =>
  z.strictObject({
    type: fallback('instance type; DEVBOX_AWS_TYPE'),
    image: fallback('image by its id; DEVBOX_AWS_IMAGE'),
    image_family: fallback('image by an alias such as ubuntu-24.04; DEVBOX_AWS_IMAGE_FAMILY'),
    ssh_key: fallback('key pair; DEVBOX_AWS_SSH_KEY'),
  });

/** The `api` group for AWS. What is null is found as the AWS CLI finds it. */
export const awsApiSchema = once(() =>
  z.strictObject({
    provider: z.literal('aws').check(z.describe('which provider is asked: AWS EC2')),
    region: text('region; null takes AWS_REGION, AWS_DEFAULT_REGION or the profile’s'),
    profile: text('profile of the AWS CLI; null takes AWS_PROFILE or the default one'),
    endpoint: text(
      'one address for every service, such as an emulator’s; null takes AWS_ENDPOINT_URL or AWS',
    ),
    timeout: requestSeconds.check(z.describe('seconds for one request')),
    param_prefix: text('beginning of the names of the SSM parameters of the deployment; empty is /devbox'),
    keep_images: z
      ._default(z.int({ error: 'must be a whole number' }), 2)
      .check(
        z.minimum(1, { error: 'must be at least 1' }),
        z.maximum(100, { error: 'must be at most 100' }),
        z.describe('how many saved images of a project are kept'),
      ),
    poll_interval: z
      ._default(secondsWithin(0.001, 600), 5)
      .check(z.describe('seconds between two looks at what takes time: an instance, an image, a volume')),
    appear_within: z
      ._default(secondsWithin(0, 3600), 60)
      .check(
        z.describe(
          'how long a launched instance may be missing from EC2’s answers, in seconds; until then nobody says that there is none',
        ),
      ),
    launch: z.optional(launchDefaults()).check(z.describe('what up takes where nothing else is said')),
  }),
);

export type AwsApi = z.infer<ReturnType<typeof awsApiSchema>>;

/** Ignoring a setting of containers would launch, and charge for, something else than what was asked for. */
const ofContainers = foreignSetting('it is for the containers of api=gpulab and api=local');
const ofLambda = foreignSetting('it is for the filesystems and firewalls of api=lambda');

/** Largest root volume in GiB: gp3 takes no more. */
const largestVolume = 65_536;

/** What a launch on AWS needs of the keys of `up`; the others are not its business. */
export const awsLaunchSchema = once(() =>
  z.object({
    gpu_type: ofContainers,
    template: ofContainers,
    image: ofContainers,
    ports: ofContainers,
    volume: ofContainers,
    mount_path: ofContainers,
    memory: ofContainers,
    startup_command: ofContainers,
    pull_policy: ofContainers,
    filesystem_name: ofLambda,
    filesystem_mounts: ofLambda,
    firewall_rulesets: ofLambda,
    region: optional('a region, such as us-east-1'),
    /** A project remembers its last one. */
    instance_type: optional('an instance type, such as g5.xlarge'),
    fallback_types: namesOf('an instance type'),
    ssh_key_name: optional('one key pair of your AWS account, or null for one that devbox makes'),
    image_id: optional('an image by its ID, such as ami-0abc..., or be null'),
    image_family: optional('an alias of an image, such as ubuntu-24.04, or be null'),
    base_ami: optional('an image by its ID or an alias, or be null'),
    project: optional('a project, or be null'),
    /** Of the root volume, in GiB; 0 leaves it as the image has it. */
    volume_size: z._default(z.nullable(z.int({ error: 'must be a whole number of GiB' })), null).check(
      z.refine((size) => size === null || (size >= 0 && size <= largestVolume), {
        error: `must be from 0 to ${largestVolume} GiB`,
      }),
    ),
    dns: z._default(z.nullable(z.boolean({ error: 'must be true or false' })), null),
    dns_subdomain: optional('a name in your zone, or be null'),
    ssh_user: optional('the user of the image, or be null'),
    keep_images: z
      ._default(z.nullable(z.int({ error: 'must be a whole number' })), null)
      .check(
        z.refine((keep) => keep === null || (keep >= 1 && keep <= 100), { error: 'must be from 1 to 100' }),
      ),
    hostname: optional('a host name, or be null'),
    /** The user that SSH uses, where the user of devbox says it. */
    username: optional('a user, or be null'),
    tailscale: z._default(z.object({ enabled: z.boolean({ error: 'must be true or false' }) }), {
      enabled: false,
    }),
    cloud_init: z._default(
      z.object({
        enabled: z.boolean({ error: 'must be true or false' }),
        /** The user's own user data, absolute or relative to the working directory. */
        file: optional('a file, or be null'),
      }),
      { enabled: true, file: null },
    ),
  }),
);

export type AwsLaunch = z.infer<ReturnType<typeof awsLaunchSchema>>;

/** Longest name of an instance: a tag's value takes 256 characters. */
export const maxNameLength = 200;

const tagKey = z.string().check(
  z.maxLength(128, { error: 'is longer than 128 characters' }),
  z.regex(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/iu, {
    error: 'must be letters, digits, spaces and _.:/=+-@, and must not begin with aws:',
  }),
);

const tagValue = z
  .string({ error: 'must be text' })
  .check(
    z.maxLength(256, { error: 'is longer than 256 characters' }),
    z.regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, { error: 'must be letters, digits, spaces and _.:/=+-@' }),
  );

/** Tags as EC2 accepts them. */
export const awsTagsSchema = z.record(tagKey, tagValue);
