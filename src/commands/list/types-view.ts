import { count } from '../../base/text.ts';
import type { InstanceType } from '../../providers/facets/catalogue.ts';
import { type Card, token } from '../../ui/card.ts';
import { priceInFull } from '../../ui/units.ts';
import type { View } from '../../ui/view.ts';

/** Instance types: those with capacity first, then the dearest, then by name. */
export function typesView(types: readonly InstanceType[], availableOnly: boolean): View {
  const sorted = [...types].sort(
    (a, b) =>
      Number(hasCapacity(b)) - Number(hasCapacity(a)) ||
      (b.priceCentsPerHour ?? 0) - (a.priceCentsPerHour ?? 0) ||
      a.name.localeCompare(b.name),
  );
  const shown = availableOnly ? sorted.filter(hasCapacity) : sorted;
  const available = sorted.filter(hasCapacity).length;
  const isTold = sorted.some((type) => type.regionsWithCapacity !== null);
  const hidden = sorted.length - shown.length;
  return {
    cards: shown.map(typeCard),
    footer: [
      `${count(sorted.length, 'instance type')}${isTold ? `, ${available} with capacity` : ''}`,
      ...(hidden > 0
        ? [[`${hidden} without capacity not shown: `, token('command', 'available_only=false')]]
        : []),
    ],
    json: shown.map(typeJson),
    quiet: shown.map((type) => type.name),
  };
}

/** What nobody tells may be had. */
function hasCapacity({ regionsWithCapacity: regions }: InstanceType): boolean {
  return regions === null || regions.length > 0;
}

function typeCard(type: InstanceType): Card {
  const regions = type.regionsWithCapacity?.join(', ');
  return {
    title: `${type.name} - ${type.description}`,
    rows: [
      ...(type.gpuDescription ? [{ label: 'GPU Type', value: type.gpuDescription }] : []),
      { label: 'GPUs', value: type.gpus === 0 ? '0 (CPU only)' : String(type.gpus) },
      { label: 'vCPUs', value: String(type.vcpus) },
      { label: 'RAM', value: `${type.memoryGib} GiB` },
      { label: 'Storage', value: `${type.storageGib} GiB` },
      ...(type.priceCentsPerHour === null
        ? []
        : [{ label: 'Price', value: [token('money', priceInFull(type.priceCentsPerHour))] }]),
      ...(regions === undefined
        ? []
        : [{ label: 'Available', value: [regions === '' ? token('dim', 'None') : token('good', regions)] }]),
    ],
  };
}

function typeJson(type: InstanceType): Readonly<Record<string, unknown>> {
  return {
    name: type.name,
    description: type.description,
    gpu_description: type.gpuDescription,
    gpus: type.gpus,
    vcpus: type.vcpus,
    memory_gib: type.memoryGib,
    storage_gib: type.storageGib,
    price_cents_per_hour: type.priceCentsPerHour,
    regions_with_capacity: type.regionsWithCapacity,
  };
}
