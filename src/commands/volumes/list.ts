import { count } from '../../base/text.ts';
import type { Volume } from '../../providers/facets/volumes.ts';
import { statusTone, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { defineCommand } from '../command.ts';
import { requireFacet } from '../require-facet.ts';
import { sizeText, usedText, volumeJson } from './volume-view.ts';

export const volumes = defineCommand({
  name: 'volumes',
  summary: 'list volumes, whose files outlive boxes',
  examples: ['devbox command=volumes', 'devbox volumes list --json'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    return { view: volumesView(await requireFacet(await deps.provider(), 'volumes').list()) };
  },
});

/** Volumes by name. */
export function volumesView(all: readonly Volume[]): View {
  const sorted = [...all].sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  const rows = sorted.map((volume) => [
    [token('strong', volume.name)],
    volume.id,
    sizeText(volume),
    usedText(volume),
    [token(statusTone(volume.status), volume.status)],
    volume.boxes === null ? '-' : volume.boxes.join(', '),
  ]);
  const columns = ['NAME', 'ID', 'SIZE', 'USED', 'STATUS', 'CONTAINERS'];
  return {
    cards: rows.length === 0 ? [] : [{ title: '', rows: [], table: { look: 'list', columns, rows } }],
    footer: [
      rows.length === 0
        ? ['No volumes. ', token('command', 'devbox volumes create NAME --size GB'), ' makes one.']
        : count(rows.length, 'volume'),
    ],
    json: sorted.map(volumeJson),
    quiet: sorted.map(({ id }) => id),
  };
}
