/** What the imitated account has and is offered. Records are in the API's own form. */
export interface Catalogue {
  readonly types: readonly TypeRecord[];
  readonly images: readonly Record<string, unknown>[];
  readonly filesystems: readonly FilesystemRecord[];
  readonly sshKeys: readonly SshKeyRecord[];
  readonly rulesets: readonly RulesetRecord[];
  readonly regions: readonly RegionRecord[];
  readonly auditEvents: readonly Record<string, unknown>[];
}

export interface RulesetRecord {
  readonly id: string;
  readonly name: string;
  readonly region: RegionRecord;
  readonly rules: readonly unknown[];
  readonly [field: string]: unknown;
}

export interface SshKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly public_key: string;
}

export interface RegionRecord {
  readonly name: string;
  readonly description: string;
}

export interface TypeRecord {
  readonly instance_type: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly regions_with_capacity_available: readonly RegionRecord[];
}

export interface FilesystemRecord {
  readonly id: string;
  readonly name: string;
  readonly region: RegionRecord;
  readonly [field: string]: unknown;
}

export const regions = {
  east: { name: 'us-east-3', description: 'Washington, D.C., USA' },
  west: { name: 'us-west-1', description: 'California, USA' },
  europe: { name: 'europe-central-1', description: 'Germany' },
} as const;

const type = (
  name: string,
  gpu: string,
  gpus: number,
  cents: number,
  specs: readonly [vcpus: number, memory: number, storage: number],
  available: readonly RegionRecord[],
): TypeRecord => ({
  instance_type: {
    name,
    description: gpus === 0 ? `${specs[0]}x CPU` : `${gpus}x ${gpu}`,
    gpu_description: gpu,
    price_cents_per_hour: cents,
    specs: { vcpus: specs[0], memory_gib: specs[1], storage_gib: specs[2], gpus },
  },
  regions_with_capacity_available: available,
});

const image = (id: string, architecture: string, region: RegionRecord, day: string) => ({
  id,
  name: `lambda-stack-24-04-${day.replaceAll('-', '')}`,
  description: 'Ubuntu 24.04 with Lambda Stack',
  family: 'lambda-stack-24-04',
  version: '24.4.3',
  architecture,
  region,
  created_time: `${day}T08:00:00+00:00`,
  updated_time: `${day}T09:30:00+00:00`,
});

const filesystem = (
  id: string,
  name: string,
  region: RegionRecord,
  use: Readonly<Record<string, unknown>>,
): FilesystemRecord => ({
  id,
  name,
  mount_point: `/lambda/nfs/${name}`,
  created: '2025-03-01T10:00:00+00:00',
  created_by: { id: 'c'.repeat(32), email: 'ada@example.com', status: 'active' },
  is_in_use: false,
  region,
  ...use,
});

const event = (number: number, resource: string, action: string, details: Record<string, unknown>) => ({
  service_name: 'cloud',
  resource_name: resource,
  action,
  catalog_version: '2025-09-06',
  event_id: `${number}`.padStart(32, 'e'),
  event_time: `2026-03-0${number}T10:00:00.123456Z`,
  actor_lrn: number === 3 ? null : 'lrn:cloud:identity:ada',
  resource_lrns: [`lrn:cloud:${resource}:${number}`],
  resource_owner_lrn: 'lrn:cloud:account:one',
  request_api_key_lrn: null,
  additional_details: details,
});

/** Enough of everything for each rule of each list: with and without capacity, sizes, regions, architectures. */
export const standardCatalogue: Catalogue = {
  types: [
    type('gpu_1x_gh200', 'GH200 (96 GB)', 1, 149, [64, 432, 4096], [regions.east]),
    type('gpu_1x_a10', 'A10 (24 GB PCIe)', 1, 75, [30, 200, 1400], [regions.west, regions.europe]),
    type('gpu_8x_h100_sxm5', 'H100 (80 GB SXM5)', 8, 2392, [208, 1800, 22528], []),
    type('cpu_4x_general', 'N/A', 0, 20, [4, 16, 128], [regions.west]),
  ],
  images: [
    image('e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7', 'arm64', regions.east, '2025-05-02'),
    image('0a6f6a5e-0b55-4d0e-9f0e-1d2c3b4a5968', 'x86_64', regions.west, '2025-05-03'),
    image('7c1e9a34-51cf-4f2c-8a50-6b9d8e7f0a1b', 'x86_64', regions.europe, '2025-05-03'),
  ],
  filesystems: [
    filesystem('f1'.repeat(16), 'devbox', regions.east, { bytes_used: 42 * 1024 ** 3 }),
    filesystem('f2'.repeat(16), 'scratch', regions.west, { is_in_use: true }),
  ],
  sshKeys: [
    { id: 'a1'.repeat(16), name: 'default', public_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada@example' },
    { id: 'a2'.repeat(16), name: 'laptop', public_key: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB ada@laptop' },
  ],
  rulesets: [
    {
      id: 'b1'.repeat(16),
      name: 'web',
      region: regions.east,
      created: '2025-02-01T10:00:00+00:00',
      instance_ids: [],
      rules: [
        { protocol: 'tcp', port_range: [22, 22], source_network: '0.0.0.0/0', description: 'SSH' },
        { protocol: 'tcp', port_range: [8000, 8100], source_network: '10.0.0.0/8', description: 'Web' },
        { protocol: 'icmp', source_network: '0.0.0.0/0', description: 'Ping' },
      ],
    },
  ],
  regions: Object.values(regions),
  auditEvents: [
    event(1, 'api_key', 'created', { name: 'ci', token: 'not-for-anybody' }),
    event(2, 'instance', 'launched', { region: 'us-east-3' }),
    event(3, 'instance', 'terminated', {}),
    event(4, 'ssh_key', 'deleted', {}),
    event(5, 'api_key', 'deleted', { name: 'ci' }),
  ],
};
