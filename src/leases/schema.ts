import * as z from 'zod/mini';
import { isLeaseId, type Lease, type LeaseId, notAgreed, slugOf } from './lease.ts';
import { providerNames } from './provider-name.ts';

const time = z.string().check(z.refine((text) => Number.isFinite(Date.parse(text)), 'not a time'));

const facts = {
  id: z.custom<LeaseId>((value) => typeof value === 'string' && isLeaseId(value), 'not a lease id'),
  name: z.string(),
  provider: z.enum(providerNames),
  api: z.string(),
  account: z.string(),
  region: z.nullable(z.string()),
  type: z.nullable(z.string()),
  owner: z.object({ user: z.string(), host: z.string(), directory: z.string() }),
  createdAt: time,
  updatedAt: time,
  note: z.nullable(z.string()),
};

/** What version 1 did not have yet. */
const later = {
  slug: z.string(),
  apiSettings: z.record(z.string(), z.union([z.string(), z.boolean()])),
  ttlSeconds: z.nullable(z.number()),
  expiresAt: z.nullable(time),
  idleTimeoutSeconds: z.nullable(z.number()),
  idleSince: z.nullable(time),
  launchedAt: z.nullable(time),
  priceCentsPerHour: z.nullable(z.number()),
  sshKey: z.nullable(
    z.discriminatedUnion('made', [
      z.object({ made: z.literal(false), name: z.string() }),
      z.object({ made: z.literal(true), name: z.string(), publicKey: z.string() }),
    ]),
  ),
  // Records of before have none.
  hostKey: z._default(z.nullable(z.string()), null),
  request: z.nullable(z.string()),
  mark: z.nullable(z.string()),
  before: z.nullable(z.array(z.string())),
};

/** The states, with what is known of the box in each. @param given the facts of one version of the record. */
const statesWith = <F extends z.core.$ZodLooseShape>(given: F) =>
  z.discriminatedUnion('state', [
    z.looseObject({ ...given, state: z.literal('intended'), instanceId: z.null() }),
    z.looseObject({ ...given, state: z.literal('launched'), instanceId: z.string() }),
    z.looseObject({ ...given, state: z.literal('ready'), instanceId: z.string() }),
    z.looseObject({ ...given, state: z.literal('indeterminate'), instanceId: z.nullable(z.string()) }),
    z.looseObject({ ...given, state: z.literal('released'), instanceId: z.nullable(z.string()) }),
  ]);

const present = statesWith({ version: z.literal(2), ...facts, ...later });
const first = statesWith({ version: z.literal(1), ...facts });

/**
 * Reads the text of a lease file.
 * @returns the lease, or in a few words why the text is none.
 */
export function parseLease(text: string): Lease | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'it is no JSON' };
  }
  const isOld = typeof value === 'object' && value !== null && 'version' in value && value.version === 1;
  return isOld ? parsed(first, value, completed) : parsed(present, value, (lease) => lease);
}

/** A value that a schema found right, as a lease; or in a few words why it is none. */
function parsed<T>(
  schema: z.ZodMiniType<T>,
  value: unknown,
  complete: (lease: T) => Lease,
): Lease | { readonly problem: string } {
  const result = z.safeParse(schema, value);
  if (result.success) return complete(result.data);
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return { problem: where === '' ? 'it is no lease' : `the field ${where} is missing or wrong` };
}

/** A record of version 1 as one of now: nothing was agreed on when its box ends, and its id was its mark. */
function completed(lease: z.infer<typeof first>): Lease {
  const { id, name } = lease;
  return { ...notAgreed, ...lease, version: 2, slug: slugOf(name, id), mark: id };
}
