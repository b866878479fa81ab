/** Everything that can be listed; the spelling with hyphens means the same. */
export const resources = [
  'instances',
  'instance_types',
  'images',
  'regions',
  'filesystems',
  'ssh_keys',
  'firewall_rulesets',
] as const;

export type Resource = (typeof resources)[number];
