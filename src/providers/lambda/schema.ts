import * as z from 'zod/mini';
import { baseUrlProblem } from './base-url.ts';

/** A number of seconds within bounds; `least` itself is allowed. */
const seconds = (least: number, most: number) =>
  z
    .number({ error: 'must be a number of seconds' })
    .check(
      z.gte(least, { error: `must be at least ${least} seconds` }),
      z.lte(most, { error: `must be at most ${most} seconds` }),
    );

const baseUrl = z.string({ error: 'must be an address' }).check((context) => {
  const problem = baseUrlProblem(context.value);
  if (problem !== undefined) {
    context.issues.push({ code: 'custom', message: problem, input: context.value });
  }
});

/** The `api` group for Lambda Cloud. Limits published there: one request a second, one launch in 12 seconds. */
export const lambdaApiSchema = z.strictObject({
  provider: z.literal('lambda').check(z.describe('which provider is asked: Lambda Cloud')),
  base_url: baseUrl.check(z.describe('address of the API; your key is sent there')),
  /** Null where the environment has none; then every command that needs the API says how to get one. */
  api_key: z
    .nullable(z.string({ error: 'must be text' }))
    .check(z.describe('API key; best left to the environment variable LAMBDA_API_KEY')),
  timeout: seconds(0.001, 3600).check(z.describe('seconds for one whole request')),
  request_interval: z
    ._default(seconds(0, 60), 1)
    .check(z.describe('shortest time between two requests, in seconds')),
  launch_interval: z
    ._default(seconds(0, 600), 12)
    .check(z.describe('shortest time between two launches, in seconds')),
});

export type LambdaApi = z.infer<typeof lambdaApiSchema>;

const needed = (what: string) =>
  z
    .string({ error: `must name ${what}` })
    .check(z.minLength(1, { error: `must name ${what}` }), z.regex(/\S/, { error: `must name ${what}` }));

/** Null and absent mean the same: not asked for. An empty name would be a silent mistake. */
const optional = (what: string) => z._default(z.nullable(needed(what)), null);

/** What a launch on Lambda Cloud needs of the keys of `up`; the others are not its business. */
export const lambdaLaunchSchema = z.object({
  region: needed('a region, such as us-east-3'),
  instance_type: needed('an instance type, such as gpu_1x_gh200'),
  ssh_key_name: needed('one SSH key of your Lambda Cloud account'),
  filesystem_name: optional('a filesystem, or be null'),
  image_id: optional('an image by its ID, or be null'),
  /** Who owns the home that cloud-init prepares. */
  username: needed('the user of the box'),
  cloud_init: z.object({
    enabled: z.boolean({ error: 'must be true or false' }),
    /** The user's own cloud-init document, absolute or relative to the working directory. */
    file: optional('a file, or be null'),
  }),
});

export type LambdaLaunch = z.infer<typeof lambdaLaunchSchema>;

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
