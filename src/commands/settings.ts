import * as z from 'zod/mini';
import { parseDuration } from '../base/duration.ts';
import type { AwsApi } from '../providers/aws/schema.ts';
import type { GpulabApi } from '../providers/gpulab/schema.ts';
import type { LambdaApi } from '../providers/lambda/schema.ts';
import type { LocalApi } from '../providers/local/schema.ts';

/** Seconds above zero, up to what a timer can count. */
export const seconds = z
  .number()
  .check(z.positive(), z.maximum(2_000_000, 'a number of seconds above 0, at most 2000000 (23 days)'));

/** A span of time as people write it. */
export const durationSchema = z
  .string({ error: 'a duration such as 30m, 24h or 7d' })
  .check(
    z.refine((text) => (parseDuration(text) ?? 0) >= 1000, { error: 'a duration such as 30m, 24h or 7d' }),
  );

/** Seconds of a duration that the schema found right. */
export function secondsOf(duration: string): number {
  return (parseDuration(duration) ?? 0) / 1000;
}

const whether = (meaning: string) => z._default(z.boolean(), true).check(z.describe(meaning));
const within = (usual: number, meaning: string) => z._default(seconds, usual).check(z.describe(meaning));

/** The group `wait`. What option files of before do not say stands here. */
export const waitSchema = z.strictObject({
  timeout: seconds.check(z.describe('seconds until a wait for a box is given up')),
  poll_interval: seconds.check(z.describe('seconds between two looks at a box')),
  ssh: whether('a box that is reached over SSH has to let you in; without it, active is enough'),
  cloud_init: whether('its first-boot set-up has to be over, too'),
  gpus: whether('its GPUs have to answer nvidia-smi, as many as its type has'),
  ssh_timeout: within(600, 'seconds until an active box has to let you in'),
  cloud_init_timeout: within(1800, 'seconds from then on until the first-boot set-up has to be over'),
  gpus_timeout: within(300, 'seconds from then on until the GPUs have to answer'),
});

/** The group `ssh`. */
export const sshSchema = z.strictObject({
  username: z
    .nullable(
      z.string().check(z.regex(/^[a-z_][a-z0-9_-]*$/, 'a user name: lower-case letters, digits, _ and -')),
    )
    .check(z.describe('the user to be on the box; null is the one that its image has')),
  port: z.int().check(z.minimum(1), z.maximum(65535), z.describe('port of the SSH server on the box')),
  key: z
    ._default(z.enum(['managed', 'named']), 'managed')
    .check(
      z.describe('managed: without ssh_key_name, devbox makes a key for each box; named: it has to be given'),
    ),
  identity_file: z.nullable(z.string()).check(z.describe('private key file; null leaves the choice to ssh')),
  forward_agent: z
    .boolean()
    .check(z.describe('lend your SSH agent to the box; only for boxes that you trust')),
  config_dir: z
    .nullable(z.string())
    .check(z.describe('where the per-box files for ssh are written; null is ~/.ssh/config.d')),
});

/** The forms in which results can be printed. */
export const outputs = ['table', 'json', 'quiet'] as const;

/** What users can set once for all their commands. */
export const preferencesShape = {
  default_output: z
    .optional(z.nullable(z.enum(outputs)))
    .check(z.describe('what is printed where no flag says so: table, json or quiet')),
  default_gpu_type: z
    .optional(z.nullable(z.string()))
    .check(z.describe('the GPU that deploy takes where none is named')),
};

export type WaitConfig = z.infer<typeof waitSchema>;
export type SshConfig = z.infer<typeof sshSchema>;

/** Settings of a provider, told apart by `provider`. */
export type ApiConfig = LambdaApi | AwsApi | GpulabApi | LocalApi;

/** A box by id or name, as every command that works on one takes it. */
export const identifierShape = {
  instance_identifier: z
    .string()
    .check(z.minLength(1, 'an id or a name'), z.describe('the box, by id or name')),
};

/** Boxes by id or name: one, or a list of them. */
export const identifiersShape = {
  instance_identifier: z
    .pipe(
      // One word stands for a list of one; a number is left to be read as the word that it was written as.
      z.transform((value, context) => {
        if (Array.isArray(value)) return value;
        if (typeof value !== 'string') {
          context.issues.push({ code: 'invalid_type', expected: 'string', input: value });
        }
        return [value];
      }),
      z
        .array(z.string().check(z.minLength(1, 'an id or a name')))
        .check(z.minLength(1, 'at least one id or name')),
    )
    .check(z.describe('the box, by id or name; or a list of boxes')),
};
