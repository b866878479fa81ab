import { count } from '../../base/text.ts';
import type { Filesystem } from '../../providers/facets/filesystems.ts';
import { type Card, token } from '../../ui/card.ts';
import { binarySize } from '../../ui/units.ts';
import type { View } from '../../ui/view.ts';

/** Filesystems by name. */
export function filesystemsView(filesystems: readonly Filesystem[]): View {
  const sorted = [...filesystems].sort((a, b) => a.name.localeCompare(b.name));
  const used = sorted.filter((filesystem) => filesystem.inUse).length;
  return {
    cards: sorted.map(filesystemCard),
    footer: [
      sorted.length === 0 ? 'No filesystems' : `${count(sorted.length, 'filesystem')}, ${used} in use`,
    ],
    json: sorted.map(filesystemJson),
    quiet: sorted.map((filesystem) => filesystem.name),
  };
}

/** A filesystem in `--json`. */
export function filesystemJson(filesystem: Filesystem): Readonly<Record<string, unknown>> {
  return {
    id: filesystem.id,
    name: filesystem.name,
    region: filesystem.region,
    mount_point: filesystem.mountPoint,
    is_in_use: filesystem.inUse,
    bytes_used: filesystem.bytesUsed,
    created_at: filesystem.createdAt,
    created_by: filesystem.createdBy,
  };
}

export function filesystemCard(filesystem: Filesystem): Card {
  return {
    title: filesystem.name,
    rows: [
      { label: 'ID', value: filesystem.id },
      { label: 'Region', value: filesystem.region },
      { label: 'Mount Point', value: [token('path', filesystem.mountPoint)] },
      { label: 'Status', value: filesystem.inUse ? [token('good', 'in use')] : 'not in use' },
      { label: 'Size', value: filesystem.bytesUsed === null ? 'Unknown' : binarySize(filesystem.bytesUsed) },
      { label: 'Created', value: filesystem.createdAt },
      { label: 'Created By', value: filesystem.createdBy },
    ],
  };
}
