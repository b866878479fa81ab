import * as z from 'zod/mini';

/** Where leases can be kept. */
export const storeNames = ['files', 'dynamodb'] as const;

/** The group `leases`. A configuration of before has none, and keeps them in files. */
export const leasesSchema = z.prefault(
  z.strictObject({
    store: z
      ._default(z.enum(storeNames), 'files')
      .check(
        z.describe(
          'where leases are kept: files of this user, or a DynamoDB table that several people share',
        ),
      ),
    table: z
      ._default(z.string(), 'devbox-leases')
      .check(
        z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'the name of a table: letters, digits, _, . and -, 3 or more'),
        z.describe('the DynamoDB table'),
      ),
    region: z
      ._default(z.nullable(z.string()), null)
      .check(z.describe('the AWS region of the table; null takes it from the environment or the profile')),
    profile: z
      ._default(z.nullable(z.string()), null)
      .check(z.describe('the AWS profile for the table; null takes it from the environment')),
    endpoint: z
      ._default(z.nullable(z.string()), null)
      .check(z.describe('another address of DynamoDB, such as that of a local one')),
  }),
  {},
);

export type LeasesConfig = z.infer<typeof leasesSchema>;
