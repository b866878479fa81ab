import * as z from 'zod/mini';
import { isSecretKey } from '../../base/redact.ts';

// The shapes of the API's answers, as far as devbox reads them. Unknown fields are let through unread. Only what a
// decision hangs on is required, so that an odd record can still be listed and terminated; statuses, regions and
// architectures are open strings, since new ones appear without notice. Null counts as absent.

const text = z.nullish(z.string());
const names = z.nullish(z.array(z.string()));

const region = z.object({ name: z.string(), description: text });
export type WireRegion = z.infer<typeof region>;

/** Absent before version 1.10.0. */
export const regions = z.array(region);

const specs = z.object({
  vcpus: z.number(),
  memory_gib: z.number(),
  storage_gib: z.number(),
  gpus: z.number(),
});

const instanceType = z.object({
  name: z.string(),
  description: text,
  gpu_description: text,
  price_cents_per_hour: z.number(),
  specs,
});

const described = z.looseObject({
  id: z.string().check(z.minLength(1)),
  name: text,
  status: z.string(),
  ip: text,
  private_ip: text,
  hostname: text,
  region: z.nullish(region),
  instance_type: z.nullish(
    z.object({ name: z.string(), price_cents_per_hour: z.nullish(z.number()), description: text }),
  ),
  ssh_key_names: names,
  file_system_names: names,
  file_system_mounts: z.nullish(z.array(z.object({ mount_point: text, file_system_id: z.string() }))),
  tags: z.nullish(z.array(z.object({ key: z.string(), value: z.string() }))),
  firewall_rulesets: z.nullish(z.array(z.object({ id: z.string() }))),
  actions: z.nullish(z.record(z.string(), z.nullish(z.object({ available: z.nullish(z.boolean()) })))),
});

/**
 * Fields that no description has are kept, to be shown. `jupyter_token`, `jupyter_url` and whatever else is secret by
 * its name is left out on purpose: what is not read cannot be shown.
 */
export const instance = z.pipe(z.transform(withoutSecrets), described);
export type WireInstance = z.infer<typeof instance>;

/** The fields of an instance that this version of devbox knows. */
export const describedFields: readonly string[] = Object.keys(described.shape);

function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !isSecretKey(key)));
}

export const instances = z.array(instance);

const typesItem = z.object({
  instance_type: instanceType,
  regions_with_capacity_available: z.array(region),
});
export type WireTypesItem = z.infer<typeof typesItem>;

/** A map from type name to item is what both descriptions say; some answers have been seen as a list. */
export const instanceTypes = z.union([z.array(typesItem), z.record(z.string(), typesItem)]);

export const images = z.array(
  z.object({
    id: z.string(),
    name: text,
    description: text,
    family: text,
    version: text,
    architecture: text,
    region: z.nullish(region),
    created_time: text,
    updated_time: text,
  }),
);
export type WireImage = z.infer<typeof images>[number];

export const filesystem = z.object({
  id: z.string(),
  name: z.string(),
  region: z.nullish(region),
  mount_point: text,
  is_in_use: z.nullish(z.boolean()),
  bytes_used: z.nullish(z.number()),
  created: text,
  created_by: z.nullish(z.object({ email: text })),
});
export const filesystems = z.array(filesystem);
export type WireFilesystem = z.infer<typeof filesystems>[number];

export const sshKey = z.object({ id: z.string(), name: z.string(), public_key: text });
export const sshKeys = z.array(sshKey);
export type WireSshKey = z.infer<typeof sshKeys>[number];

/** The one answer that has a private key: to a key that was asked for without a public half. */
export const generatedKey = z.object({
  id: z.string(),
  name: z.string(),
  public_key: text,
  private_key: z.string().check(z.minLength(1)),
});

const rule = z.object({
  protocol: z.string(),
  port_range: z.nullish(z.tuple([z.number(), z.number()])),
  source_network: text,
  description: text,
});
export type WireRule = z.infer<typeof rule>;
export const rules = z.array(rule);

/** The global one has neither a region nor a time nor instances. */
export const ruleset = z.object({
  id: z.string(),
  name: text,
  region: z.nullish(region),
  created: text,
  instance_ids: names,
  rules: z.nullish(rules),
});
export const rulesets = z.array(ruleset);
export type WireRuleset = z.infer<typeof rulesets>[number];

const auditEvent = z.object({
  event_id: z.string(),
  event_time: z.string(),
  service_name: text,
  resource_name: text,
  action: text,
  catalog_version: text,
  actor_lrn: text,
  resource_lrns: names,
  resource_owner_lrn: text,
  request_api_key_lrn: text,
  additional_details: z.nullish(z.record(z.string(), z.unknown())),
});
export type WireAuditEvent = z.infer<typeof auditEvent>;

/** Up to 1.8.3 the token stands beside the events, from 1.10.0 on beside `data`. */
export const auditEvents = z.object({
  data: z.union([z.array(auditEvent), z.object({ events: z.array(auditEvent), page_token: text })]),
  page_token: text,
});

/** What is said of a thing that was deleted. */
export const nothing = z.unknown();

export const launched = z.object({ instance_ids: z.array(z.string()) });

export const restarted = z.pipe(
  z.object({ restarted_instances: instances }),
  z.transform((answer) => answer.restarted_instances),
);
export const terminated = z.pipe(
  z.object({ terminated_instances: instances }),
  z.transform((answer) => answer.terminated_instances),
);

/** Only the code is decided on, so an odd message or suggestion must not cost it. */
export const errorEnvelope = z.object({
  error: z.object({ code: z.string(), message: z.catch(text, null), suggestion: z.catch(text, null) }),
});
