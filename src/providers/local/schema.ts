import * as z from 'zod/mini';

/** The `api` group for boxes on this machine. */
export const localApiSchema = z.strictObject({
  provider: z.literal('local').check(z.describe('which provider is asked: this machine')),
  timeout: z
    ._default(
      z
        .number({ error: 'must be a number of seconds' })
        .check(
          z.gt(0, { error: 'must be more than 0 seconds' }),
          z.lte(3600, { error: 'must be at most 3600 seconds' }),
        ),
      30,
    )
    .check(z.describe('seconds for one exchange with the server of this machine')),
  idle_timeout: z
    ._default(
      z
        .number({ error: 'must be a number of seconds' })
        .check(
          z.gte(0, { error: 'must be at least 0 seconds' }),
          z.lte(86_400, { error: 'must be at most 86400 seconds' }),
        ),
      60,
    )
    .check(z.describe('seconds that the server stays without boxes and without callers')),
});

export type LocalApi = z.infer<typeof localApiSchema>;

/** What a box on this machine needs of the keys of `up`: none of them. */
export const localLaunchSchema = z.object({});
