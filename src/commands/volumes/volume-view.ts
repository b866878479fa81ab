import type { Volume } from '../../providers/facets/volumes.ts';
import type { Card, Row, Text } from '../../ui/card.ts';
import { statusTone, token } from '../../ui/card.ts';
import { byteSize } from '../../ui/units.ts';
import type { View } from '../../ui/view.ts';

/** One volume, after a footer of what to do next. */
export function volumeView(volume: Volume, footer: readonly Text[] = []): View {
  return { cards: [volumeCard(volume)], footer, json: volumeJson(volume), quiet: [volume.id] };
}

function volumeCard(volume: Volume): Card {
  const rows: [string, Text | null][] = [
    ['ID', volume.id],
    ['Status', [token(statusTone(volume.status), volume.status)]],
    ['Size', sizeText(volume)],
    ['Used', usedText(volume)],
    ['Boxes', volume.boxes === null ? null : volume.boxes.join(', ') || 'none'],
    ['Type', volume.type],
    ['Region', volume.region],
    ['Description', volume.description],
    ['Created', volume.createdAt],
    ['Updated', volume.updatedAt],
  ];
  return {
    title: volume.name || volume.id,
    rows: rows.flatMap(([label, value]): Row[] => (value === null ? [] : [{ label, value }])),
  };
}

export const sizeText = ({ sizeGb }: Volume): string => (sizeGb === null ? '-' : `${sizeGb} GB`);
export const usedText = ({ usedBytes }: Volume): string => (usedBytes === null ? '-' : byteSize(usedBytes));

/** A volume in `--json`. */
export function volumeJson(volume: Volume): Readonly<Record<string, unknown>> {
  return {
    uuid: volume.id,
    name: volume.name,
    status: volume.status,
    size_gb: volume.sizeGb,
    used_bytes: volume.usedBytes,
    containers: volume.boxes,
    type: volume.type,
    region: volume.region,
    description: volume.description,
    created_at: volume.createdAt,
    updated_at: volume.updatedAt,
  };
}
