import { count } from '../../base/text.ts';
import type { Image, InstanceType } from '../../providers/facets/catalogue.ts';
import { type Card, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';

/**
 * Images, one card for each group of the same family, description, version and architecture.
 * @param types decides which regions have capacity, to hide images of the others; null hides none. Where no region
 *   has any, hiding all would tell nothing, so all are shown.
 */
export function imagesView(images: readonly Image[], types: readonly InstanceType[] | null): View {
  const capable = new Set(types?.flatMap((type) => type.regionsWithCapacity ?? []));
  const shown = capable.size === 0 ? images : images.filter((image) => capable.has(image.region));
  const groups = groupImages(shown);
  const hidden = images.length - shown.length;
  return {
    cards: groups.map(imageCard),
    footer: [
      `${count(groups.length, 'image')} in ${count(shown.length, 'region entry', 'region entries')}`,
      ...(hidden > 0
        ? [[`${hidden} in regions without capacity not shown: `, token('command', 'available_only=false')]]
        : []),
      ...(types?.every(({ regionsWithCapacity }) => regionsWithCapacity !== null) && capable.size === 0
        ? ['No region has capacity now, so all are shown.']
        : []),
    ],
    json: groups.flat().map(imageJson),
    quiet: groups.flat().map((image) => image.id),
  };
}

type Group = readonly [Image, ...Image[]];

function groupImages(images: readonly Image[]): Group[] {
  const groups = new Map<string, [Image, ...Image[]]>();
  for (const image of images) {
    const key = JSON.stringify([image.family, image.description, image.version, image.architecture]);
    const group = groups.get(key);
    if (group) group.push(image);
    else groups.set(key, [image]);
  }
  const byName = (a: Group, b: Group): number =>
    a[0].family.localeCompare(b[0].family) ||
    b[0].version.localeCompare(a[0].version) ||
    a[0].architecture.localeCompare(b[0].architecture);
  for (const group of groups.values()) group.sort((a, b) => a.region.localeCompare(b.region));
  return [...groups.values()].sort(byName);
}

function imageCard(group: Group): Card {
  const [image] = group;
  return {
    title: image.name,
    rows: [
      { label: 'Description', value: image.description },
      { label: 'Family', value: image.family },
      { label: 'Version', value: image.version },
      { label: 'Architecture', value: image.architecture },
    ],
    table: {
      columns: ['ID', 'Region', 'Created', 'Updated'],
      rows: group.map(({ id, region, createdAt, updatedAt }) => [id, region, day(createdAt), day(updatedAt)]),
    },
  };
}

/** The date of an ISO 8601 time. */
function day(time: string): string {
  return time.slice(0, 10);
}

function imageJson(image: Image): Readonly<Record<string, unknown>> {
  return {
    id: image.id,
    name: image.name,
    description: image.description,
    family: image.family,
    version: image.version,
    architecture: image.architecture,
    region: image.region,
    created_at: image.createdAt,
    updated_at: image.updatedAt,
  };
}
