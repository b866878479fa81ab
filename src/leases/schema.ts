import * as z from 'zod/mini';
import { isLeaseId, type Lease, type LeaseId } from './lease.ts';
import { providerNames } from './provider-name.ts';

const time = z.string().check(z.refine((text) => Number.isFinite(Date.parse(text)), 'not a time'));

const facts = {
  version: z.literal(1),
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

const leaseSchema = z.discriminatedUnion('state', [
  z.looseObject({ ...facts, state: z.literal('intended'), instanceId: z.null() }),
  z.looseObject({ ...facts, state: z.literal('launched'), instanceId: z.string() }),
  z.looseObject({ ...facts, state: z.literal('ready'), instanceId: z.string() }),
  z.looseObject({ ...facts, state: z.literal('indeterminate'), instanceId: z.nullable(z.string()) }),
  z.looseObject({ ...facts, state: z.literal('released'), instanceId: z.nullable(z.string()) }),
]);

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
  const result = z.safeParse(leaseSchema, value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return { problem: where === '' ? 'it is no lease' : `the field ${where} is missing or wrong` };
}
