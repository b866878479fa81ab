import { cleanLine } from '../../base/text.ts';
import type { Image, InstanceType, Region } from '../facets/catalogue.ts';
import type { Filesystem } from '../facets/filesystems.ts';
import type { FirewallRule, FirewallRuleset } from '../facets/firewall.ts';
import type { SshKey } from '../facets/ssh-keys.ts';
import type {
  WireFilesystem,
  WireImage,
  WireRegion,
  WireRule,
  WireRuleset,
  WireSshKey,
  WireTypesItem,
} from './wire.ts';

// The account's resources in devbox's own terms, free of control characters.

/** Instance types in the order of the answer, be it a map or a list. */
export function typesOf(
  answer: readonly WireTypesItem[] | Readonly<Record<string, WireTypesItem>>,
): InstanceType[] {
  return Object.values(answer).map(({ instance_type: type, regions_with_capacity_available: regions }) => ({
    name: clean(type.name),
    description: clean(type.description),
    gpuDescription: clean(type.gpu_description) || null,
    gpus: type.specs.gpus,
    vcpus: type.specs.vcpus,
    memoryGib: type.specs.memory_gib,
    storageGib: type.specs.storage_gib,
    priceCentsPerHour: type.price_cents_per_hour,
    regionsWithCapacity: regions.map(({ name }) => clean(name)),
  }));
}

export function regionOf(wire: WireRegion): Region {
  return { name: clean(wire.name), description: clean(wire.description) };
}

export function imageOf(wire: WireImage): Image {
  return {
    id: clean(wire.id),
    name: clean(wire.name),
    description: clean(wire.description),
    family: clean(wire.family),
    version: clean(wire.version),
    architecture: clean(wire.architecture),
    region: clean(wire.region?.name),
    createdAt: clean(wire.created_time),
    updatedAt: clean(wire.updated_time),
  };
}

export function filesystemOf(wire: WireFilesystem): Filesystem {
  return {
    id: clean(wire.id),
    name: clean(wire.name),
    region: clean(wire.region?.name),
    mountPoint: clean(wire.mount_point) || `/lambda/nfs/${clean(wire.name)}`,
    inUse: wire.is_in_use ?? false,
    bytesUsed: wire.bytes_used ?? null,
    createdAt: clean(wire.created),
    createdBy: clean(wire.created_by?.email),
  };
}

export function sshKeyOf(wire: WireSshKey): SshKey {
  return { id: clean(wire.id), name: clean(wire.name), publicKey: cleanLine(wire.public_key ?? '', 8192) };
}

export function rulesetOf(wire: WireRuleset): FirewallRuleset {
  return {
    id: clean(wire.id),
    name: clean(wire.name),
    region: clean(wire.region?.name),
    createdAt: clean(wire.created),
    instanceIds: (wire.instance_ids ?? []).map((id) => clean(id)),
    rules: (wire.rules ?? []).map(ruleOf),
  };
}

export function ruleOf(wire: WireRule): FirewallRule {
  return {
    protocol: clean(wire.protocol),
    ports: wire.port_range ?? null,
    source: clean(wire.source_network),
    description: clean(wire.description),
  };
}

/** A rule as the API takes it. */
export function wireRule({ protocol, ports, source, description }: FirewallRule) {
  return { protocol, ...(ports === null ? {} : { port_range: ports }), source_network: source, description };
}

function clean(text: string | null | undefined): string {
  return cleanLine(text ?? '');
}
