import * as z from 'zod/mini';
import { once } from '../../base/once.ts';
import { notForOthers } from '../aws/launch-settings.ts';
import {
  baseUrl,
  foreignSetting,
  namesOf,
  needed,
  optional,
  requestSeconds,
  secondsWithin,
} from '../setting-schemas.ts';

/** Where Lambda Cloud's API may be. */
export const lambdaAddress = { example: 'https://cloud.lambda.ai/api/v1' };

const fallback = (meaning: string) => z.optional(z.nullable(z.string())).check(z.describe(meaning));

/** What `up` takes where neither a preset nor an override says it; each comes from a variable of the environment. */
const launchDefaults = () =>
  z.strictObject({
    region: fallback('region; DEVBOX_LAMBDA_REGION'),
    type: fallback('instance type; DEVBOX_LAMBDA_TYPE'),
    image: fallback('image by its id; DEVBOX_LAMBDA_IMAGE'),
    image_family: fallback('image by its family; DEVBOX_LAMBDA_IMAGE_FAMILY'),
    ssh_key: fallback('registered SSH key; DEVBOX_LAMBDA_SSH_KEY'),
    filesystem: fallback('persistent filesystem; DEVBOX_LAMBDA_FILESYSTEM'),
    hostname: fallback('host name of the box; DEVBOX_LAMBDA_HOSTNAME'),
    firewall_ruleset: fallback('firewall ruleset; DEVBOX_LAMBDA_FIREWALL_RULESET'),
  });

/** The `api` group for Lambda Cloud. Limits published there: one request a second, one launch in 12 seconds. */
export const lambdaApiSchema = once(() =>
  z.strictObject({
    provider: z.literal('lambda').check(z.describe('which provider is asked: Lambda Cloud')),
    base_url: baseUrl(lambdaAddress).check(z.describe('address of the API; your key is sent there')),
    /** Null where the environment has none; then every command that needs the API says how to get one. */
    api_key: z
      .nullable(z.string({ error: 'must be text' }))
      .check(z.describe('API key; best left to the environment variable LAMBDA_API_KEY')),
    timeout: requestSeconds.check(z.describe('seconds for one whole request')),
    request_interval: z
      ._default(secondsWithin(0, 60), 1)
      .check(z.describe('shortest time between two requests, in seconds')),
    launch_interval: z
      ._default(secondsWithin(0, 600), 12)
      .check(z.describe('shortest time between two launches, in seconds')),
    launch: z.optional(launchDefaults()).check(z.describe('what up takes where nothing else is said')),
  }),
);

export type LambdaApi = z.infer<ReturnType<typeof lambdaApiSchema>>;

/** Ignoring a setting of containers would launch, and charge for, something else than what was asked for. */
const notHere = foreignSetting('it is for the containers of api=gpulab and api=local');

/** What a launch on Lambda Cloud needs of the keys of `up`; the others are not its business. */
export const lambdaLaunchSchema = once(() =>
  z.object({
    ...notForOthers,
    gpu_type: notHere,
    template: notHere,
    image: notHere,
    ports: notHere,
    volume: notHere,
    mount_path: notHere,
    memory: notHere,
    startup_command: notHere,
    pull_policy: notHere,
    region: needed('a region, such as us-east-3'),
    instance_type: needed('an instance type, such as gpu_1x_gh200'),
    ssh_key_name: optional('one SSH key of your Lambda Cloud account, or null for one that devbox makes'),
    filesystem_name: optional('a filesystem, or be null'),
    image_id: optional('an image by its ID, or be null'),
    image_family: optional('a family of images, or be null'),
    hostname: z._default(
      z.nullable(
        z.string({ error: 'must be a host name' }).check(
          z.regex(/^[a-z0-9][0-9a-z-]{0,62}$/, {
            error: 'must be 1 to 63 lower-case letters, digits and hyphens, no hyphen first',
          }),
        ),
      ),
      null,
    ),
    /** Where each filesystem is mounted, by name, or by ID; null is its own place. */
    filesystem_mounts: z._default(
      z.record(
        z.string(),
        z.nullable(
          z.string({ error: 'must be a path' }).check(
            z.maxLength(256, { error: 'is longer than 256 characters' }),
            z.regex(/^(\/home|\/lambda\/nfs|\/data)[/a-zA-Z0-9-]*$/, {
              error: 'must begin with /home, /lambda/nfs or /data, and have letters, digits, - and / only',
            }),
          ),
        ),
      ),
      {},
    ),
    /** Names, or IDs. */
    firewall_rulesets: namesOf('a firewall ruleset'),
    /** Who owns the home that cloud-init prepares. */
    username: z._default(z.nullable(needed('the user of the box')), null),
    tailscale: z._default(z.object({ enabled: z.boolean({ error: 'must be true or false' }) }), {
      enabled: false,
    }),
    cloud_init: z.object({
      enabled: z.boolean({ error: 'must be true or false' }),
      /** The user's own cloud-init document, absolute or relative to the working directory. */
      file: optional('a file, or be null'),
    }),
  }),
);

export type LambdaLaunch = z.infer<ReturnType<typeof lambdaLaunchSchema>>;

/** Longest name of an instance. */
export const maxNameLength = 64;

const tagKey = z.string().check(
  z.maxLength(55, { error: 'is longer than 55 characters' }),
  z.regex(/^[a-z][a-z0-9\-:]+$/, {
    error: 'must begin with a letter and go on with at least one of a-z, 0-9, - and :, in lower case',
  }),
);

const tagValue = z
  .string({ error: 'must be text' })
  .check(z.maxLength(128, { error: 'is longer than 128 characters' }));

/** Tags as Lambda Cloud accepts them, at launch only. */
export const lambdaTagsSchema = z.record(tagKey, tagValue);
