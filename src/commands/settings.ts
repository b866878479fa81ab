import * as z from 'zod/mini';
import type { LambdaApi } from '../providers/lambda/schema.ts';
import type { LocalApi } from '../providers/local/schema.ts';

/** Seconds above zero. */
export const seconds = z.number().check(z.positive());

/** The group `wait`. */
export const waitSchema = z.strictObject({
  /** Seconds until a wait is given up. */
  timeout: seconds,
  /** Seconds between two looks. */
  poll_interval: seconds,
});

/** The group `ssh`. */
export const sshSchema = z.strictObject({
  username: z
    .string()
    .check(z.regex(/^[a-z_][a-z0-9_-]*$/, 'a user name: lower-case letters, digits, _ and -')),
  port: z.int().check(z.minimum(1), z.maximum(65535)),
  identity_file: z.nullable(z.string()),
  forward_agent: z.boolean(),
  config_dir: z.nullable(z.string()),
});

export type WaitConfig = z.infer<typeof waitSchema>;
export type SshConfig = z.infer<typeof sshSchema>;

/** Settings of a provider, told apart by `provider`. */
export type ApiConfig = LambdaApi | LocalApi;

/** A box by id or name, as every command that works on one takes it. */
export const identifierShape = {
  instance_identifier: z
    .string()
    .check(z.minLength(1, 'an id or a name'), z.describe('the box, by id or name')),
};
