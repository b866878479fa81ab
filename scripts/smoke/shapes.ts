import * as z from 'zod/mini';

/** What a smoke reads of devbox's JSON; docs/json.md has the whole. */
export const instance = z.object({ id: z.string(), name: z.nullable(z.string()), phase: z.string() });
export const instances = z.array(instance);
export const sshKeys = z.array(z.object({ id: z.string(), name: z.string() }));
export const leases = z.array(
  z.object({ id: z.string(), name: z.string(), instance_id: z.nullable(z.string()) }),
);
export const types = z.array(
  z.object({
    name: z.string(),
    price_cents_per_hour: z.number(),
    regions_with_capacity: z.array(z.string()),
  }),
);
export const diagnosis = z.object({
  findings: z.array(
    z.object({ section: z.string(), check: z.string(), class: z.string(), found: z.string() }),
  ),
});
export const commandRun = z.object({ exit_code: z.number(), artifacts: z.array(z.string()) });
