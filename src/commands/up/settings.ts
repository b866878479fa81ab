import * as z from 'zod/mini';
import { seconds } from '../settings.ts';

/** Text that may be left out; the provider's launch schema says where it may not. */
const optionalText = (meaning: string) => z.optional(z.nullable(z.string())).check(z.describe(meaning));
const texts = (meaning: string) => z.record(z.string(), z.string()).check(z.describe(meaning));
const secondsFor = (meaning: string) => seconds.check(z.describe(meaning));

export const upShape = {
  instance_name: z
    .string()
    .check(z.describe('name of the box; its live box is shown instead of launching a second')),
  quantity: z
    .int()
    .check(z.minimum(1), z.maximum(100), z.describe('how many; more than one are named NAME-1 to NAME-N')),
  region: optionalText('where to launch'),
  instance_type: optionalText('what to launch; devbox list instance_types shows them'),
  ssh_key_name: optionalText('the registered SSH key that may enter'),
  filesystem_name: optionalText('persistent filesystem that keeps the home and the Nix store'),
  image_id: optionalText('image to boot; null is the newest Lambda Stack'),
  tags: texts('tags of the instance: tags.KEY=VALUE'),
  env: texts('environment variables of the box: env.KEY=VALUE'),
  cloud_init: z
    .strictObject({
      enabled: z.boolean().check(z.describe('whether anything is set up at the first boot')),
      file: z.nullable(z.string()).check(z.describe('a cloud-init file of your own, sent instead of ours')),
    })
    .check(z.describe('first-boot set-up: ours, a file of your own, or none')),
  wait_after_launch: z.boolean().check(z.describe('wait until the box can be used')),
  max_retries: z
    .int()
    .check(z.minimum(0), z.describe('launches after the first one, while there is no capacity')),
  initial_backoff: secondsFor('seconds before the first retry'),
  max_backoff: secondsFor('longest time between two retries, in seconds'),
  backoff_multiplier: z.number().check(z.gt(1), z.describe('growth of the time between two retries')),
};

export type UpSettings = z.infer<z.ZodMiniObject<typeof upShape>>;
