import * as z from 'zod/mini';
import { awsLaunchShape } from '../../providers/aws/launch-settings.ts';
import { serverLaunchShape } from '../../providers/gpulab/launch-settings.ts';
import { namesOf } from '../../providers/setting-schemas.ts';
import { durationSchema, seconds } from '../settings.ts';

/** Text that may be left out; the provider's launch schema says where it may not. */
const optionalText = (meaning: string) => z.optional(z.nullable(z.string())).check(z.describe(meaning));
const optionalDuration = (meaning: string) =>
  z._default(z.nullable(durationSchema), null).check(z.describe(meaning));
const texts = (meaning: string) => z.record(z.string(), z.string()).check(z.describe(meaning));
const secondsFor = (meaning: string) => seconds.check(z.describe(meaning));

const { gpu_type, template, image, ports, env, volume, mount_path, memory, startup_command, pull_policy } =
  serverLaunchShape;

/** What makes up a box on a server with GPULab's API; what is not given comes from its template. */
const containerShape = {
  gpu_type,
  template,
  image,
  ports,
  volume,
  mount_path,
  memory,
  startup_command,
  pull_policy,
};

/** What every box has, whoever provides it. */
const boxShape = {
  instance_name: z
    .string()
    .check(z.describe('name of the box; its live box is shown instead of launching a second')),
  tags: texts('tags of the box: tags.KEY=VALUE'),
  env,
  env_file: z
    ._default(z.nullable(z.string()), null)
    .check(z.describe('file with NAME=VALUE lines for the environment of the box; what env says wins')),
  wait_after_launch: z.boolean().check(z.describe('wait until the box can be used')),
  on_failure: z
    ._default(z.enum(['keep', 'terminate']), 'keep')
    .check(
      z.describe('what becomes of a box that was waited for and never became usable: keep or terminate'),
    ),
};

const retryShape = {
  max_retries: z
    .int()
    .check(z.minimum(0), z.describe('launches after the first one, while there is no capacity')),
  initial_backoff: secondsFor('seconds before the first retry'),
  max_backoff: secondsFor('longest time between two retries, in seconds'),
  backoff_multiplier: z.number().check(z.gt(1), z.describe('growth of the time between two retries')),
};

const leaseShape = {
  ttl: optionalDuration(
    'how long the box is wanted, such as 30m, 24h or 7d; null is for as long as nobody ends it',
  ),
  idle_timeout: optionalDuration('how long it may stand unused before reap ends it; null is for ever'),
};

/** The settings of `deploy`: one box on a server with GPULab's API. */
export const deployShape = { ...boxShape, ...containerShape, ...retryShape, ...leaseShape };

/** The settings of `up`: boxes of any provider. */
export const upShape = {
  ...deployShape,
  ...awsLaunchShape,
  quantity: z
    .int()
    .check(z.minimum(1), z.maximum(100), z.describe('how many; more than one are named NAME-1 to NAME-N')),
  region: optionalText('where to launch'),
  instance_type: optionalText('what to launch; devbox list instance_types shows them'),
  ssh_key_name: optionalText('the registered SSH key that may enter; null has devbox make one'),
  filesystem_name: optionalText('persistent filesystem that keeps the home and the Nix store'),
  image_id: optionalText('image to boot, by its id; with no image_family either, the newest Lambda Stack'),
  image_family: optionalText(
    'image to boot, the newest of its family; clears an image_id that a preset sets',
  ),
  hostname: optionalText('host name of the box; null leaves it to the provider'),
  filesystem_mounts: z
    ._default(z.record(z.string(), z.nullable(z.string())), {})
    .check(
      z.describe('more filesystems, and where: filesystem_mounts.NAME=/data/NAME; null is their own place'),
    ),
  firewall_rulesets: namesOf('a firewall ruleset').check(
    z.describe('firewall rulesets of the box, by name or id'),
  ),
  tailscale: z
    ._default(
      z.strictObject({
        enabled: z
          .boolean()
          .check(z.describe('join your tailnet at the first boot, with the key in TS_AUTHKEY')),
      }),
      { enabled: false },
    )
    .check(z.describe('reaching the box through Tailscale')),
  cloud_init: z
    .strictObject({
      enabled: z.boolean().check(z.describe('whether anything is set up at the first boot')),
      file: z.nullable(z.string()).check(z.describe('a cloud-init file of your own, sent instead of ours')),
    })
    .check(z.describe('first-boot set-up: ours, a file of your own, or none')),
};

type Settings<S extends Readonly<Record<string, z.ZodMiniType>>> = z.infer<z.ZodMiniObject<S>>;

/** What bringing boxes up goes by, whichever command asks for it. */
export type UpSettings = Settings<typeof deployShape> &
  Pick<Settings<typeof upShape>, 'quantity' | 'region' | 'instance_type'> &
  Partial<Pick<Settings<typeof upShape>, 'hostname' | 'project'>>;

/** The flags of `deploy`, and of `up` where it does the same, that are spelled otherwise than their settings. */
export const deployFlags = {
  name: 'instance_name',
  wait: 'wait_after_launch',
  command: { key: 'startup_command', value: 'text' },
  env: { key: 'env', value: 'pair' },
  e: { key: 'env', value: 'pair' },
  ports: { key: 'ports', value: 'list' },
  publish: { key: 'ports', value: 'list' },
} as const;
